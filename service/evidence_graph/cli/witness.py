"""`evidence witness URL`: watches a log on another machine, and cosigns every head that continues what it has seen."""

from pathlib import Path
from typing import Annotated

import typer

from evidence_graph.cli.failures import Failed, end_of_question
from evidence_graph.cli.terminal import Output, OutputOption, say
from evidence_graph.errors import EvidenceError


def witness(
    url: Annotated[str, typer.Argument(metavar="URL", help="The service whose log is watched, such as https://host.")],
    key_file: Annotated[
        Path, typer.Option(help="This witness's private key, made at the first start; beside it lies what it has seen.")
    ],
    name: Annotated[str, typer.Option(help="Name under which it cosigns, such as witness.example/w1.")],
    log_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="The log's verifier key, if you have it from somebody you trust.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Look once, then end.")] = False,
    every: Annotated[str, typer.Option(metavar="DURATION", help="Look again after so long.")] = "PT1M",
    output: OutputOption = Output.HUMAN,
) -> None:
    """Cosign the heads of a log, each only if it continues the one before. Run it where the log's operator has no hand in.

    The first head is trusted unless --log-key is given. When the log has lost or changed what was cosigned, both checkpoints are kept in a
    file, nothing is cosigned any more, and it ends with 7.

    Example: evidence witness https://evidence.example --key-file witness.key --name witness.example/w1
    """
    from evidence_graph.cli.witness_watch import opened

    try:
        watch = opened(url, key_file, name, log_key)
        if once:
            watch.look_once(output)
        elif output is Output.JSON:
            raise Failed("USAGE", "One JSON document is for one look: say --once.")
        else:
            watch.go_on(every)
    except (Failed, EvidenceError) as error:
        raise end_of_question(Failed.of(error) if isinstance(error, EvidenceError) else error, output) from None
    except KeyboardInterrupt:
        say("Ended.")
