"""Everything on record, in pages."""

from evidence_graph.lineage.artifact import ArtifactView, read_artifacts
from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore
from tests.differential.artifact import same_artifact
from tests.histories import History
from tests.reference import Known
from tests.reference_chain import KINDS


async def compare(store: GraphStore, history: History, moment: Moment, known: Known, valid_at: int | None) -> bool:
    """All of it, or of one kind, of one namespace, with a text in the URN."""
    random = history.random
    kind, namespace = random.choice(["", "", *KINDS]), random.choice(["", "", "d", "x", "one"])
    text = random.choice(["", "", "table", "SLOT", "@1", "%"])
    expected = [
        urn
        for urn in sorted(known.named)
        if known.on_record(urn) and known.existed(urn, valid_at)
        if urn.startswith(kind) and namespace in ("", urn.partition(":")[2].partition("/")[0])
        if text.lower() in urn.lower()
    ]
    size = random.choice([7, 25, 100])
    found: list[ArtifactView] = []
    after, more = "", True
    while more:
        page, more = await read_artifacts(
            store, moment, kind=kind, namespace=namespace, text=text, after=after, limit=size
        )
        assert len(page) == size or not more
        found += page
        after = found[-1].urn if found else ""

    assert [view.urn for view in found] == expected, (kind, namespace, text, moment)
    assert [view.declared for view in found] == [urn in known.declared for urn in expected]
    for view in found:
        same_artifact(view, history, known)
    return bool(expected)
