"""One artifact with what is known of it."""

from evidence_graph.lineage.artifact import ArtifactView, annotate, read_artifact
from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore
from tests.histories import History
from tests.reference import ALWAYS, Known
from tests.sayings import DATASETS, FEATURES, MODELS, NOTES, PARTS, ROLL_OUTS


async def compare(store: GraphStore, history: History, moment: Moment, known: Known, valid_at: int | None) -> bool:
    """Declared, a stub, retracted, never named, or not there yet."""
    pool = sorted(known.named) if history.random.random() < 0.7 else [*DATASETS, *FEATURES, *MODELS, *ROLL_OUTS, *PARTS]
    urn = history.random.choice(history.random.choice([pool, NOTES]) or NOTES)

    found = await read_artifact(store, urn, moment)

    if not known.on_record(urn) or not known.existed(urn, valid_at):
        assert found is None, (urn, moment)
        return False
    assert found is not None, (urn, moment)
    await annotate(store, [found], moment)
    same_artifact(found, history, known)
    assert found.annotations.get("description") == known.described.get(urn), (urn, moment)
    assert ("description" in found.erased) == (known.described.get(urn, "") is None), (urn, moment)
    return True


def same_artifact(found: ArtifactView, history: History, known: Known) -> None:
    """Everything the reference knows of its declaration."""
    urn = found.urn
    assert found.declared == (urn in known.declared), urn
    position, exists_from = known.declared.get(urn, (known.named[urn], ALWAYS))
    assert (found.position, found.recorded_at) == (position, history.recorded[position]), urn
    assert found.exists_from == (None if exists_from == ALWAYS else exists_from), urn
    assert (found.fields, found.actor) == (known.fields.get(urn, {}), "ana" if found.declared else None), urn
