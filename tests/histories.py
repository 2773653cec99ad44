"""Random histories told to the record and the reference: declarations, duplicates, corrections, roll-outs adjusted and ending."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from evidence_graph.evidence.commands import Item
from evidence_graph.lineage.moment import Moment, read_moment
from evidence_graph.record.instants import format_instant
from evidence_graph.store.graph_store import GraphStore
from tests import reference, stories
from tests.reference import Adjusted, DeclarationRetracted, Declared, Ended, Extended, RelationsRetracted, Statement

DAY = 86_400_000_000
DATASETS = [f"dataset:d/table{n % 4}@{n}" for n in range(12)]
FEATURES = [f"feature:f/feature@{n}" for n in range(4)]
MODELS = [f"model:m/model@{n}" for n in range(5)]
SLOTS = ["one/slot", "two/slot"]
ROLL_OUTS = [f"deployment:{slot}@{n}" for slot in SLOTS for n in range(4)]
KPI = "k/kpi"
COMMANDS = 60


@dataclass
class History:
    """What has been said so far: the accepted statements, and when each position was recorded."""

    random: Random
    statements: list[Statement] = field(default_factory=list)
    recorded: dict[int, int] = field(default_factory=lambda: {0: stories.at(stories.GENESIS)})
    clock: int = stories.at(stories.GENESIS)

    @property
    def head(self) -> int:
        return max(self.recorded)

    def position_known_at(self, instant: int) -> int:
        return max((position for position, at in self.recorded.items() if at <= instant), default=0)


@dataclass
class Saying:
    """One item in the record's words and in the reference's; `more` is how the reference hears it when it only adds."""

    told: Item | dict[str, Any]
    statement: Statement
    more: Statement


async def random_history(store: GraphStore, seed: int, commands: int = COMMANDS) -> History:
    """A history of `commands` commands told to an empty record, always the same one for a seed."""
    history = History(Random(seed))
    history.clock += DAY
    await stories.record(store, {"kpis": [stories.kpi(KPI)]}, when=format_instant(history.clock))
    history.recorded[1] = history.clock
    for _ in range(commands):
        await say_something(store, history)
    return history


async def say_something(store: GraphStore, history: History) -> None:
    """One command of the usual kinds."""
    random = history.random
    history.clock += random.choice([1, 1_000_000, 3_600_000_000, DAY])
    await say(store, history, random.choice([say_artifacts, say_artifacts, say_growth_or_loss, say_correction])(random))


async def say(store: GraphStore, history: History, sayings: list[Saying]) -> None:
    """One command; when it is accepted, the reference hears it as the record says it was recorded."""
    receipt = await stories.attempt(store, *(one.told for one in sayings), when=format_instant(history.clock))
    if receipt.faults:
        assert receipt.position is None
        return
    for saying, outcome in zip(sayings, receipt.outcomes, strict=True):
        if outcome.outcome == "UNCHANGED":
            continue
        assert outcome.position is not None
        said = saying.more if outcome.outcome == "EXTENDED" else saying.statement
        history.statements.append(reference.standing_at(said, outcome.position))
        history.recorded[outcome.position] = history.clock


def say_artifacts(random: Random) -> list[Saying]:
    """One to three declarations."""
    makers = [say_dataset, say_dataset, say_dataset, say_feature, say_model, say_roll_out, say_window]
    return [random.choice(makers)(random) for _ in range(random.randint(1, 3))]


def say_growth_or_loss(random: Random) -> list[Saying]:
    """Something that grows, an adjustment, an end, a retraction."""
    makers = [say_growth, say_growth, say_adjustment, say_adjustment, say_end, say_retracted_relations, say_retraction]
    return [random.choice(makers)(random)]


def say_correction(random: Random) -> list[Saying]:
    """A declaration is retracted and made anew, often with other content."""
    urn = random.choice(DATASETS + DATASETS + FEATURES + MODELS + ROLL_OUTS)
    makers = {"dataset": say_dataset, "feature": say_feature, "model": say_model, "deployment": say_roll_out}
    again = makers[urn.partition(":")[0]](random, urn, other=0.5)
    return [say_retraction(random, urn), again]


def say_dataset(random: Random, urn: str = "", other: float = 0.15) -> Saying:
    """Mostly from earlier datasets, so that most histories have no cycle; now and then the other way."""
    index = DATASETS.index(urn or random.choice(DATASETS))
    fields: dict[str, Any] = {}
    relations: set[tuple[str, str]] = set()
    variant = one_of_two(random, DATASETS[index], other)
    earlier = DATASETS[:index] * 2 + ROLL_OUTS[:2] + FEATURES[:2] + MODELS[: index // 4]
    pool = sorted(set(earlier)) if variant.random() < 0.9 else DATASETS[index + 1 :]
    for source in variant.sample(pool, min(len(pool), variant.randrange(5))):
        relations.add(("DERIVED_FROM", source))
    if relations:
        fields["derivedFrom"] = [target for _, target in relations]
    return declaration("datasets", DATASETS[index], fields, relations, some_day(variant))


def say_feature(random: Random, urn: str = "", other: float = 0.15) -> Saying:
    index = FEATURES.index(urn or random.choice(FEATURES))
    variant = one_of_two(random, FEATURES[index], other)
    pool = FEATURES[:index] + DATASETS[:4]
    relations = {("COMPUTED_FROM", source) for source in variant.sample(pool, variant.randrange(3))}
    fields = {"computedFrom": [target for _, target in relations]} if relations else {}
    return declaration("features", FEATURES[index], fields, relations, some_day(variant))


def say_model(random: Random, urn: str = "", other: float = 0.15) -> Saying:
    index = MODELS.index(urn or random.choice(MODELS))
    variant = one_of_two(random, MODELS[index], other)
    trained = variant.sample(DATASETS + FEATURES, variant.randint(1, 3))
    built = MODELS[:index][-1:] if variant.random() < 0.3 else []
    revised = [MODELS[index - 1]] if index and variant.random() < 0.2 else []
    evaluated = random.sample(DATASETS, random.randrange(3))
    fields = {"trainedOn": trained, "builtFrom": built, "revises": revised, "evaluatedOn": evaluated}
    names = {"trainedOn": "TRAINED_ON", "builtFrom": "BUILT_FROM", "revises": "REVISES", "evaluatedOn": "EVALUATED_ON"}
    relations = {(names[name], target) for name, targets in fields.items() for target in targets}
    stated = {name: targets for name, targets in fields.items() if targets}
    return declaration("models", MODELS[index], stated, relations, some_day(variant))


def say_roll_out(random: Random, urn: str = "", other: float = 0.15) -> Saying:
    urn = urn or random.choice(ROLL_OUTS)
    variant = one_of_two(random, urn, other)
    begin = day(variant.randrange(60))
    mode, traffic = variant.choice([("PRODUCTION", 1)] * 5 + [("CANARY", 0.5), ("SHADOW", 1)])
    serves = variant.choice(MODELS)
    reads = variant.sample(FEATURES, variant.randrange(2))
    ends = begin + variant.randint(1, 30) * DAY if variant.random() < 0.15 else None
    fields: dict[str, Any] = {"serves": serves, "from": format_instant(begin), "mode": mode, "traffic": traffic}
    if reads:
        fields["reads"] = reads
    if ends is not None:
        fields["to"] = format_instant(ends)
    relations = frozenset({("SERVES", serves), *(("READS", target) for target in reads)})
    return Saying(
        {"deployments": [{"urn": urn, **fields}]},
        Declared(urn, None, relations, begin, (begin, mode, traffic), ends),
        Extended(urn, None, frozenset(), ends),
    )


def say_window(random: Random) -> Saying:
    """Of a roll-out or of a model; the reference forms the URN by hand."""
    measured, kind = random.choice([(random.choice(ROLL_OUTS), "deployment"), (random.choice(MODELS), "model")])
    variant = Random(f"{measured} {random.randrange(3)}")
    start = day(variant.randrange(60))
    end = start + variant.randint(1, 7) * DAY
    revision, labels = variant.randrange(2), variant.sample(DATASETS, variant.randrange(2))
    name, _, version = measured.partition(":")[2].rpartition("@")
    compact = format_instant(start)[:19].replace("-", "").replace(":", "") + "Z"
    urn = f"kpi_window:{name},{kind},{KPI}@{version},{compact},r{revision}"
    told = {
        kind: measured,
        "kpi": KPI,
        "start": format_instant(start),
        "end": format_instant(end),
        "revision": revision,
        "n": 10,
        "successes": variant.randrange(10),
        **({"computedFrom": labels} if labels else {}),
    }
    relations = frozenset({("MEASURES", measured), *(("COMPUTED_FROM", target) for target in labels)})
    return Saying({"windows": [told]}, Declared(urn, None, relations, end), Extended(urn))


def say_growth(random: Random) -> Saying:
    """Growing fields alone: an evaluation of a model, or the end of a roll-out, declared or not."""
    if random.random() < 0.8:
        urn, target = random.choice(MODELS), random.choice(DATASETS)
        more = Extended(urn, None, frozenset({("EVALUATED_ON", target)}))
        return Saying({"models": [{"urn": urn, "evaluatedOn": [target]}]}, more, more)
    urn, ends = random.choice(ROLL_OUTS), day(random.randrange(90))
    more = Extended(urn, None, frozenset(), ends)
    return Saying({"deployments": [{"urn": urn, "to": format_instant(ends)}]}, more, more)


def say_retraction(random: Random, urn: str = "") -> Saying:
    urn = urn or random.choice(DATASETS + MODELS + ROLL_OUTS + FEATURES)
    retracted = DeclarationRetracted(urn)
    return Saying(stories.retract(urn), retracted, retracted)


def say_retracted_relations(random: Random) -> Saying:
    urn, relation = random.choice([(random.choice(DATASETS), "DERIVED_FROM"), (random.choice(MODELS), "EVALUATED_ON")])
    target = random.choice([None, random.choice(DATASETS)])
    retracted = RelationsRetracted(urn, None, relation, target)
    return Saying(stories.retract(urn, relation, target), retracted, retracted)


def say_adjustment(random: Random) -> Saying:
    urn, at = random.choice(ROLL_OUTS), day(random.randrange(90))
    mode, traffic = random.choice([("PRODUCTION", 1.0), ("PRODUCTION", 0.5), ("CANARY", 0.5), ("SHADOW", 1.0)])
    adjusted = Adjusted(urn, None, at, mode, traffic)
    return Saying(stories.adjust(urn, format_instant(at), mode, traffic), adjusted, adjusted)


def say_end(random: Random) -> Saying:
    urn, at = random.choice(ROLL_OUTS), day(random.randrange(90))
    return Saying(stories.end(urn, format_instant(at)), Ended(urn, None, at), Ended(urn, None, at))


def declaration(
    section: str, urn: str, fields: dict[str, Any], relations: set[tuple[str, str]], exists_from: int | None
) -> Saying:
    """An artifact's item; repeated, it only adds the relations that may grow."""
    dated = {} if exists_from is None else {"occurredAt": format_instant(exists_from)}
    grows = frozenset(pair for pair in relations if pair[0] == "EVALUATED_ON")
    return Saying(
        {section: [{"urn": urn, **fields, **dated}]},
        Declared(urn, None, frozenset(relations), reference.ALWAYS if exists_from is None else exists_from),
        Extended(urn, None, grows),
    )


def one_of_two(random: Random, urn: str, other: float) -> Random:
    """What decides an artifact's content: mostly the same, so that it is repeated, now and then another, so that it conflicts."""
    return Random(f"{urn} {random.random() < other}")


def some_day(random: Random) -> int | None:
    return None if random.random() < 0.3 else day(random.randrange(90))


def day(number: int) -> int:
    return stories.at("2026-08-01T00:00:00Z") + number * DAY


async def some_moment(store: GraphStore, history: History) -> tuple[Moment, reference.Known, int | None]:
    """A random moment on both clocks, and what the reference knows at it."""
    random = history.random
    valid_at = random.choice([None, day(random.randrange(-5, 95)), day(random.randrange(95)) + random.randint(-1, 1)])
    how = random.choice(["head", "position", "instant"])
    if how == "position":
        position = random.randint(random.choice([0, history.head // 2]), history.head)
        moment = await read_moment(store, valid_at, at_position=position)
    elif how == "instant":
        known_at = random.choice([*history.recorded.values(), history.clock + DAY]) + random.randint(-1, 1)
        position = history.position_known_at(known_at)
        moment = await read_moment(store, valid_at, known_at=known_at)
    else:
        position = history.head
        moment = await read_moment(store, valid_at)
    assert moment.position == position
    assert moment.known_at == history.recorded[position]
    return moment, reference.known_at(history.statements, position), valid_at
