"""Random histories, random artifacts and moments: every bundle verifies, and claims what the store itself answers."""

import re
from pathlib import Path
from random import Random

import pytest

from evidence_graph.errors import NotRecorded
from evidence_graph.interop.bundle_export import export_bundle
from evidence_graph.interop.bundle_verification import Verified, verify_bundle
from evidence_graph.interop.claim import as_json
from evidence_graph.lineage.artifact import read_artifacts
from evidence_graph.lineage.chain import read_chain
from evidence_graph.lineage.kpi_windows import KpiStream
from evidence_graph.lineage.moment import Moment
from evidence_graph.lineage.verdict import read_verdict
from evidence_graph.record.json_values import settled
from evidence_graph.record.urn import parse_urn, window_name
from evidence_graph.store.graph_store import GraphStore
from tests import bundles, stories
from tests.bundles import SignedLog
from tests.contract.test_verdict_differential import tell
from tests.histories import random_history, some_moment
from tests.sayings import DATASETS, FEATURES, MODELS, PARTS, ROLL_OUTS, SCORES, SERVED, TRAINED

ASKED = 8  # artifacts of each history
THINGS = [*DATASETS, *FEATURES, *MODELS, *PARTS, *SCORES, *SERVED, *TRAINED, *ROLL_OUTS]


@pytest.fixture
async def log(empty_store: GraphStore, tmp_path: Path) -> SignedLog:
    """A log that has begun, and its key."""
    return await bundles.begin_signed_log(empty_store, tmp_path)


@pytest.mark.runs(50)
async def test_every_bundle_verifies_and_claims_the_chain_that_the_store_answers(log: SignedLog, run: int) -> None:
    """Stubs, retractions, corrections, roll-outs and windows; any artifact, any moment on both clocks."""
    history = await random_history(log.store, run)
    await log.sign()
    windows = await windows_of(log)

    for _ in range(ASKED):
        moment, _, _ = await some_moment(log.store, history)
        await exported(log, history.random.choice(history.random.choice([THINGS, windows])), moment)

    assert await exported(log, history.random.choice(windows), await stories.now(log.store))


@pytest.mark.runs(20)
async def test_every_bundle_of_a_window_claims_the_verdict_that_the_store_answers(log: SignedLog, run: int) -> None:
    """Against every kind of benchmark, under many versions of a definition, with windows revised, cut and retracted."""
    told = await tell(log.store, run)
    await log.sign()
    windows, chance = await windows_of(log), Random(run)

    judged = 0
    for _ in range(ASKED):
        moment, _, _ = await some_moment(log.store, told.history)
        found = await exported(log, chance.choice(windows), moment)
        judged += found is not None and await verdict_is_the_stores(log, found, moment)

    assert judged


async def windows_of(log: SignedLog) -> list[str]:
    """The KPI windows on record."""
    found, _ = await read_artifacts(log.store, await stories.now(log.store), kind="kpi_window", limit=200)
    return stories.urns(found)


async def exported(log: SignedLog, of: str, moment: Moment) -> Verified | None:
    """What a bundle proves: it verifies, and its chain is the store's; None where neither knows the artifact."""
    try:
        chain = await read_chain(log.store, [of], moment)
    except NotRecorded:
        with pytest.raises(NotRecorded):
            await export_bundle(log.store, log.key, of, moment.valid_at, at_position=moment.position)
        return None
    bundle = await export_bundle(log.store, log.key, of, moment.valid_at, at_position=moment.position)
    verified = verify_bundle(bundle.data, log.public)

    for view in verified.claim.chain.artifacts:
        view.annotations = {}
    assert verified.claim.chain == chain
    return verified


async def verdict_is_the_stores(log: SignedLog, found: Verified, moment: Moment) -> bool:
    """Whether there is a verdict at that moment; every number of it is the one that the store answers."""
    name = window_name(parse_urn(found.bundle.of))
    assert name is not None
    stream = KpiStream(name.measured, name.kpi, name.segment)
    if found.bundle.claim["verdict"] is None:
        with pytest.raises(NotRecorded, match=re.escape(str(found.bundle.claim["noVerdictBecause"]))):
            await read_verdict(log.store, stream, moment.at(moment.known_at))
        return False
    verdict = await read_verdict(log.store, stream, moment.at(moment.known_at))
    expected = settled(as_json(verdict), "verdict")
    assert isinstance(expected, dict)
    assert found.bundle.claim["verdict"] == {**expected, "segments": []}
    return True
