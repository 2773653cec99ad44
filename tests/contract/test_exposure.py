"""Which deployments ran on what is bad: what they learned is bad for as long as they live, what they read only while it was."""

from typing import Any

import msgspec
import pytest

from evidence_graph.errors import InvalidInput, NotRecorded, TooComplex
from evidence_graph.lineage import exposure, exposure_walk
from evidence_graph.lineage.chain import DOWNSTREAM, read_chain
from evidence_graph.lineage.exposure import read_exposure
from evidence_graph.lineage.exposure_parts import (
    EXPOSURE,
    EXPOSURE_BAND,
    EXPOSURE_JUDGED,
    EXPOSURE_JUDGED_BAND,
    EXPOSURE_WINDOWS,
    ExposedDeployment,
    Exposure,
    ExposureWalk,
    Span,
)
from evidence_graph.lineage.live import read_live
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.named_queries import Question
from graph_schema import BEGINNING, OPEN_END
from tests import stories
from tests.conftest import Engine
from tests.stories import (
    CUSTOMERS,
    CUSTOMERS_BEFORE,
    MODEL_6,
    MODEL_7,
    ROLL_OUT_41,
    ROLL_OUT_42,
    TENURE,
    TRAINING,
    WEEK_40,
    as_of,
    at,
    now,
    record,
)

NOVEMBER = "2026-11-15T00:00:00Z"
SEARCH = "deployment:shop/search@1"
INDEX = "dataset:shop/index@1"


def span(start: str | None = None, end: str | None = None) -> Span:
    return Span(BEGINNING if start is None else at(start), OPEN_END if end is None else at(end))


async def exposed(store: GraphStore, *to: str, moment: Moment | None = None, **arguments: Any) -> Exposure:
    """The exposure as of November, unless told otherwise."""
    moment = moment or await now(store, NOVEMBER)
    return await read_exposure(store, [parse_urn(urn) for urn in to], moment, **arguments)


def deployments(found: list[ExposedDeployment]) -> list[str]:
    return [one.deployment.urn for one in found]


def way(one: ExposedDeployment) -> list[tuple[str, str, str]]:
    return [(step.relation, step.source, step.target) for step in one.witness]


def reading(urn: str = SEARCH, start: str = "2026-10-01T00:00:00Z", **fields: Any) -> dict[str, Any]:
    """A deployment of a model made from nothing bad that reads an index."""
    return {"deployments": [{"urn": urn, "serves": "model:shop/search@1", "reads": [INDEX], "from": start, **fields}]}


async def test_what_was_learned_is_bad_for_as_long_as_the_deployment_lives(store: GraphStore) -> None:
    """Also when it began after the data was repaired; with the shortest way there and the windows of that time."""
    await record(store, stories.churn())

    found = await exposed(store, CUSTOMERS, bad_time=span("2026-09-20T00:00:00Z", "2026-10-01T12:00:00Z"))

    (one,) = found.deployments
    assert (one.deployment.urn, one.slot, one.model and one.model.urn) == (ROLL_OUT_42, stories.SLOT, MODEL_7)
    assert (one.begin, one.until, one.still_live, one.learned) == (at("2026-10-02T08:00:00Z"), None, True, True)
    assert way(one) == [
        ("DERIVED_FROM", TRAINING, CUSTOMERS),
        ("TRAINED_ON", MODEL_7, TRAINING),
        ("SERVES", ROLL_OUT_42, MODEL_7),
    ]
    assert (stories.urns(one.windows), one.window_count) == ([WEEK_40], 1)
    assert found.summary == (
        f"1 deployment touched, 1 still live: {ROLL_OUT_42} since 2026-10-02T08:00:00Z; 1 KPI window in that time."
    )
    assert (found.totals.deployments, found.totals.artifacts, found.totals.bad) == (1, 3, 1)
    assert found.completeness.complete
    assert found.bad == [CUSTOMERS]


async def test_an_ended_deployment_is_touched_until_its_derived_end(store: GraphStore) -> None:
    """A take-over that nobody stated as an end."""
    await record(store, stories.churn())

    (one,) = (await exposed(store, MODEL_6)).deployments

    assert (one.begin, one.until, one.still_live) == (at("2026-09-02T08:00:00Z"), at("2026-10-02T08:00:00Z"), False)


async def test_what_a_deployment_reads_is_bad_only_while_the_data_is(store: GraphStore) -> None:
    """Cut to the bad time, with the windows of that time alone; not at all when it was not live then."""
    weeks = [("2026-10-01", "2026-10-08"), ("2026-10-08", "2026-10-15"), ("2026-10-15", "2026-10-22")]
    windows = [stories.window(SEARCH, f"{start}T00:00:00Z", f"{end}T00:00:00Z") for start, end in weeks]
    await record(store, {"kpis": [stories.kpi()], **reading(), "windows": windows})
    await record(store, reading("deployment:shop/search@2", "2026-11-01T00:00:00Z"))
    bad = span("2026-10-08T00:00:00Z", "2026-10-15T00:00:00Z")

    found = await exposed(store, INDEX, bad_time=bad)

    (one,) = found.deployments
    assert (one.deployment.urn, one.learned, one.still_live) == (SEARCH, False, False)
    assert Span(one.begin, one.until or 0) == bad
    assert [view.fields["start"] for view in one.windows] == ["2026-10-08T00:00:00.000000Z"]
    both = await exposed(store, INDEX)
    assert deployments(both.deployments) == [SEARCH, "deployment:shop/search@2"]
    assert [one.window_count for one in both.deployments] == [3, 0]


async def test_what_is_read_and_learned_is_learned(store: GraphStore) -> None:
    """The shortest way is shown, whichever it is."""
    trained = {"models": [{"urn": "model:shop/search@1", "trainedOn": [INDEX]}]}
    await record(store, stories.together(reading(), trained))

    (one,) = (await exposed(store, INDEX, bad_time=span(None, "2026-09-01T00:00:00Z"))).deployments

    assert (one.learned, one.begin, one.until) == (True, at("2026-10-01T00:00:00Z"), None)
    assert [relation for relation, _, _ in way(one)] == ["TRAINED_ON", "SERVES"]
    (one,) = (await exposed(store, INDEX, bad_time=span(None, "2026-10-05T00:00:00Z"))).deployments
    assert way(one) == [("READS", SEARCH, INDEX)]
    assert one.until is None


async def test_what_was_made_from_predictions_is_touched_too(store: GraphStore) -> None:
    """Unless the deployment that made them was not touched itself."""
    scores, other = "dataset:shop/scores@1", "deployment:shop/rank@1"
    await record(
        store,
        reading(),
        {
            "datasets": [{"urn": scores, "derivedFrom": [SEARCH], "occurredAt": "2026-10-20T00:00:00Z"}],
            "models": [{"urn": "model:shop/rank@1", "trainedOn": [scores]}],
        },
        stories.roll_out(other, "2026-11-01T00:00:00Z", serves="model:shop/rank@1"),
    )

    touched = await exposed(store, INDEX, bad_time=span("2026-10-08T00:00:00Z", "2026-10-15T00:00:00Z"))
    before = await exposed(store, INDEX, bad_time=span("2026-09-01T00:00:00Z", "2026-10-01T00:00:00Z"))

    assert deployments(touched.deployments) == [SEARCH, other]
    assert [one.learned for one in touched.deployments] == [False, True]
    assert touched.deployments[1].begin == at("2026-11-01T00:00:00Z")
    assert (before.deployments, before.totals.artifacts) == ([], 0)
    assert before.summary == "No deployment touched; 0 artifacts made from what is bad."


async def test_the_bad_time_selects_versions_of_a_series_by_what_they_cover(store: GraphStore) -> None:
    """Versions that say nothing of it count as bad, and are counted; without a bad time all versions are bad."""
    months = {"8": ("2026-08-01", "2026-09-01"), "9": ("2026-09-01", "2026-10-01"), "10": ("2026-10-01", "2026-11-01")}
    dated = [
        {"urn": f"dataset:a/table@{name}", "covers": {"from": f"{start}T00:00:00Z", "to": f"{end}T00:00:00Z"}}
        for name, (start, end) in months.items()
    ]
    open_end = {"urn": "dataset:a/table@since-9", "covers": {"from": "2026-09-15T00:00:00Z"}}
    await record(store, {"datasets": [*dated, open_end, {"urn": "dataset:a/table@x"}]})
    series = "dataset:a/table"

    found = await exposed(store, series, bad_time=span("2026-09-01T00:00:00Z", "2026-10-01T00:00:00Z"))
    early = await exposed(store, series, bad_time=span("2026-08-05T00:00:00Z", "2026-08-06T00:00:00Z"))

    assert found.bad == [f"{series}@{name}" for name in ("9", "since-9", "x")]
    assert found.totals.without_covers == 1
    assert found.summary.endswith("1 version counted as bad without saying what time their rows cover.")
    assert early.bad == [f"{series}@8", f"{series}@x"]
    whole = await exposed(store, series)
    assert (len(whole.bad), whole.totals.without_covers) == (5, 0)
    pinned = await exposed(store, f"{series}@8", bad_time=span("2026-10-01T00:00:00Z"))
    assert pinned.bad == [f"{series}@8"]


async def test_no_version_covers_the_bad_time(store: GraphStore) -> None:
    await record(store, stories.datasets("dataset:a/t@1", covers={"to": "2026-09-01T00:00:00Z"}))

    found = await exposed(store, "dataset:a/t", bad_time=span("2026-09-01T00:00:00Z"))

    assert (found.bad, found.deployments, found.judged_on) == ([], [], [])
    assert found.summary == "No version covers the bad time, so nothing was touched."


async def test_only_deployments_of_interest_are_shown(store: GraphStore) -> None:
    """Those live at some time in [from, to); when they were touched is not cut by it."""
    await record(store, stories.churn())
    everything = (CUSTOMERS, CUSTOMERS_BEFORE)

    both = await exposed(store, *everything)
    early = await exposed(store, *everything, live_time=span(None, "2026-10-02T08:00:00Z"))
    late = await exposed(store, *everything, live_time=span("2026-10-02T08:00:00Z", "2026-10-03T00:00:00Z"))

    assert deployments(both.deployments) == [ROLL_OUT_41, ROLL_OUT_42]
    assert deployments(early.deployments) == [ROLL_OUT_41]
    assert late.deployments == [both.deployments[1]]
    assert (late.totals.deployments, late.totals.artifacts) == (1, both.totals.artifacts)


async def test_a_model_evaluated_on_what_is_bad_was_only_judged_on_it(store: GraphStore) -> None:
    """Its deployment stands apart; what was touched does not stand there again."""
    await record(store, stories.churn())

    found = await exposed(store, CUSTOMERS_BEFORE)

    assert deployments(found.deployments) == [ROLL_OUT_41]
    (one,) = found.judged_on
    assert (one.deployment.urn, one.learned, one.begin, one.windows) == (
        ROLL_OUT_42, False, at("2026-10-02T08:00:00Z"), [],
    )  # fmt: skip
    assert way(one) == [("EVALUATED_ON", MODEL_7, CUSTOMERS_BEFORE), ("SERVES", ROLL_OUT_42, MODEL_7)]
    assert found.summary.endswith("1 deployment only judged on it.")
    again = await exposed(store, CUSTOMERS_BEFORE, CUSTOMERS)
    assert (deployments(again.deployments), again.judged_on) == ([ROLL_OUT_41, ROLL_OUT_42], [])


async def test_labels_of_windows_judge_until_the_window_is_revised(store: GraphStore) -> None:
    """Directly, through the model's own window, or through the window that a benchmark was established on."""
    labels, holdout = "dataset:churn/labels@1", "dataset:churn/holdout@1"
    offline = {"model": MODEL_6, "kpi": stories.CONVERSION, "start": "2026-08-01T00:00:00Z", "n": 10, "successes": 1}
    offline |= {"end": "2026-08-08T00:00:00Z", "computedFrom": [holdout]}
    backtest = f"kpi_window:churn/churn,model,{stories.CONVERSION}@6,20260801T000000Z,r0"
    story = stories.churn()
    story["windows"] = [stories.week_40(computedFrom=[labels], comparedWith=[backtest]), offline]
    await record(store, story)

    by_labels = await exposed(store, labels)
    by_benchmark = await exposed(store, holdout)

    assert (by_labels.deployments, deployments(by_labels.judged_on)) == ([], [ROLL_OUT_42])
    (one,) = by_labels.judged_on
    assert way(one) == [("COMPUTED_FROM", WEEK_40, labels), ("MEASURES", WEEK_40, ROLL_OUT_42)]
    assert stories.urns(one.windows) == [WEEK_40]
    assert deployments(by_benchmark.judged_on) == [ROLL_OUT_41, ROLL_OUT_42]
    assert [way(one) for one in by_benchmark.judged_on] == [
        [("COMPUTED_FROM", backtest, holdout), ("MEASURES", backtest, MODEL_6), ("SERVES", ROLL_OUT_41, MODEL_6)],
        [
            ("COMPUTED_FROM", backtest, holdout),
            ("COMPARED_WITH", WEEK_40, backtest),
            ("MEASURES", WEEK_40, ROLL_OUT_42),
        ],
    ]
    await record(store, {"windows": [stories.week_40(revision=1, successes=950)]})
    assert (await exposed(store, labels)).judged_on == []
    assert deployments((await exposed(store, holdout)).judged_on) == [ROLL_OUT_41]


async def test_a_benchmark_measured_on_what_was_touched_is_bad(store: GraphStore) -> None:
    """In the time it was touched."""
    story = stories.churn()
    week = stories.window(ROLL_OUT_41, "2026-09-02T08:00:00Z", "2026-09-09T08:00:00Z")
    week_36 = WEEK_40.replace("@42,20261002", "@41,20260902")
    story["windows"] = [week, stories.week_40(comparedWith=[week_36])]
    story["models"][1].pop("evaluatedOn")
    await record(store, story)

    found = await exposed(store, MODEL_6)

    assert deployments(found.deployments) == [ROLL_OUT_41]
    assert [way(one) for one in found.judged_on] == [
        [
            ("SERVES", ROLL_OUT_41, MODEL_6),
            ("MEASURES", week_36, ROLL_OUT_41),
            ("COMPARED_WITH", WEEK_40, week_36),
            ("MEASURES", WEEK_40, ROLL_OUT_42),
        ]
    ]


async def test_the_highest_known_revision_of_a_window_counts(store: GraphStore) -> None:
    """Also when there are ten; at the old position the old one does."""
    told = await record(store, stories.churn())
    for revision in (2, 10):
        await record(store, {"windows": [stories.week_40(revision=revision, successes=900 + revision)]})

    (one,) = (await exposed(store, MODEL_7)).deployments
    (before,) = (await exposed(store, MODEL_7, moment=await as_of(store, told.position, NOVEMBER))).deployments

    assert (stories.urns(one.windows), one.window_count) == ([WEEK_40.replace(",r0", ",r10")], 1)
    assert stories.urns(before.windows) == [WEEK_40]


async def test_both_clocks_are_heard(store: GraphStore) -> None:
    """What was not known yet, or did not exist yet, is not part of it; still live is said of the instant asked about."""
    await record(store, stories.churn())
    known = await as_of(store, (await now(store)).position - 1, NOVEMBER)
    await record(store, stories.end(ROLL_OUT_42, "2026-11-01T00:00:00Z"))

    (one,) = (await exposed(store, TENURE)).deployments
    (then,) = (await exposed(store, TENURE, moment=await now(store, "2026-10-20T00:00:00Z"))).deployments
    (unknown,) = (await exposed(store, TENURE, moment=known)).deployments
    earlier = await exposed(store, TENURE, moment=await now(store, "2026-10-02T07:59:59Z"))

    assert (one.still_live, then.still_live, unknown.still_live) == (False, True, True)
    assert (one.until, then.until, unknown.until) == (at("2026-11-01T00:00:00Z"), at("2026-11-01T00:00:00Z"), None)
    assert (earlier.deployments, earlier.totals.artifacts) == ([], 2)


async def test_a_hub_is_cut_where_it_says(store: GraphStore) -> None:
    """Whole at its very size; cut one below, each band leaves room for the next, so that deployments are found all the same."""
    copies = [f"dataset:hub/copy@{number:03}" for number in range(40)]
    await record(store, {"datasets": [{"urn": urn, "derivedFrom": ["dataset:hub/a@1"]} for urn in copies]})
    models = [{"urn": f"model:hub/m@{number:03}", "trainedOn": [urn]} for number, urn in enumerate(copies)]
    await record(
        store, {"models": models}, stories.roll_out("deployment:hub/s@1", stories.GENESIS, serves=models[3]["urn"])
    )

    whole = await exposed(store, "dataset:hub/a@1", limit=82)
    cut = await exposed(store, "dataset:hub/a@1", limit=81)
    short = await exposed(store, "dataset:hub/a@1", limit=10)

    assert (whole.completeness.truncated, whole.totals.artifacts) == (False, 81)
    assert not whole.totals.at_least
    assert (cut.completeness.truncated, cut.totals.artifacts, cut.totals.at_least) == (True, 40 + 20 + 1, True)
    assert deployments(cut.deployments) == ["deployment:hub/s@1"]
    assert cut.completeness.truncated_at == tuple(copies[20:])
    assert cut.summary.startswith("At least 1 deployment touched, 1 still live: deployment:hub/s@1 since ")
    assert cut.summary.endswith(
        "More was made from it than the 81 artifacts walked into: raise limit, or ask about some of what was made from it."
    )
    assert short.completeness.truncated_at == ("dataset:hub/a@1", *copies[2:5])
    assert not short.completeness.complete
    assert short.totals.artifacts == 5 + 2
    assert short.summary.startswith("No deployment found; at least 7 artifacts made from what is bad. ")


async def test_a_cut_exposure_keeps_deployments_first(store: GraphStore) -> None:
    """Of what was made directly from a hub: what answers requests, then models, features and datasets, each by URN."""
    hub = "dataset:hub/a@1"
    readers = [
        {"urn": f"deployment:hub/z{n}@1", "serves": "model:x/y@1", "reads": [hub], "from": NOVEMBER} for n in (1, 2)
    ]
    models = [f"model:hub/m@{n}" for n in (1, 2)]
    await record(
        store,
        {"datasets": [{"urn": f"dataset:hub/copy@{n:02}", "derivedFrom": [hub]} for n in range(30)]},
        {"deployments": readers, "models": [{"urn": urn, "trainedOn": [hub]} for urn in models]},
        {"features": [{"urn": "feature:hub/f@1", "computedFrom": [hub]}]},
    )
    moment = await now(store, "2026-12-01T00:00:00Z")

    rows = await store.ask(EXPOSURE_BAND, ExposureWalk([hub], OPEN_END, moment.position, 6, 10))
    wider = await store.ask(EXPOSURE_BAND, ExposureWalk([hub], OPEN_END, moment.position, 100, 10))
    found = await exposed(store, hub, moment=moment, limit=9)

    in_order = [reader["urn"] for reader in readers] + models + ["feature:hub/f@1", "dataset:hub/copy@00"]
    assert [row.urn for row in rows] == in_order
    assert [row.urn for row in wider][:6] == in_order
    assert len(wider) == 35
    assert deployments(found.deployments) == in_order[:2]
    assert (found.totals.artifacts, found.completeness.truncated_at) == (4, (hub,))


@pytest.mark.parametrize("most", [1, 2, 3])
async def test_a_walk_in_bands_finds_what_one_traversal_finds(
    store: GraphStore, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when only some of the steps to an artifact come."""
    await record(
        store, stories.churn(), reading(), {"models": [{"urn": "model:shop/search@1", "trainedOn": [TRAINING]}]}
    )
    expected = [await exposed(store, urn) for urn in (CUSTOMERS, TENURE, INDEX)]

    monkeypatch.setattr(exposure_walk, "MOST_STEPS", most)

    assert [await exposed(store, urn) for urn in (CUSTOMERS, TENURE, INDEX)] == expected


@pytest.mark.parametrize(
    ("most", "counted", "behind"), [(3, [1, 2], ()), (2, [1, 1], (ROLL_OUT_42,)), (1, [1, 0], (ROLL_OUT_42,))]
)
async def test_windows_that_were_not_read_are_said_to_be_missing(
    store: GraphStore, monkeypatch: pytest.MonkeyPatch, most: int, counted: list[int], behind: tuple[str, ...]
) -> None:
    """Numbers are then at least what they are."""
    story = stories.churn()
    story["windows"] += [
        stories.window(ROLL_OUT_41, "2026-09-02T08:00:00Z", "2026-09-09T08:00:00Z"),
        stories.window(ROLL_OUT_42, "2026-10-09T08:00:00Z", "2026-10-16T08:00:00Z"),
    ]
    await record(store, story)
    monkeypatch.setattr(exposure, "most_windows", lambda _: most)

    found = await exposed(store, MODEL_6, MODEL_7)

    assert [one.window_count for one in found.deployments] == counted
    assert (found.completeness.truncated, found.completeness.truncated_at) == (bool(behind), behind)
    assert (f"at least {sum(counted)} KPI window" in found.summary) == bool(behind)


async def test_what_was_judged_and_not_read_is_said_to_be_missing(
    store: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands first by URN is kept."""
    labels, story = "dataset:churn/labels@1", stories.churn()
    story["windows"] = [stories.week_40(computedFrom=[labels])]
    story["models"][0]["evaluatedOn"] = [labels]
    await record(store, story)
    whole = await exposed(store, labels)

    monkeypatch.setattr(exposure, "most_judged", lambda _: 1)
    cut = await exposed(store, labels)

    assert deployments(whole.judged_on) == [ROLL_OUT_41, ROLL_OUT_42]
    assert not whole.completeness.truncated
    assert deployments(cut.judged_on) == [ROLL_OUT_42]
    assert cut.completeness.truncated


async def test_exposure_agrees_with_chain_and_live(store: GraphStore) -> None:
    """Every deployment downstream over what things are made from is there, and still live when `live` says so."""
    await record(store, stories.churn())
    moment = await now(store, NOVEMBER)

    found = await exposed(store, CUSTOMERS, CUSTOMERS_BEFORE, moment=moment)
    chain = await read_chain(store, [CUSTOMERS, CUSTOMERS_BEFORE], moment, walk=DOWNSTREAM)
    live = await read_live(store, moment)

    assert set(deployments(found.deployments)) == {view.urn for view in chain.artifacts if view.kind == "deployment"}
    still = {one.deployment.urn for one in found.deployments if one.still_live}
    assert still == {one.deployment.urn for one in live.deployments}


async def test_a_stub_is_said_to_be_one(store: GraphStore) -> None:
    """It may be bad, and it may lie on the way."""
    await record(store, stories.roll_out("deployment:a/b@1", stories.GENESIS, serves="model:a/b@1"))

    found = await exposed(store, "model:a/b@1")

    assert deployments(found.deployments) == ["deployment:a/b@1"]
    assert found.completeness.unresolved == ("model:a/b@1",)
    assert not found.completeness.complete


@pytest.mark.parametrize(
    ("to", "arguments", "words"),
    [
        ([], {}, "`to` is empty"),
        ([ROLL_OUT_42], {}, r"to\[0\] names a deployment"),
        ([CUSTOMERS, stories.SLOT], {}, r"to\[1\] names a slot"),
        ([WEEK_40], {}, "names a kpi_window"),
        ([CUSTOMERS], {"bad_time": Span(5, 5)}, "badTo must be after badFrom"),
        ([CUSTOMERS], {"live_time": Span(5, 4)}, "liveTo must be after liveFrom"),
        ([CUSTOMERS], {"limit": 0}, "limit is 0"),
        ([CUSTOMERS], {"limit": 10_001}, "limit is 10001"),
        ([f"dataset:a/b{number}" for number in range(51)], {}, "51 of them series"),
    ],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused(
    store: GraphStore, to: list[str], arguments: dict[str, Any], words: str
) -> None:
    await record(store, stories.churn())

    with pytest.raises(InvalidInput, match=words):
        await exposed(store, *to, **arguments)


async def test_what_is_not_on_record_is_not_found(store: GraphStore) -> None:
    """An artifact, a series, and either before it was recorded."""
    told = await record(store, stories.churn())

    for urn in ("dataset:a/b@1", "dataset:a/b"):
        with pytest.raises(NotRecorded, match="Check the URN"):
            await exposed(store, CUSTOMERS, urn)
    for urn in (MODEL_7, "model:churn/churn"):
        with pytest.raises(NotRecorded):
            await exposed(store, urn, moment=await as_of(store, (told.position or 0) - 6, NOVEMBER))


async def test_too_many_versions_are_refused_with_what_to_do(store: GraphStore) -> None:
    """As many as the limit are walked from."""
    await record(store, stories.datasets(*(f"dataset:a/t@{number}" for number in range(5))))

    assert len((await exposed(store, "dataset:a/t", limit=5)).bad) == 5
    with pytest.raises(TooComplex, match="Narrow badFrom and badTo"):
        await exposed(store, "dataset:a/t", limit=4)


@pytest.mark.parametrize("name", ["é\N{COMBINING ACUTE ACCENT}", "a%2Fb", "a'b\"c", "x%40y", "/".join("ab" * 200), "~"])
async def test_awkward_names_come_through(store: GraphStore, name: str) -> None:
    """However they are written."""
    urn, slot = f"dataset:odd/{name}@1", f"deployment:odd/{name}@1"
    model = {"models": [{"urn": f"model:odd/{name}@1", "trainedOn": [urn]}]}
    receipt = await record(store, model, stories.roll_out(slot, stories.GENESIS, serves=f"model:odd/{name}@1"))

    found = await exposed(store, urn)

    assert deployments(found.deployments) == [receipt.outcomes[1].urn]
    assert len(found.deployments[0].witness) == 2


EVERYTHING = (
    "AllNodesScan",
    "NodeByLabelScan",
    "SCAN r\n",
    "SCAN artifact",
    "SCAN found",
    "SCAN named",
    "SCAN near",
    "SCAN window",
)


@pytest.mark.parametrize("question", [EXPOSURE, EXPOSURE_JUDGED], ids=lambda question: question.stem)
async def test_a_walk_visits_each_artifact_once(
    engine: Engine, store: GraphStore, question: Question[msgspec.Struct, msgspec.Struct]
) -> None:
    """As chains do (tests/contract/test_chain_plan.py)."""
    plan = await store.explain(question)

    assert ("RECURSIVE STEP" if engine.name == "sqlite" else "VarLengthExpand(Pruning,BFS,All)") in plan


@pytest.mark.parametrize(
    "question",
    [EXPOSURE, EXPOSURE_BAND, EXPOSURE_WINDOWS, EXPOSURE_JUDGED, EXPOSURE_JUDGED_BAND],
    ids=lambda question: question.stem,
)
async def test_no_question_reads_more_than_it_is_about(
    store: GraphStore, question: Question[msgspec.Struct, msgspec.Struct]
) -> None:
    """However much else is on record."""
    plan = await store.explain(question)

    assert [each for each in EVERYTHING if each in plan] == []
