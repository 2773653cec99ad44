"""The flights example and the log of it that ships as the demo's data: the same story, whole, and checked entry by entry."""

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from evidence_graph.errors import RecordDamaged
from evidence_graph.evidence.log_file import Demo, read_header
from evidence_graph.evidence.log_loading import load_log_file
from evidence_graph.lineage.chain import Chain, read_chain
from evidence_graph.lineage.kpi_windows import KpiStream
from evidence_graph.lineage.live import read_live
from evidence_graph.lineage.moment import read_head, read_moment
from evidence_graph.lineage.verdict import read_gathered
from evidence_graph.proof.merkle import leaf_hash
from evidence_graph.record.canonical import canonical_bytes
from evidence_graph.record.entry import decode_entry, encode_entry
from evidence_graph.record.events import ArtifactDeclared
from evidence_graph.record.instants import SECOND, parse_instant
from evidence_graph.record.urn import parse_urn
from evidence_graph.resources import packaged_bytes
from evidence_graph.store.graph_store import HEAD, GraphStore, NoParameters
from evidence_graph.store.sqlite import SqliteStore
from examples.flights.chapters import read_chapters
from tests import stories

CHECKOUT = Path(__file__).parents[2]
SHIPPED = packaged_bytes("demo_data", "flights.jsonl.gz")
DAY = 86_400 * SECOND
BEFORE_THE_REVIEW, AFTER_THE_REVIEW = "2013-07-30T00:00:00Z", "2013-08-13T00:00:00Z"


class Line(msgspec.Struct, frozen=True):
    """One entry of a log file: its bytes, leaf hash, and sealed values with their salts."""

    entry: str
    leaf: str
    sealed: dict[str, Any] = {}

    @property
    def predicate(self) -> dict[str, Any]:
        """The entry's event with its circumstances."""
        return json.loads(self.entry)["predicate"]

    @property
    def subject(self) -> str:
        """The URN the entry speaks of."""
        return json.loads(self.entry)["subject"][0]["name"]


def lines_of(log: bytes) -> list[Line]:
    """The entries of a log file."""
    _, *lines = gzip.decompress(log).splitlines()
    return [msgspec.json.decode(line, type=Line) for line in lines]


def with_line(log: bytes, position: int, line: Line) -> bytes:
    """The log file with another entry at a position."""
    header, *lines = gzip.decompress(log).splitlines()
    lines[position] = msgspec.json.encode(line)
    return gzip.compress(b"\n".join([header, *lines, b""]), 1)


LINES = lines_of(SHIPPED)


@pytest.fixture(scope="module")
def told_again(tmp_path_factory: pytest.TempPathFactory) -> Iterator[bytes]:
    """The log of a new run of the example."""
    folder = tmp_path_factory.mktemp("flights")
    subprocess.run([sys.executable, "-m", "examples.flights", "--out", str(folder)], cwd=CHECKOUT, check=True)
    yield (folder / "flights.jsonl.gz").read_bytes()
    shutil.rmtree(folder)


@pytest.fixture
async def untouched_store(tmp_path: Path) -> AsyncIterator[GraphStore]:
    """An embedded store that must still be without a log after the test."""
    store = SqliteStore(tmp_path / "evidence.db")
    await store.open()
    yield store
    assert await store.ask(HEAD, NoParameters()) == []
    await store.close()


@pytest.fixture
async def loaded(empty_store: GraphStore) -> GraphStore:
    """A store that holds the shipped log."""
    await load_log_file(empty_store, SHIPPED)
    return empty_store


def test_the_example_tells_the_shipped_story_again(told_again: bytes) -> None:
    """Entry by entry the same things are said; numbers agree within a millionth. Digests of models and their predictions may differ."""
    again = lines_of(told_again)

    assert [line.subject for line in again] == [line.subject for line in LINES]
    for position, (one, shipped) in enumerate(zip(again, LINES, strict=True)):
        assert said_in(one) == {place: about(value) for place, value in said_in(shipped).items()}, (
            f"position {position}"
        )


def about(value: Any) -> Any:
    """What equals the value: for a number, whatever is within a millionth of it."""
    return pytest.approx(value, rel=1e-6) if isinstance(value, int | float) else value


def said_in(line: Line) -> dict[str, Any]:
    """Every value of an entry, sealed ones too, by its place; what is drawn at random or digests something drawn at random is left out."""
    predicate = line.predicate
    payload = predicate["payload"]
    del predicate["commandDigest"]
    if payload.pop("key", None):
        del predicate["command"]  # the genesis entry: its command is named after its digest
    payload["annotations"] = {field: sealed["value"] for field, sealed in line.sealed.items()}
    if line.subject.startswith(("model:", "dataset:flights/predictions@")):
        payload.get("fields", {}).pop("digest", None)
    return dict(leaves(predicate))


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """The values inside lists and objects by their places; an empty one counts as a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    parts = [leaf for key, part in inside for leaf in leaves(part, f"{place}.{key}")]
    yield from parts or [(place, str(value) if isinstance(value, list | dict) else value)]


def test_what_may_differ_is_little() -> None:
    """The comparison leaves out no digest of a raw or derived file, and no statistic."""
    said = [(line.subject, said_in(line)) for line in LINES]
    digested = {subject for subject, values in said if ".payload.fields.digest" in values}
    declared = {line.subject for line in LINES if line.subject.startswith(("dataset:", "feature:"))}
    windows = [values for subject, values in said if subject.startswith("kpi_window:")]

    assert declared - digested == {urn for urn in declared if "/predictions@" in urn}
    assert all(values.keys() & {".payload.fields.mean", ".payload.fields.successes"} for values in windows)


def test_the_shipped_log_is_small_and_says_what_the_demo_shows() -> None:
    """At most 1 MB, no time of writing in it, and a window that is in it."""
    header = read_header(SHIPPED)
    demo = header.demo

    assert len(SHIPPED) <= 2**20
    assert SHIPPED[4:8] == bytes(4), "the gzip header holds a time"
    assert header.size == len(LINES)
    assert isinstance(demo, Demo)
    assert (demo.live_at, demo.known_earlier) == ("2013-07-15T12:00:00Z", BEFORE_THE_REVIEW)
    assert demo.window in {line.subject for line in LINES}


def test_the_demos_sentences_are_what_the_log_says() -> None:
    """The score of the bad week and of the evaluation it is held against stand in the log as they stand in the story."""
    demo = read_header(SHIPPED).demo
    assert demo is not None
    week = next(line for line in LINES if line.subject == demo.window).predicate["payload"]["fields"]
    kpi = next(line for line in LINES if line.subject == "kpi:flights/brier@1").predicate["payload"]["fields"]
    (evaluation,) = [line for line in LINES if line.subject == kpi["benchmark"]["evaluation"]]
    measured = evaluation.predicate["payload"]["fields"]["mean"]

    assert len(demo.story.splitlines()) == 5, "what was recorded, and a sentence before each of four answers"
    assert f"a Brier score of {week['mean']:.3f}" in demo.story
    assert f"{measured:.3f} was measured before" in demo.story


async def test_what_rules_cried_is_counted_from_the_recorded_windows(loaded: GraphStore) -> None:
    """The table of the demo follows from the log: its chapters are those that are read from the loaded store."""
    demo = read_header(SHIPPED).demo
    assert demo is not None

    assert await read_chapters(loaded) == demo.chapters
    assert [chapter.spread_of_change is None for chapter in demo.chapters] == [True, True, False, False]


def test_what_a_z_test_cried_can_be_worked_out_by_hand() -> None:
    """Chapter 1 again, without any of our statistics: twelve weeks of model 1 against the mean of its evaluation."""
    demo = read_header(SHIPPED).demo
    assert demo is not None
    fields = {line.subject: line.predicate["payload"].get("fields", {}) for line in LINES}
    lab = fields["kpi_window:flights/delay,model,flights/brier@1,20130318T040000Z,r0"]["mean"]
    pattern = "kpi_window:flights/delay-warning,deployment,flights/brier@1,"
    weeks = [of for urn, of in fields.items() if urn.startswith(pattern) and urn.endswith("r0")][:12]
    deviations = [(week["mean"] - lab) / (week["variance"] / week["n"]) ** 0.5 for week in weeks]

    for rule, most in (("z", 1.96), ("3 σ", 3.0)):
        cried = (sum(value > most for value in deviations), sum(value < -most for value in deviations))
        found = demo.chapters[0].cries[rule]
        assert found is not None
        assert cried == (found.worse, found.better)


async def test_every_week_in_production_has_its_control(loaded: GraphStore) -> None:
    """From 30 July on the model before predicted the very same flights: as many in every window, whatever was counted again."""
    moment = await stories.now(loaded, "2014-01-12T15:00:00Z")
    for segment in ("", "origin=EWR", "origin=JFK", "origin=LGA"):
        stream = KpiStream(parse_urn("slot:flights/delay-warning"), "flights/brier", segment)
        found = (await read_gathered(loaded, stream, moment)).gathered

        assert len(found.counted) == 24
        assert {one.reason for one in found.left_out} == {"OTHER_VERSION"}
        for window in found.counted:
            assert window.control is not None
            assert window.statistics.n == window.control.n


def test_no_free_text_stands_in_an_entry() -> None:
    """Descriptions, properties, places and reasons are sealed; the values lie beside the entries."""
    entries = "\n".join(line.entry for line in LINES)
    sealed = [(field, kept["value"]) for line in LINES for field, kept in line.sealed.items()]

    assert {field for field, _ in sealed} == {"description", "properties", "uri", "reason"}
    for text in {value for _, value in sealed if isinstance(value, str)}:
        assert canonical_bytes(text)[1:-1].decode() not in entries
    for line in LINES:
        payload = line.predicate["payload"]
        assert not {"description", "properties", "uri", "reason"} & {*payload, *payload.get("fields", {})}
        assert payload.get("annotations", {}).keys() == line.sealed.keys()
        assert all(form.keys() == {"sealed"} for form in payload.get("annotations", {}).values())


def test_windows_come_days_after_they_end_and_some_are_revised_later() -> None:
    """Labels take three days; a window that is revised is told again weeks later, with more flights in it."""
    windows = {line.subject: line.predicate for line in LINES if line.subject.startswith("kpi_window:")}
    revised = [urn for urn, window in windows.items() if window["outcome"] == "REVISED"]

    for urn, window in windows.items():
        days = 3 if ",deployment," in urn else 2  # evaluations of a month have its settled labels two days after it
        assert told_at(window) - instant(window["payload"]["fields"]["end"]) >= days * DAY, urn
    assert revised
    for urn in revised:
        (first,) = windows[urn]["payload"]["relations"]["REVISES"]
        assert told_at(windows[urn]) - told_at(windows[first]) >= 7 * DAY
        assert windows[urn]["payload"]["fields"]["n"] > windows[first]["payload"]["fields"]["n"]


def told_at(predicate: dict[str, Any]) -> int:
    """When an entry was recorded, µs."""
    return instant(predicate["recordedAt"])


def instant(text: str) -> int:
    """µs since 1970 UTC."""
    return parse_instant(text, "the log's instant")


async def test_loading_gives_the_very_log(loaded: GraphStore) -> None:
    """The loaded store has size, root and time of the file, and every entry was told under a simulated clock."""
    header, head = read_header(SHIPPED), await read_head(loaded)

    assert (head.size, head.root, head.origin, head.simulated) == (header.size, header.root, header.origin, header.size)


@pytest.mark.parametrize("position", [*range(0, len(LINES), 53), len(LINES) - 1])
async def test_a_changed_byte_is_refused_with_its_position(untouched_store: GraphStore, position: int) -> None:
    """One digit of an entry is another: the refusal says where, and nothing is stored."""
    line = LINES[position]
    at = line.entry.index('"sha256":"') + len('"sha256":"')
    changed = line.entry[:at] + format(int(line.entry[at], 16) ^ 1, "x") + line.entry[at + 1 :]
    damaged = with_line(SHIPPED, position, msgspec.structs.replace(line, entry=changed))

    with pytest.raises(RecordDamaged, match=rf"Position {position}: "):
        await load_log_file(untouched_store, damaged)


async def test_a_well_made_forgery_does_not_have_the_root(untouched_store: GraphStore) -> None:
    """An entry whose digests and leaf hash were made anew is a good entry; the tree tells all the same."""
    demo = read_header(SHIPPED).demo
    assert demo is not None
    position = next(position for position, line in enumerate(LINES) if line.subject == demo.window)
    body = encode_entry(with_better_score(LINES[position]))
    forged = msgspec.structs.replace(LINES[position], entry=body.decode(), leaf=leaf_hash(body).hex())

    with pytest.raises(RecordDamaged, match=rf"Entries 0 to {len(LINES) - 1} do not have the root"):
        await load_log_file(untouched_store, with_line(SHIPPED, position, forged))


def with_better_score(line: Line) -> Any:
    """The entry of a window with a Brier score of 0.171."""
    entry = decode_entry(line.entry.encode())
    assert isinstance(entry.event, ArtifactDeclared)
    event = msgspec.structs.replace(entry.event, fields={**entry.event.fields, "mean": 0.171})
    return msgspec.structs.replace(entry, event=event)


async def test_another_value_under_a_seal_is_refused_with_its_position(untouched_store: GraphStore) -> None:
    """What lies beside the entries is checked too: the reason of the first retraction is not the one that was given."""
    position = next(position for position, line in enumerate(LINES) if "reason" in line.sealed)
    reason = {**LINES[position].sealed["reason"], "value": "Nobody knows."}
    line = msgspec.structs.replace(LINES[position], sealed={"reason": reason})

    with pytest.raises(RecordDamaged, match=rf"Position {position}: .*'reason'"):
        await load_log_file(untouched_store, with_line(SHIPPED, position, line))


async def test_in_mid_july_one_model_serves_and_its_successor_shadows_it(loaded: GraphStore) -> None:
    """Live on 15 July 2013 at noon: roll-out 1 in production, 2 in its shadow."""
    live = await read_live(loaded, await stories.now(loaded, "2013-07-15T12:00:00Z"))

    assert [(one.deployment.urn, one.model.urn if one.model else None, one.mode) for one in live.deployments] == [
        ("deployment:flights/delay-warning@1", "model:flights/delay@1", "PRODUCTION"),
        ("deployment:flights/delay-warning@2-shadow", "model:flights/delay@2", "SHADOW"),
    ]
    assert live.completeness.simulated


async def test_the_chain_of_the_bad_week_grew_by_what_was_told_in_between(loaded: GraphStore) -> None:
    """From 30 July to 13 August came July's labels, and the register of airports under the sets that were declared without it."""
    demo = read_header(SHIPPED).demo
    assert demo is not None

    before, after, now = [
        await read_chain(loaded, [demo.window], await read_moment(loaded, known_at=known_at))
        for known_at in (instant(BEFORE_THE_REVIEW), instant(AFTER_THE_REVIEW), None)
    ]

    assert steps(after) - steps(before) == {
        ("dataset:flights/training@1", "DERIVED_FROM", "dataset:flights/airports@2013"),
        ("dataset:flights/holdout@1", "DERIVED_FROM", "dataset:flights/airports@2013"),
        ("model:flights/delay@1", "EVALUATED_ON", "dataset:flights/labels@2013-07"),
        ("dataset:flights/labels@2013-07", "DERIVED_FROM", "dataset:flights/flights@2013-07"),
    }
    assert steps(before) < steps(after) == steps(now)
    assert {"dataset:flights/flights@2013-01", "dataset:flights/flights@2013-03"} <= set(stories.urns(before.artifacts))
    assert before.completeness.complete
    assert after.completeness.complete


def steps(chain: Chain) -> set[tuple[str, str, str]]:
    """The steps of a chain, without who recorded them and when."""
    return {(step.source, step.relation, step.target) for step in chain.steps}
