"""What was live at an instant, as known at a position."""

import msgspec

from evidence_graph.lineage.completeness import Completeness, completeness_of
from evidence_graph.lineage.deployments import LiveDeployment, read_live_deployments
from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore


class Live(msgspec.Struct, frozen=True):
    """The deployments live at the instant, by (slot, mode, URN)."""

    deployments: list[LiveDeployment]
    completeness: Completeness


async def read_live(store: GraphStore, moment: Moment, *, namespace: str = "", slot: str = "") -> Live:
    """What was live at the moment's valid time, which must be given; '' stands for every namespace or slot."""
    instant = moment.existing_at
    found = await read_live_deployments(store, moment, namespace, slot, at=instant)
    found.sort(key=lambda one: (one.slot, ("PRODUCTION", "CANARY", "SHADOW").index(one.mode), one.deployment.urn))
    artifacts = [view for one in found for view in (one.deployment, one.model) if view is not None]
    return Live(found, completeness_of(moment, artifacts))
