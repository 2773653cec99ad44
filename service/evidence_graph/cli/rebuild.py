"""`evidence rebuild`: the graph of the store made anew from its log. It opens EVIDENCE_STORE itself, also while it is served."""

import asyncio

from evidence_graph.cli.connection import read_settings
from evidence_graph.cli.failures import Failed, end_of_question
from evidence_graph.cli.terminal import Output, OutputOption, print_json, say
from evidence_graph.cli.words import counted
from evidence_graph.errors import EvidenceError, RecordDamaged


def rebuild(output: OutputOption = Output.HUMAN) -> None:
    """Throw the graph away and make it anew from the log, which is checked first. Ends with 7 when the log is not what was recorded.

    The store may be served meanwhile: answers stay right, or the service says that it has none now. Run again what was interrupted. A
    store of an older version, whose services have ended, is brought forward by it.

    Example: evidence rebuild
    """
    from evidence_graph.cli.graph_rebuild import rebuilt

    try:
        found = asyncio.run(rebuilt(read_settings()))
    except (Failed, EvidenceError) as error:
        raise end_of_question(_failed(error), output) from None
    assert found.head is not None, "a log that has begun has a head"
    head = found.head
    if output is Output.JSON:
        print_json({"rebuilt": head.size, "position": head.position, "rootHash": head.root, "valuesLost": found.lost})
        return
    say(f"The graph follows from {head.size:,} entries, up to log position {head.position}, root {head.root}.")
    if found.lost:
        say(f"Changed beside the log, and gone: {counted(found.lost, 'value')}. Look in a backup.")


def _failed(error: Failed | EvidenceError) -> Failed:
    if isinstance(error, Failed):
        return error
    return Failed("PROOF_FAILED", str(error)) if isinstance(error, RecordDamaged) else Failed.of(error)
