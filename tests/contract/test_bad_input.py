"""Bad input is refused with a message that says what would be accepted, and nothing of it is recorded."""

import math
import socket
from pathlib import Path
from typing import Any

import pytest

from evidence_graph.errors import StoreRefused, StoreUnavailable
from evidence_graph.lineage.artifact import read_artifacts
from evidence_graph.lineage.moment import read_head
from evidence_graph.store.graph_store import HEAD, GraphStore, NoParameters
from evidence_graph.store.sqlite import SqliteStore
from tests import stories
from tests.conftest import ENGINES
from tests.stories import attempt, messages, now, record

MEGABYTE = "x" * 1_000_000
NESTED: Any = []
for _ in range(1_000):
    NESTED = [NESTED]


def dataset(**fields: Any) -> dict[str, Any]:
    return stories.datasets("dataset:a/b@1", **fields)


def week(**fields: Any) -> dict[str, Any]:
    return {"kpis": [stories.kpi()], "windows": [stories.week_40() | fields]}


def mean(**fields: Any) -> dict[str, Any]:
    told = {"n": 10, "mean": 0.5, "variance": 0.25, "successes": None}
    return {"kpis": [stories.kpi(aggregate="MEAN")], "windows": [stories.week_40(**(told | fields))]}


def of_kpi(aggregate: str, **fields: Any) -> dict[str, Any]:
    """A window of a KPI of this type, with nothing but these numbers."""
    bare = {"n": None, "successes": None}
    return {"kpis": [stories.kpi(aggregate=aggregate)], "windows": [stories.week_40(**(bare | fields))]}


def ratio(n: int = 4, **changed: Any) -> dict[str, Any]:
    sums = {"x": 8, "y": 4, "xx": 20, "yy": 6, "xy": 9} | changed
    return of_kpi("RATIO", n=n, sums={name: value for name, value in sums.items() if value is not None})


def kpi(**fields: Any) -> dict[str, Any]:
    return {"kpis": [stories.kpi(**fields)]}


BAD: dict[str, dict[str, tuple[Any, str]]] = {
    "URNs": {
        "no colon": (stories.datasets("customers"), "kind:namespace/name@version"),
        "no namespace": (stories.datasets("dataset:customers@1"), "has no namespace"),
        "empty name": (stories.datasets("dataset:a/@1"), "empty part"),
        "empty namespace": (stories.datasets("dataset:/b@1"), "empty part"),
        "empty version": (stories.datasets("dataset:a/b@"), "empty part"),
        "no version": (stories.datasets("dataset:a/b"), "Pin it: dataset:a/b@VERSION"),
        "percent sign without digits": (stories.datasets("dataset:a/100%@1"), "%25"),
        "escapes that are no UTF-8": (stories.datasets("dataset:a/%FF@1"), "UTF-8"),
        "half a character in a URN": (stories.datasets("dataset:a/\ud800@1"), "surrogate"),
        "too long a URN": (stories.datasets("dataset:a/" + "n" * 1024 + "@1"), "at most 1024 bytes"),
        "unknown kind": (stories.datasets("table:a/b@1"), "Known kinds are dataset, feature, model"),
        "the kind of another section": (stories.datasets("model:a/b@1"), "a dataset is wanted here"),
        "a slot": (stories.datasets("slot:a/b"), "slot"),
        "a number as URN": (stories.datasets(17), "quotes"),  # type: ignore[arg-type]
        "no urn": ({"datasets": [{"digest": stories.DIGEST}]}, "no urn"),
    },
    "relations": {
        "a relation to a kind that the schema does not allow": (
            {"models": [{"urn": stories.MODEL_7, "trainedOn": [stories.ROLL_OUT_42]}]},
            "A dataset or feature is wanted here",
        ),
        "a relation of another kind of artifact": (dataset(trainedOn=["dataset:a/c@1"]), "unknown field 'trainedOn'"),
        "a relation to a series": (dataset(derivedFrom=["dataset:a/c"]), "Pin it: dataset:a/c@VERSION"),
        "a relation to nothing": (dataset(derivedFrom=[None]), "null"),
        "two models served": (
            stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T08:00:00Z", serves=[stories.MODEL_6, stories.MODEL_7]),
            "Exactly one",
        ),
        "no model served": (
            stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T08:00:00Z", serves=None),
            "serves no model",
        ),
        "a window of two things": (week(model=stories.MODEL_7), "not both"),
        "a window of nothing": (week(deployment=None), "deployment or a model"),
        "itself": (dataset(derivedFrom=["dataset:a/b@1"]), "names the artifact itself"),
        "itself in other spelling": (dataset(derivedFrom=["dataset:a/%62@1"]), "names the artifact itself"),
        "a cycle inside the manifest": (
            stories.together(
                stories.derived("dataset:a/b@1", "dataset:a/c@1"), stories.derived("dataset:a/c@1", "dataset:a/b@1")
            ),
            "dataset:a/c@1 → dataset:a/b@1 → dataset:a/c@1",
        ),
    },
    "digests, times and intervals": {
        "a digest of another algorithm": (dataset(digest="md5:" + "0" * 32), "sha256: and 64 hexadecimal digits"),
        "a short digest": (dataset(digest="sha256:abc"), "64 hexadecimal digits"),
        "a digest without its algorithm": (dataset(digest="ab" * 32), "64 hexadecimal digits"),
        "a web address as digest": (dataset(digest="https://example.com/sha256"), "64 hexadecimal digits"),
        "a time without zone": (dataset(occurredAt="2026-10-02T08:00:00"), "no time zone"),
        "a date": (dataset(occurredAt="2026-10-02"), "2026-10-02T08:00:00Z"),
        "a day that does not exist": (dataset(occurredAt="2026-02-30T08:00:00Z"), "exists"),
        "a time before the year 1": (dataset(occurredAt="0001-01-01T00:00:00+14:00"), "exists"),
        "a time after the year 9999": (dataset(occurredAt="9999-12-31T23:59:59-14:00"), "exists"),
        "nanoseconds": (dataset(occurredAt="2026-10-02T08:00:00.1234567Z"), "six fraction digits"),
        "seconds since 1970": (dataset(occurredAt=1790000000), "quotes"),
        "covers that ends before it begins": (
            dataset(covers={"from": "2026-10-02T08:00:00Z", "to": "2026-10-01T08:00:00Z"}),
            "ends before it begins",
        ),
        "a roll-out that ends before it begins": (
            stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T08:00:00Z", to="2026-10-02T09:00:00+02:00"),
            "ends before it begins",
        ),
        "a roll-out without a beginning": (
            {"deployments": [{"urn": stories.ROLL_OUT_42, "serves": stories.MODEL_7}]},
            "has no from",
        ),
        "a window that ends before it begins": (week(end="2026-10-01T08:00:00Z"), "ends before it begins"),
        "an empty window": (week(end="2026-10-02T08:00:00Z"), "ends before it begins"),
        "overlapping stated intervals": (
            stories.together(
                stories.roll_out("deployment:a/slot@1", "2026-10-01T00:00:00Z", to="2026-10-09T00:00:00Z"),
                stories.roll_out("deployment:a/slot@2", "2026-10-05T00:00:00Z", to="2026-10-12T00:00:00Z"),
            ),
            "deployment:a/slot@1 from 2026-10-01T00:00:00.000000Z until 2026-10-09T00:00:00.000000Z",
        ),
        "a window across the live interval": (
            stories.together(
                stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T08:00:00Z", to="2026-10-05T08:00:00Z"), week()
            ),
            "Cut it at 2026-10-05T08:00:00.000000Z",
        ),
        "months as a duration": ({"kpis": [stories.kpi(labelHorizon="P1M")]}, "P14D"),
        "an empty duration": ({"kpis": [stories.kpi(labelHorizon="PT")]}, "P14D"),
    },
    "numbers": {
        "NaN": (mean(mean=math.nan), "not a finite number"),
        "infinity": (mean(variance=math.inf), "not a finite number"),
        "minus infinity inside properties": (dataset(properties={"deep": [{"x": -math.inf}]}), "properties.deep[0].x"),
        "an integer of 2^53": (week(n=2**53), "2^53 or more"),
        "an integer of -2^53 inside parameters": (dataset(source={"parameters": {"seed": -(2**53)}}), "2^53 or more"),
        "an integer of 2^64 inside properties": (dataset(properties={"big": 2**64}), "2^53 or more"),
        "half an observation": (week(n=10.5), "whole number"),
        "fewer than no observations": (week(n=-1), "whole number"),
        "a number as text": (week(n="18234"), "number is wanted"),
        "true as a number": (week(n=True), "number is wanted"),
        "more successes than observations": (week(n=10, successes=11), "at most n"),
        "a negative variance": (mean(variance=-0.1), "negative"),
        "statistics of two aggregates": (week(mean=0.5), "one aggregate"),
        "no statistics": (week(n=None, successes=None), "one aggregate"),
        "no traffic": (
            stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T08:00:00Z", traffic=0),
            "above 0 and at most 1",
        ),
        "too much traffic": (
            stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T08:00:00Z", traffic=1.5),
            "above 0 and at most 1",
        ),
    },
    "statistics": {
        "no observation": (week(n=0, successes=0), "at least one observation"),
        "no observation of a mean": (mean(n=0), "at least one observation"),
        "a mean without variance": (mean(variance=None), "sample variance"),
        "the variance of one observation": (mean(n=1), "One observation has no variance"),
        "a mean for a proportion": (
            {"kpis": [stories.kpi()], "windows": [stories.week_40(successes=None, mean=1.2, variance=0.1)]},
            "defined as PROPORTION",
        ),
        "a denominator that adds up to nothing": (ratio(x=0), "above 0"),
        "a negative denominator": (ratio(x=-8), "above 0"),
        "too small squares of the denominator": (ratio(xx=15), "sums.xx"),
        "too small squares of the numerator": (ratio(yy=3), "sums.yy"),
        "negative squares": (ratio(yy=-6), "sums.yy"),
        "too large products": (ratio(xy=12), "sums.xy"),
        "products that fit the squares and not the sums": (ratio(xy=4), "sums.xy"),
        "four of five sums": (ratio(xy=None), "has no xy"),
        "a sum that is infinite": (ratio(yy=math.inf), "not a finite number"),
        "events per nothing": (of_kpi("COUNT", events=3, exposure=0), "above 0"),
        "events per less than nothing": (of_kpi("COUNT", events=3, exposure=-0.5), "above 0"),
        "fewer than no events": (of_kpi("COUNT", events=-1, exposure=2), "whole number"),
        "half an event": (of_kpi("COUNT", events=0.5, exposure=2), "whole number"),
        "a negative standard error": (of_kpi("ESTIMATE", n=9, value=0.7, standardError=-0.1), "0 or more"),
        "an estimate from nothing": (of_kpi("ESTIMATE", n=0, value=0.7), "at least one observation"),
        "an estimate without n": (of_kpi("ESTIMATE", value=0.7), "one aggregate"),
        "an estimate that is no number": (of_kpi("ESTIMATE", n=9, value=math.nan), "not a finite number"),
        "a window of a KPI that nobody defined": (
            {"windows": [stories.week_40(kpi="a/b")]},
            "Nobody defined the KPI a/b",
        ),
    },
    "definitions": {
        "a negative label horizon": (kpi(labelHorizon="-P14D"), "zero or more"),
        "a cadence of nothing": (kpi(cadence="P0D"), "longer than zero"),
        "an error level in per cent": (kpi(errorLevel=5), "at most 0.5"),
        "two benchmarks in one": (kpi(benchmark={"mean": 0.5, "against": stories.SLOT}), "exactly one"),
        "two benchmarks at one instant": (
            {"kpis": [stories.kpi(benchmark={"mean": 0.5}), stories.kpi(benchmark={"mean": 0.6}, version="2")]},
            "Version 1 of churn/conversion applies from the beginning too",
        ),
        "two versions from one instant on": (
            {
                "kpis": [
                    stories.kpi_version("8", since="2026-10-01T00:00:00Z", cadence="P7D"),
                    stories.kpi_version("9", since="2026-10-01T02:00:00+02:00"),
                ]
            },
            "Version 8 of churn/conversion applies from 2026-10-01T00:00:00.000000Z too",
        ),
        "a benchmark no proportion reaches": (kpi(benchmark={"mean": 5}), "from 0 to 1"),
        "a band without its ends": (kpi(direction="IN_BAND"), "band: {from, to}"),
    },
    "texts": {
        "a megabyte of URN": (stories.datasets("dataset:a/" + MEGABYTE), "1000010 characters"),
        "a megabyte of description": (dataset(description=MEGABYTE), "100000"),
        "a megabyte of address": (dataset(uri=MEGABYTE), "4096"),
        "a megabyte of digest": (dataset(digest=MEGABYTE), "4096"),
        "a megabyte inside properties": (dataset(properties={"x": MEGABYTE}), "100000"),
        "a megabyte of keys inside properties": (dataset(properties={MEGABYTE: 1}), "100000"),
        "a megabyte inside parameters": (dataset(source={"parameters": {"x": [MEGABYTE]}}), "100000"),
        "a megabyte of segment": (week(segment={"origin": MEGABYTE}), "4096"),
        "a megabyte of KPI name": ({"kpis": [stories.kpi(MEGABYTE)]}, "4096"),
        "a megabyte of field name": (dataset(**{MEGABYTE: 1}), "unknown field"),
        "a megabyte of mode": (stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T08:00:00Z", mode=MEGABYTE), "4096"),
        "a megabyte of time": (dataset(occurredAt=MEGABYTE), "4096"),
        "half a character": (dataset(description="\ud83e"), "surrogate"),
        "properties nested a thousand deep": (dataset(properties={"x": NESTED}), "nested too deeply"),
    },
    "fields": {
        "an unknown field": (dataset(derivedFromm=["dataset:a/c@1"]), "Did you mean 'derivedFrom'?"),
        "an unknown field without a near one": (dataset(zzz=1), "Known here:"),
        "an unknown section": ({"dataset": []}, "Did you mean 'datasets'?"),
        "an unknown field of source": (dataset(source={"repository": "x"}), "Did you mean 'repo'?"),
        "an unknown mode": (stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T08:00:00Z", mode="PROD"), "PRODUCTION"),
        "an unknown aggregate": ({"kpis": [stories.kpi(aggregate="PROPORTIONS")]}, "Did you mean 'PROPORTION'?"),
        "a list where an object is wanted": (dataset(properties=[1]), "JSON object is wanted"),
        "a text where an object is wanted": (dataset(source="github.com/acme"), "An object is wanted here"),
        "an item that is no object": ({"datasets": ["dataset:a/b@1"]}, "An object is wanted here"),
        "a manifest that is no object": ([], "An object is wanted here"),
        "a manifest of another version": ({"apiVersion": "evidence/v9"}, "evidence/v1"),
        "too many items of one kind": (stories.datasets(*["dataset:a/b@1"] * 10_001), "At most 10000"),
        "too many items": (
            stories.datasets(*["dataset:a/b@1"] * 5_001) | {"features": [{"urn": "feature:a/b@1"}] * 5_000},
            "several parts",
        ),
        "a KPI without a direction": ({"kpis": [{"name": "a/b"}]}, "has no direction"),
        "a KPI without a namespace": ({"kpis": [stories.kpi("conversion")]}, "namespace"),
        "a KPI's version in its name": ({"kpis": [stories.kpi("churn/conversion@2")]}, "version"),
        "a KPI's version in a window's KPI": (week(kpi="churn/conversion@1"), "version"),
        "a smallest relevant change of nothing": (
            {"kpis": [stories.kpi(smallestRelevantChange={"absolute": 0})]},
            "above 0",
        ),
        "two smallest relevant changes": (
            {"kpis": [stories.kpi(smallestRelevantChange={"absolute": 1, "relative": 1})]},
            "exactly one",
        ),
    },
}


@pytest.mark.parametrize("told", BAD.values(), ids=BAD)
async def test_bad_input_is_refused_and_nothing_is_recorded(
    store: GraphStore, told: dict[str, tuple[Any, str]]
) -> None:
    """The fault says where, what is wrong and what to do, in few words, and even good neighbours stay off the record."""
    before = await read_head(store)

    for name, (document, expected) in told.items():
        refused = await attempt(store, stories.datasets("dataset:good/neighbour@1"), document)

        assert refused.faults, name
        assert {fault.code for fault in refused.faults} <= {"INVALID", "CONFLICT"}, name
        assert expected in messages(refused.faults), name
        assert all(fault.field and fault.message and fault.next_step for fault in refused.faults), name
        assert len(messages(refused.faults)) < 3_000, name
        assert refused.position is None, name
        assert await read_head(store) == before, name
    assert await read_artifacts(store, await now(store)) == ([], False)


async def test_every_conflict_of_a_manifest_is_listed(store: GraphStore) -> None:
    """Nothing of it is recorded."""
    await record(store, stories.churn())
    before = await read_head(store)
    told = stories.churn()
    told["datasets"][0]["digest"] = stories.OTHER_DIGEST
    told["features"][0]["digest"] = stories.DIGEST
    told["models"][0]["trainedOn"] = [stories.CUSTOMERS]
    told["kpis"][0]["benchmark"] = {"mean": 0.07}
    told["deployments"][1]["from"] = "2026-10-03T08:00:00Z"
    told["windows"][0]["successes"] = 7
    told["datasets"].append({"urn": "dataset:good/neighbour@1"})

    refused = await attempt(store, told)

    assert sorted(fault.field for fault in refused.faults) == [
        "datasets[0].urn",
        "deployments[1].urn",
        "features[0].urn",
        "kpis[0].version",
        "models[0].urn",
        "windows[0].revision",
    ]
    assert {fault.code for fault in refused.faults} == {"CONFLICT"}
    assert await read_head(store) == before


async def unreachable(store: GraphStore) -> None:
    """Opening, asking and writing all say so, in words that name no address; nothing hangs."""

    async def work(_: object) -> None: ...

    for call in (store.open, lambda: store.ask(HEAD, NoParameters()), lambda: store.write(work)):
        with pytest.raises(StoreUnavailable) as refused:
            await call()
        assert refused.value.code == "BACKEND_UNAVAILABLE"
        assert refused.value.next_step
        for secret in ("127.0.0.1", "secret", "evidence.db", "Errno"):
            assert secret not in str(refused.value)
    await store.close()


async def test_a_file_that_cannot_be_reached_is_unavailable(tmp_path: Path) -> None:
    """A folder that is a file, and a file that is a folder."""
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "evidence.db").mkdir()

    await unreachable(SqliteStore(tmp_path / "file" / "evidence.db"))
    await unreachable(SqliteStore(tmp_path / "evidence.db"))


async def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    """The first start needs no preparation."""
    store = SqliteStore(tmp_path / "not" / "there" / "evidence.db")
    await store.open()
    await store.close()

    assert (tmp_path / "not" / "there" / "evidence.db").exists()


@pytest.mark.parametrize(
    "content", [b"This is no database, it is somebody's letter." * 100, b"SQLite format 3\x00" + b"\xff" * 5_000]
)
async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    """Nothing is written into what somebody else made."""
    file = tmp_path / "evidence.db"
    file.write_bytes(content)
    store = SqliteStore(file)

    with pytest.raises((StoreRefused, StoreUnavailable)) as refused:
        await store.open()
    await store.close()

    assert refused.value.next_step
    assert file.read_bytes() == content


async def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Its tables are not ours."""
    import apsw

    file = tmp_path / "evidence.db"
    connection = apsw.Connection(str(file))
    connection.execute("CREATE TABLE letters (text)")
    connection.close()
    store = SqliteStore(file)

    with pytest.raises(StoreRefused, match="another program"):
        await store.open()
    await store.close()

    connection = apsw.Connection(str(file))
    assert [name for (name,) in connection.execute("SELECT name FROM sqlite_master")] == ["letters"]
    connection.close()


if len(ENGINES) > 1:

    @pytest.mark.parametrize("scheme", ["neo4j", "bolt"])
    async def test_a_server_that_cannot_be_reached_is_unavailable(scheme: str) -> None:
        """Nobody listens at the port."""
        from evidence_graph.store.neo4j import Neo4jStore

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]

        await unreachable(Neo4jStore(f"{scheme}://127.0.0.1:{port}", "neo4j", "secret-password", deadline=3))
