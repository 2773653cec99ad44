"""Answers that are lists, as tables: what was live, deployments, artifacts, versions."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evidence_graph.cli.answers import Artifact, ArtifactPage, DeploymentPage, Live, LiveDeployment, PageInfo, Series
from evidence_graph.cli.terminal import answers, say, shown
from evidence_graph.cli.words import completeness_in_words, counted, instant, key_facts, number
from evidence_graph.record.json_values import Json, JsonObject

_UNBOUNDED = 10_000  # characters: what fits is not to be folded, and what goes to a file or a pipe neither
_GAP = "   "


def show_live(live: Live) -> None:
    """One row a live deployment."""
    _show_deployments(live.deployments)
    say()
    say(completeness_in_words(live.completeness, f"{counted(len(live.deployments), 'deployment')} live"))


def show_deployments(page: DeploymentPage) -> None:
    """One row a deployment of the page."""
    _show_deployments(page.nodes)
    _show_more(page.page_info)
    say()
    say(completeness_in_words(page.completeness, counted(len(page.nodes), "deployment")))


def _show_deployments(deployments: Sequence[LiveDeployment]) -> None:
    rows = [
        [
            one.slot,
            one.deployment.urn,
            one.model.urn if one.model else "retracted",
            one.mode.lower(),
            number(one.traffic),
            instant(one.since),
            instant(one.until),
            one.gate.lower().replace("_", " "),
        ]
        for one in deployments
    ]
    show_table(["slot", "deployment", "model", "mode", "traffic", "since", "until", "gate"], rows)


def show_artifacts(page: ArtifactPage) -> None:
    """One row an artifact of the page."""
    _show_rows(page.nodes)
    _show_more(page.page_info)
    say()
    say(completeness_in_words(page.completeness, counted(len(page.nodes), "artifact")))


def show_series(series: Series) -> None:
    """One row a version, newest first."""
    _show_rows(series.versions)
    say()
    say(
        completeness_in_words(series.completeness, f"{counted(len(series.versions), 'version')} of {shown(series.urn)}")
    )


def _show_rows(artifacts: Sequence[Artifact]) -> None:
    rows = [
        [one.urn, "declared" if one.declared else "only referred to", key_facts(one), instant(one.recorded_at)]
        for one in artifacts
    ]
    show_table(["urn", "state", "facts", "recorded"], rows)


def _show_more(page: PageInfo) -> None:
    if page.has_next_page:
        say(f"More follow: ask again with --after {page.end_cursor}")


def show_artifact(artifact: JsonObject) -> None:
    """One row a field that is stated."""
    stated = [(name, value) for name, value in artifact.items() if value not in (None, [], {})]
    show_table(["field", "value"], [[name, _value(value)] for name, value in stated if not name.startswith("__")])


def _value(value: Json) -> str:
    match value:
        case list():
            return ", ".join(_value(part) for part in value)
        case dict():
            return ", ".join(f"{key}: {_value(part)}" for key, part in value.items() if part is not None)
        case bool():
            return "yes" if value else "no"
    return str(value)


def show_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table; on a terminal too narrow for it, a block a row. Nothing is cut off or folded."""
    cells = [[shown(cell) for cell in row] for row in rows]
    console = answers()
    widths = [max(len(cell) for cell in column) + len(_GAP) for column in zip(head, *cells, strict=True)]
    if console.is_terminal and sum(widths) > console.width:
        _show_blocks(head, cells)
    elif cells:
        _show_table(head, cells, console)


def _show_blocks(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    longest = max(len(name) for name in head)
    for row in rows:
        for name, cell in zip(head, row, strict=True):
            say(Text.assemble((f"{name:{longest}}{_GAP}", "bold"), cell))
        say()


def _show_table(head: Sequence[str], rows: Sequence[Sequence[str]], console: Console) -> None:
    table = Table(*head, box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.width = _UNBOUNDED
    with console.capture() as captured:
        console.print(table, soft_wrap=False)
    for line in captured.get().splitlines():
        console.file.write(line.rstrip() + "\n")
