"""Finding artifacts: one, a page of them, the versions of a series, whatever their names look like."""

import pytest

from evidence_graph.lineage.artifact import ArtifactView, read_artifact, read_artifacts, read_series
from evidence_graph.lineage.chain import DOWNSTREAM, read_chain
from evidence_graph.lineage.graph_digest import read_graph_digest
from evidence_graph.record.urn import LONGEST_URN, parse_urn
from evidence_graph.store.graph_store import GraphStore
from tests import stories
from tests.conftest import Engine
from tests.stories import as_of, at, now, outcomes, record, urns


async def every_page(store: GraphStore, limit: int, **narrowed: str) -> list[ArtifactView]:
    seen: list[ArtifactView] = []
    more = True
    while more:
        after = seen[-1].urn if seen else ""
        page, more = await read_artifacts(store, await now(store), after=after, limit=limit, **narrowed)
        assert len(page) == limit or not more
        seen += page
    return seen


async def test_an_artifact_is_shown_as_it_was_declared(store: GraphStore) -> None:
    """Its parts, its fields in canonical form, and the entry that declared it."""
    told = await record(store, stories.churn(), when="2026-12-01T00:00:00Z")

    view = await read_artifact(store, stories.CUSTOMERS, await now(store))

    assert view == ArtifactView(
        urn=stories.CUSTOMERS,
        kind="dataset",
        namespace="crm",
        name="customers",
        version="2026-10-01",
        declared=True,
        position=next(outcome.position for outcome in told.outcomes if outcome.urn == stories.CUSTOMERS) or 0,
        recorded_at=at("2026-12-01T00:00:00Z"),
        actor="ana",
        exists_from=at("2026-10-01T02:00:00Z"),
        fields={"digest": stories.DIGEST, "occurredAt": "2026-10-01T02:00:00.000000Z"},
        told_by={"repo": "github.com/acme/churn", "commit": "3f1c", "run": "8124"},
    )


async def test_what_nobody_named_is_not_there(store: GraphStore) -> None:
    """Nor what was named later, nor what did not exist yet."""
    await record(store, stories.churn())

    assert await read_artifact(store, "dataset:crm/customers@1999", await now(store)) is None
    assert await read_artifact(store, stories.CUSTOMERS, await as_of(store, 0)) is None
    assert await read_artifact(store, stories.CUSTOMERS, await now(store, "2026-10-01T01:00:00Z")) is None
    assert await read_artifact(store, stories.CUSTOMERS, await now(store, "2026-10-01T02:00:00Z")) is not None


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
async def test_pages_follow_one_another_without_gap_or_repetition(store: GraphStore, limit: int) -> None:
    """In the order of URNs, whatever the size of a page; stubs and declared alike."""
    await record(store, *(stories.derived(f"dataset:a/b@{n:02}", f"dataset:z/stub@{n:02}") for n in range(7)))

    everything = [f"dataset:a/b@{n:02}" for n in range(7)] + [f"dataset:z/stub@{n:02}" for n in range(7)]

    assert urns(await every_page(store, limit)) == everything


async def test_pages_are_narrowed_by_kind_namespace_and_text(store: GraphStore) -> None:
    """Each on its own and together; text is found anywhere in the URN, in upper or lower case, wildcards mean themselves."""
    await record(store, stories.churn(), stories.datasets("dataset:churn2/a%25b@1", "dataset:churn2/aXb@1"))

    assert urns(await every_page(store, 2, kind="model")) == [stories.MODEL_6, stories.MODEL_7]
    assert {view.namespace for view in await every_page(store, 2, namespace="churn")} == {"churn"}
    assert urns(await every_page(store, 2, namespace="churn", kind="dataset")) == [stories.TRAINING]
    assert urns(await every_page(store, 2, text="CUSTOMERS@2026-10")) == [stories.CUSTOMERS]
    assert urns(await every_page(store, 2, text="a%25B")) == ["dataset:churn2/a%25b@1"]
    assert await every_page(store, 2, text="a_b@") == []
    assert await every_page(store, 2, text="'; DROP TABLE artifact; --") == []


async def test_pages_show_the_record_as_of_a_position(store: GraphStore) -> None:
    """The same question at the same position gives the same answer for ever."""
    first = await record(store, stories.datasets("dataset:a/b@1"))
    await record(store, stories.datasets("dataset:a/b@0", "dataset:a/b@2"))

    page, more = await read_artifacts(store, await as_of(store, first.position))

    assert (urns(page), more) == (["dataset:a/b@1"], False)


async def test_a_series_shows_its_versions_newest_first(store: GraphStore) -> None:
    """By when they came to exist, whatever their names and the order they were told in."""
    for version, existed in (("10", "2026-03-01"), ("9", "2026-01-01"), ("b", "2026-02-01")):
        await record(store, stories.datasets(f"dataset:a/table@{version}", occurredAt=f"{existed}T00:00:00Z"))
    await record(store, stories.datasets("dataset:a/table/more@1", "dataset:a/table2@1"))

    assert [v.version for v in await read_series(store, "dataset:a/table", await now(store))] == ["10", "b", "9"]
    assert [
        v.version for v in await read_series(store, "dataset:a/table", await now(store, "2026-02-15T00:00:00Z"))
    ] == ["b", "9"]
    assert await read_series(store, "dataset:a/unheard_of", await now(store)) == []


AWKWARD = [
    "dataset:Größe/naïve résumé@ä",
    "dataset:数据/客户/表@二〇二六",
    "dataset:🦆/🧪 test@🚀",
    "dataset:a/with%2Fslash@1",
    "dataset:a/with/slash@1",
    "dataset:a/with//two@1",
    "dataset:a/100%25@50%25",
    "dataset:a/'single' \"double\" `back`@1",
    "dataset:a/back\\slash\ttab\nline@1",
    "dataset:a/at@sign@1",
    "dataset:a/semi;colon:and,comma=equals@1",
    "dataset:a/$param {brace} [bracket]@1",
    "dataset:a/--comment /* x */ //@1",
    "dataset:a/CASE@1",
    "dataset:a/case@1",
    "dataset:a/null%00byte@1",
    "dataset:a/trailing space @ 1 ",
    "dataset:..../..@.",
    "dataset:a/" + "n" * (LONGEST_URN - len("dataset:a/@1")) + "@1",
    "dataset:a/long@" + "v" * (LONGEST_URN - len("dataset:a/long@")),
]


async def test_awkward_names_come_back_as_they_were_told(store: GraphStore) -> None:
    """Unicode, quotes, slashes, percent signs, very long ones: each stays itself and apart from all others."""
    canonical = [parse_urn(urn).text for urn in AWKWARD]
    top = "dataset:top/of_all@1"
    await record(store, stories.derived(top, *AWKWARD), stories.datasets(*AWKWARD))

    found = await read_chain(store, [top], await now(store))

    assert set(urns(found.artifacts)) == {top, *canonical}
    assert len(canonical) == len(set(canonical))
    assert urns(await every_page(store, 4)) == sorted([top, *canonical])
    for urn in canonical:
        view = await read_artifact(store, urn, await now(store))
        assert view is not None
        assert view.declared
        assert parse_urn(f"{view.kind}:{view.namespace}/{view.name}@{view.version}").text == urn
        assert view in await read_series(store, parse_urn(urn).series, await now(store))
        back = await read_chain(store, [urn], await now(store), walk=DOWNSTREAM)
        assert urns(back.artifacts) == [urn, top]
    assert set(outcomes(await record(store, stories.datasets(*AWKWARD)))) == {"UNCHANGED"}


async def test_awkward_text_comes_back_as_it_was_told(store: GraphStore) -> None:
    """Values beside the log and fields inside it, numbers and nesting included."""
    from evidence_graph.lineage.artifact import annotate

    text = "Größe 'x' \"y\" `z` \\ \n\t $a {b} 数据 🚀 \x7f \u2028"
    properties = {text: [1, 2.5, -0.0, 1e300, 5e-324, True, None, {"": ""}, 2**53 - 1, "9" * 1000]}
    source = {"repo": text, "parameters": {text: text}}
    await record(store, stories.datasets("dataset:a/b@1", description=text, properties=properties, source=source))

    moment = await now(store)
    view = await read_artifact(store, "dataset:a/b@1", moment)
    assert view is not None
    await annotate(store, [view], moment)

    assert view.annotations == {"description": text, "properties": properties}
    assert view.fields == {"source": source}


async def test_the_graph_digest_tells_different_knowledge_apart(engine: Engine) -> None:
    """Every part of the graph is in it: declarations, stubs, relations, roll-outs, definitions, sensitivity."""
    store = engine.another()
    await store.open()
    await stories.begin(store)
    seen = [await read_graph_digest(store, await now(store))]
    for told in (
        stories.derived("dataset:a/b@1", "dataset:a/c@1"),
        stories.datasets("dataset:a/c@1"),
        stories.datasets("dataset:a/c@1", sensitivity="PERSONAL"),
        {"kpis": [stories.kpi()]},
        {"kpis": [stories.kpi_version("2", benchmark={"mean": 0.1})]},
        stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T08:00:00Z"),
        stories.adjust(stories.ROLL_OUT_42, "2026-10-03T08:00:00Z", "SHADOW", 1),
        stories.end(stories.ROLL_OUT_42, "2026-10-04T08:00:00Z"),
        stories.retract("dataset:a/b@1", "DERIVED_FROM"),
    ):
        await record(store, told)
        seen.append(await read_graph_digest(store, await now(store)))

    assert len(set(seen)) == len(seen)
    await record(store, stories.datasets("dataset:a/c@1", description="An annotation is no knowledge about the graph."))
    assert await read_graph_digest(store, await now(store)) == seen[-1]
