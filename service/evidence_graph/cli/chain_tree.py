"""A chain of evidence as a tree: each artifact is expanded once, where it is met first; after that only its name stands."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from evidence_graph.cli.answers import Artifact, Chain, Cut, Group, Step
from evidence_graph.cli.terminal import say, shown
from evidence_graph.cli.words import completeness_in_words, counted, instant, key_facts
from graph_schema import KINDS_BY_NAME, RELATIONS_BY_NAME, RelationClass

MOST_CUTS_NAMED = 100  # by the service
_COLOURS = {"DATASET": "cyan", "FEATURE": "blue", "MODEL": "magenta", "DEPLOYMENT": "green", "KPI_WINDOW": "yellow"}
_CUTS = {"LIMIT": "Cut at the limit", "DEPTH": "Ended at the depth asked for", "STOP": "Stopped as asked"}


def show_chain(chain: Chain, *, upstream: bool) -> None:
    """The tree from every root, then what is left out, then one line about how complete it is."""
    for line in chain_lines(chain, upstream=upstream):
        say(line)
    say()
    for sentence in _left_out(chain):
        say(sentence)
    artifacts = len(chain.artifacts) + sum(group.count for group in chain.groups)
    what = f"{counted(artifacts, 'artifact')}, {counted(len(chain.steps) + _in_groups(chain), 'relation')}"
    say(completeness_in_words(chain.completeness, what))


def _in_groups(chain: Chain) -> int:
    return sum(step.count for step in chain.group_steps)


def _left_out(chain: Chain) -> Iterator[str]:
    """What filters hide, and how many relations lead on where the chain does not."""
    if chain.filtered:
        yield f"{counted(chain.filtered, 'artifact')} walked through and hidden as asked."
    at_least = "at least " if len(chain.cuts) >= MOST_CUTS_NAMED else ""
    for reason, words in _CUTS.items():
        cuts = [cut for cut in chain.cuts if cut.reason == reason]
        if cuts:
            yield f"{words} behind {at_least}{counted(len(cuts), 'artifact')}: {_behind(cuts, at_least)} on record there."


def _behind(cuts: Sequence[Cut], at_least: str) -> str:
    """How many relations; where counting ended at one of the cuts, more than those that were counted."""
    behind = sum(cut.behind for cut in cuts)
    if any(cut.behind_is_more for cut in cuts):
        return f"more than {counted(behind, 'relation')}"
    return f"{at_least}{counted(behind, 'more relation')}"


def chain_lines(chain: Chain, *, upstream: bool) -> Iterator[Text]:
    """One line an artifact or group and relation, by depth first; no recursion, so a chain may be as deep as it is."""
    tree = _Tree(chain, upstream=upstream)
    for root in chain.roots:
        yield from tree.lines_from(root.urn)
    for name in (*(one.urn for one in chain.artifacts), *(one.label for one in chain.groups)):
        if not tree.has(name):  # what leads to it is hidden
            yield from tree.lines_from(name, "⋯ ")


class _Tree:
    def __init__(self, chain: Chain, *, upstream: bool) -> None:
        self._upstream = upstream
        self._artifacts = {artifact.urn: artifact for artifact in chain.artifacts}
        self._groups = {group.label: group for group in chain.groups}
        self._branches: dict[str, list[Step]] = {}
        between = (step for step in chain.group_steps if step.source != step.target)
        for step in sorted((*chain.steps, *between), key=_judged_on):
            self._branches.setdefault(step.source if upstream else step.target, []).append(step)
        self._expanded: set[str] = set()

    def has(self, name: str) -> bool:
        """Whether the artifact or group stands in the lines so far."""
        return name in self._expanded

    def lines_from(self, root: str, indent: str = "") -> Iterator[Text]:
        """A root and everything below it that was not expanded before."""
        yield self._line(indent, "", root)
        waiting = self._below(root, indent and "  ")
        while waiting:
            step, indent, last = waiting.pop()
            name = step.target if self._upstream else step.source
            yield self._line(indent + ("└─ " if last else "├─ "), step.relation, name)
            waiting += self._below(name, indent + ("   " if last else "│  "))

    def _below(self, name: str, indent: str) -> list[tuple[Step, str, bool]]:
        """The branches of an artifact in reverse, for a stack; none when they stand further up."""
        if name in self._expanded:
            return []
        self._expanded.add(name)
        branches = self._branches.get(name, [])
        return [(step, indent, step is branches[-1]) for step in reversed(branches)]

    def _line(self, indent: str, relation: str, name: str) -> Text:
        arrow = relation if self._upstream else f"← {relation}"
        line = Text.assemble((indent, "dim"), (f"{arrow} " if relation else "", "dim italic"))
        if name in self._groups:
            line.append_text(_group_in_words(self._groups[name]))
        else:
            artifact = self._artifacts.get(name)
            line.append(shown(name), f"bold {_COLOURS.get(artifact.kind, '')}" if artifact else "bold")
        if name in self._expanded:
            return line.append("  ↑ see above", "dim")
        return line.append_text(_facts(self._artifacts[name])) if name in self._artifacts else line


def _group_in_words(group: Group) -> Text:
    """`… 40 windows` and their name, with the time from the oldest to the newest."""
    noun = KINDS_BY_NAME[group.kind.lower()].section
    line = Text.assemble((f"… {group.count:,} {noun} ", "bold"), (shown(group.label), _COLOURS[group.kind]))
    if group.oldest and group.newest:
        line.append(f"  {instant(group.oldest.at)} to {instant(group.newest.at)}")
    return line


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
