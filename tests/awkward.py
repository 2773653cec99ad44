"""Small worlds in which everything bears one awkward name, and what every question must say of them, apart from all other worlds.

A world is recorded and asked through any door: `stem` and `variables` are those of a document of `queries/graphql`.
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from evidence_graph.record.urn import encode_part

NAMES = [
    "Größe naïve", "e\N{COMBINING ACUTE ACCENT}", "数据/客户", "\U0001f680 \U0001f9ea", "50%", "5_%", "5__", "a'b\"c`d", "back\\slash\t\n",
    "at@sign", "x;y:z,w=v", "$p {b} [c] ?&#", "CASE", "case", "-- /* */ //", "*", "~", " ", "../..", "%2F", "null\x00byte", "n" * 139,
]  # fmt: skip
ALL_AT_ONCE = "Ä 'q\" 50%_/x@y,z;\U0001f680 `\\ (*)"  # but for `=`, which ends the key where people type KEY=VALUE
FIRST, BETWEEN, SECOND = "2026-10-01T00:00:00Z", "2026-10-10T00:00:00Z", "2026-10-20T00:00:00Z"


@dataclass(frozen=True)
class Question:
    """A question, what is looked at in its answer, and what must be seen there."""

    stem: str
    variables: dict[str, Any]
    look: Callable[[Any], Any]
    expected: Any


class World:
    """Raw data, a table, a feature, two models, their roll-outs in one slot and a window of the first, all of one name."""

    def __init__(self, name: str) -> None:
        self.name = unicodedata.normalize("NFC", name)
        part, more = encode_part(name), encode_part(f"{name} 2")
        self.part = part
        self.raw = f"dataset:{part}/{part}@{part}"
        self.made = f"dataset:{part}/{part}/{part}@{part}"
        self.feature = f"feature:{part}/{part}@{part}"
        self.models = [f"model:{part}/{part}@{version}" for version in (part, more)]
        self.slot = f"slot:{part}/{part}"
        self.roll_outs = [f"deployment:{part}/{part}@{version}" for version in (part, more)]
        self.kpi, self.segment = f"{part}/{part}", f"{part}={part}"
        self.window = f"kpi_window:{part}/{part},deployment,{self.kpi},{self.segment}@{part},20261002T000000Z,r0"

    @property
    def everything(self) -> list[str]:
        return [self.raw, self.made, self.feature, *self.models, *self.roll_outs, self.window]

    @property
    def made_of_raw(self) -> set[str]:
        """What the first window rests on, itself included."""
        return {self.window, self.roll_outs[0], self.models[0], self.made, self.feature, self.raw}

    def manifest(self) -> dict[str, Any]:
        models = [{"urn": urn, "trainedOn": [self.made, self.feature]} for urn in self.models]
        roll_outs = [
            {"urn": urn, "serves": model, "from": begin}
            for urn, model, begin in zip(self.roll_outs, self.models, (FIRST, SECOND), strict=True)
        ]
        window = {
            "deployment": self.roll_outs[0],
            "kpi": self.kpi,
            "segment": {self.name: self.name},
            "start": "2026-10-02T00:00:00Z",
            "end": "2026-10-03T00:00:00Z",
            "n": 10,
            "successes": 1,
        }
        return {
            "datasets": [{"urn": self.raw}, {"urn": self.made, "derivedFrom": [self.raw]}],
            "features": [{"urn": self.feature, "computedFrom": [self.raw]}],
            "models": models,
            "kpis": [{"name": self.kpi, "direction": "HIGHER_IS_BETTER", "segments": [self.name]}],
            "deployments": roll_outs,
            "windows": [window],
        }

    def questions(self) -> Iterator[Question]:
        """Every question about it, most in several ways."""
        yield from self._about_things()
        yield from self._about_evidence()
        yield from self._about_deployments()
        yield from self._about_changes()

    def _about_things(self) -> Iterator[Question]:
        for urn in self.everything:
            yield Question("artifact", {"urn": urn}, lambda found: (found["urn"], found["declared"]), (urn, True))
            yield Question("node", {"id": urn}, lambda found: found["id"], urn)
        series = self.models[0].rpartition("@")[0]
        yield Question("series", {"urn": series}, lambda found: urns(found["versions"]), self.models[::-1])
        mine = {"namespace": self.name, "first": 100}
        yield Question("artifacts", mine, lambda found: urns(found["nodes"]), sorted(self.everything))
        one = {"namespace": self.name, "text": self.raw}
        yield Question("artifacts", one, lambda found: urns(found["nodes"]), [self.raw])
        hit = lambda found: (found["hits"][0]["artifact"]["urn"], found["hits"][0]["matched"])  # noqa: E731
        for urn in (self.raw, self.window):
            yield Question("search", {"text": urn}, hit, (urn, "URN"))

    def _about_evidence(self) -> Iterator[Question]:
        reached = lambda found: (set(urns(found["artifacts"])), len(found["steps"]))  # noqa: E731
        yield Question("chain", {"of": [self.window]}, reached, (self.made_of_raw, 6))
        yield Question("chain", {"of": [self.raw], "direction": "DOWNSTREAM"}, reached, (set(self.everything), 9))
        way = [self.window, self.roll_outs[0], self.models[0], self.made, self.raw]
        yield Question("path", {"from": self.raw, "to": self.window}, lambda found: urns(found["artifacts"]), way)

    def _about_deployments(self) -> Iterator[Question]:
        rows = lambda some: [(one["slot"], one["deployment"]["urn"], one["model"]["urn"]) for one in some]  # noqa: E731
        expected = [(self.slot, *pair) for pair in zip(self.roll_outs, self.models, strict=True)]
        for where in ({"slot": self.slot}, {"namespace": self.name}):
            for number, instant in enumerate((BETWEEN, SECOND)):
                live = {**where, "validAt": instant}
                yield Question("live", live, lambda found: rows(found["deployments"]), [expected[number]])
            yield Question("deployments", where, lambda found: rows(found["nodes"]), expected)
        for to in (self.raw, self.raw.rpartition("@")[0]):
            yield Question(
                "exposure",
                {"to": [to], "validAt": SECOND},
                lambda found: [
                    (
                        one["deployment"]["urn"],
                        one["stillLive"],
                        [window["urn"] for window in one["windows"]],
                    )
                    for one in found["deployments"]
                ],
                [(self.roll_outs[0], False, [self.window]), (self.roll_outs[1], True, [])],
            )

    def _about_changes(self) -> Iterator[Question]:
        ends = {"before": {"of": self.models[0]}, "after": {"of": self.models[1]}}
        changes = lambda found: [(one["before"]["urn"], one["after"]["urn"]) for one in found["changes"]]  # noqa: E731
        yield Question("diff", ends, changes, [(self.models[0], self.models[1])])
        yield Question(
            "compare",
            {"left": self.roll_outs[0], "right": self.roll_outs[1], "kpi": self.kpi, "segment": self.segment},
            lambda found: (
                set(urns(found["shared"])),
                urns(found["onlyLeft"]),
                [row["left"]["window"]["urn"] for row in found["kpi"]["windows"]],
            ),
            ({self.raw, self.made, self.feature}, [self.models[0]], [self.window]),
        )
        happened = lambda found: {(one["what"], one["urn"]) for one in found["nodes"]}  # noqa: E731
        began = {("ROLL_OUT_BEGAN", urn) for urn in self.roll_outs}
        of_slot = {*began, ("WINDOW_RECORDED", self.window)}
        yield Question("timeline", {"of": self.raw}, happened, {("DECLARED", self.raw)})
        yield Question(
            "timeline", {"of": self.models[0].rpartition("@")[0]}, happened, {("DECLARED", urn) for urn in self.models}
        )
        yield Question("timeline", {"of": self.slot}, happened, of_slot)
        taken_over = ("TAKEN_OVER", self.roll_outs[0])
        yield Question("timeline", {"of": self.slot, "order": "VALID"}, happened, {*of_slot, taken_over})
        declared = {("DECLARED", urn) for urn in (self.raw, self.made, self.feature, *self.models)}
        defined = ("KPI_DEFINED", f"kpi:{self.kpi}@1")
        yield Question("timeline", {"of": f"{self.part}/*"}, happened, {*declared, *of_slot, defined})


def urns(artifacts: list[dict[str, Any]]) -> list[str]:
    return [artifact["urn"] for artifact in artifacts]
