"""A chain of evidence as a tree: each artifact is expanded once, where it is met first; after that only its name stands."""

from collections.abc import Iterator

from rich.text import Text

from evidence_graph.cli.answers import Artifact, Chain, Step
from evidence_graph.cli.terminal import say, shown
from evidence_graph.cli.words import completeness_in_words, counted, instant, key_facts
from graph_schema import RELATIONS_BY_NAME, RelationClass

_COLOURS = {"DATASET": "cyan", "FEATURE": "blue", "MODEL": "magenta", "DEPLOYMENT": "green", "KPI_WINDOW": "yellow"}


def show_chain(chain: Chain, *, upstream: bool) -> None:
    """The tree from every root, then one line about how complete it is."""
    for line in chain_lines(chain, upstream=upstream):
        say(line)
    what = f"{counted(len(chain.artifacts), 'artifact')}, {counted(len(chain.steps), 'relation')}"
    say()
    say(completeness_in_words(chain.completeness, what))


def chain_lines(chain: Chain, *, upstream: bool) -> Iterator[Text]:
    """One line an artifact and relation, by depth first; no recursion, so a chain may be as deep as it is."""
    tree = _Tree(chain, upstream=upstream)
    for root in chain.roots:
        yield from tree.lines_from(root.urn)


class _Tree:
    def __init__(self, chain: Chain, *, upstream: bool) -> None:
        self._upstream = upstream
        self._artifacts = {artifact.urn: artifact for artifact in chain.artifacts}
        self._branches: dict[str, list[Step]] = {}
        for step in sorted(chain.steps, key=_judged_on):
            self._branches.setdefault(step.source if upstream else step.target, []).append(step)
        self._expanded: set[str] = set()

    def lines_from(self, root: str) -> Iterator[Text]:
        yield self._line("", "", root)
        waiting = self._below(root, "")
        while waiting:
            step, indent, last = waiting.pop()
            urn = step.target if self._upstream else step.source
            yield self._line(indent + ("└─ " if last else "├─ "), step.relation, urn)
            waiting += self._below(urn, indent + ("   " if last else "│  "))

    def _below(self, urn: str, indent: str) -> list[tuple[Step, str, bool]]:
        """The branches of an artifact in reverse, for a stack; none when they stand further up."""
        if urn in self._expanded:
            return []
        self._expanded.add(urn)
        branches = self._branches.get(urn, [])
        return [(step, indent, step is branches[-1]) for step in reversed(branches)]

    def _line(self, indent: str, relation: str, urn: str) -> Text:
        name = relation if self._upstream else f"← {relation}"
        line = Text.assemble((indent, "dim"), (f"{name} " if relation else "", "dim italic"))
        artifact = self._artifacts.get(urn)
        line.append(shown(urn), f"bold {_COLOURS.get(artifact.kind, '')}" if artifact else "bold")
        if urn in self._expanded:
            return line.append("  ↑ see above", "dim")
        return line.append_text(_facts(artifact)) if artifact else line


def _judged_on(step: Step) -> bool:
    """Whether the branch says what a thing was judged on: it stands after what the thing was made from."""
    kind = step.source.partition(":")[0]
    rows = RELATIONS_BY_NAME.get(step.relation, ())
    return any(row.relation_class is RelationClass.JUDGED_ON and row.source.name == kind for row in rows)


def _facts(artifact: Artifact) -> Text:
    if not artifact.declared:
        return Text("  not declared: only referred to", "bold red")
    facts = key_facts(artifact)
    return Text.assemble((f"  {facts}" if facts else "", ""), (f"  recorded {instant(artifact.recorded_at)}", "dim"))
