"""Equal positions give equal answers, byte for byte, while others write."""

import asyncio

import msgspec

from evidence_graph.evidence.clock import SimulatedClock
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.lineage.artifact import read_artifacts
from evidence_graph.lineage.chain import DOWNSTREAM, read_chain
from evidence_graph.lineage.deployments import read_deployments
from evidence_graph.lineage.moment import Moment, read_moment
from evidence_graph.store.graph_store import GraphStore
from tests import stories

WRITERS, ROUNDS, READS = 4, 12, 40


async def everything(store: GraphStore, moment: Moment) -> bytes:
    """Several questions about the whole story at one moment, as bytes."""
    of = ["dataset:a/raw@1"]
    found = (
        await read_chain(store, of, moment, walk=DOWNSTREAM),
        await read_chain(store, ["dataset:a/made@3"], moment),
        await read_deployments(store, moment),
        await read_artifacts(store, moment),
    )
    return msgspec.json.encode(found)


async def write(recorder: Recorder, writer: int) -> None:
    """Retractions, declarations anew, and more that rests on the same artifacts."""
    for turn in range(ROUNDS):
        more = stories.derived(f"dataset:a/more@{writer}-{turn}", "dataset:a/raw@1", "dataset:a/made@3")
        told = [more]
        if writer == 0:
            made = f"dataset:a/made@{turn % 4}"
            told += [stories.retract(made), stories.derived(made, "dataset:a/raw@1")]
        for one in told:
            assert not (await recorder.record(stories.command(one))).faults


async def test_a_position_is_answered_alike_while_others_write(store: GraphStore) -> None:
    """Also about artifacts that are retracted and declared anew meanwhile."""
    await stories.record(store, stories.derived("dataset:a/raw@1"))
    for number in range(4):
        await stories.record(store, stories.derived(f"dataset:a/made@{number}", "dataset:a/raw@1"))
    moment = await read_moment(store)
    first = await everything(store, moment)

    recorder = Recorder(store, SimulatedClock(moment.known_at))
    writing = asyncio.gather(*(write(recorder, writer) for writer in range(WRITERS)))
    answers = [await everything(store, moment) for _ in range(READS)]
    await writing

    assert set(answers) == {first}
    assert await everything(store, await read_moment(store, at_position=moment.position)) == first
    assert await everything(store, await read_moment(store)) != first
