"""Filters of a chain by kind and relation: one that stops the walk, one that only hides.

*Stop*: an artifact of a stopped kind belongs to the chain and nothing is walked from it, save from a root; a stopped relation is not
followed. The chain is that of a record in which the steps on from such artifacts, and such relations, are not there.
*Hide*: everything is walked as without the filter, and only left out of what is shown; roots are always shown.
"""

from collections.abc import Container

import msgspec

from evidence_graph.lineage.chain_parts import Chain, ChainFilter


def goes_on(urn: str, roots: Container[str], stop: ChainFilter) -> bool:
    """Whether the walk goes on from an artifact it has come to."""
    return not stop.kinds or urn in roots or kind_of(urn) not in stop.kinds


def kind_of(urn: str) -> str:
    """The kind a canonical URN begins with."""
    return urn.partition(":")[0]


def hidden(chain: Chain, hide: ChainFilter) -> Chain:
    """The chain without artifacts of those kinds and steps of those relations; what was left out of the artifacts is counted."""
    if hide.empty:
        return chain
    roots = {view.urn for view in chain.roots}
    shown = [view for view in chain.artifacts if view.urn in roots or view.kind not in hide.kinds]
    urns = {view.urn for view in shown}
    steps = [
        step
        for step in chain.steps
        if step.relation not in hide.relations and step.source in urns and step.target in urns
    ]
    left_out = len(chain.artifacts) - len(shown)
    return msgspec.structs.replace(chain, artifacts=shown, steps=steps, filtered=left_out)
