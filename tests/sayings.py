"""What may be said to a record in a random history: each saying in the record's words and in those of the reference.

Content follows from the URN, mostly, so that what is said again is a repetition; now and then it is other content, and conflicts. `COVERS`
says what time the rows of some datasets cover: no other part of the reference knows of it.
"""

from random import Random
from typing import Any

from evidence_graph.record.instants import format_instant
from tests import stories
from tests.declarations import Saying, declaration, roll_out, window, window_of
from tests.reference import (
    ALWAYS,
    FOR_EVER,
    Adjusted,
    DeclarationRetracted,
    Declared,
    DescriptionErased,
    Ended,
    Extended,
    RelationsRetracted,
)

DAY = 86_400_000_000
SLOTS = ["one/slot", "two/slot"]
DATASETS = [f"dataset:d/table{n % 4}@{n}" for n in range(12)]
FEATURES = [f"feature:f/feature@{n}" for n in range(4)]
MODELS = [f"model:m/model@{n}" for n in range(5)]
ROLL_OUTS = [f"deployment:{slot}@{n}" for slot in SLOTS for n in range(4)]
PARTS = [f"dataset:x/part@{number}" for number in range(5)]
SCORES = [f"dataset:x/scores@{number}" for number in range(3)]
TRAINED = [f"model:x/model@{number}" for number in range(3)]
SERVED = [f"deployment:x/slot@{number}" for number in range(4)]
NOTES = [f"dataset:note/{name}@{version}" for name in ("note", "crm-note", "table") for version in (1, 2)]
WORDS = ["pears", "apples", "plums", "table", "note", "slot", "crm"]


def day(number: int) -> int:
    """Midnight of a day, µs since 1970 UTC."""
    return stories.at("2026-08-01T00:00:00Z") + number * DAY


COVERS: dict[str, tuple[float, float]] = {
    PARTS[0]: (day(0), day(20)),
    PARTS[1]: (day(20), day(40)),
    PARTS[2]: (day(30), FOR_EVER),
    PARTS[3]: (ALWAYS, day(30)),
}


def some_sayings(random: Random) -> list[Saying]:
    """One command of any kind."""
    usual, more = [say_artifacts] * 3, [say_growth_or_loss] * 2
    makers = [*usual, *more, say_correction, say_more, say_more, say_notes]
    return random.choice(makers)(random)


def erases(sayings: list[Saying]) -> bool:
    """Whether one of them takes something off the record, at every position."""
    return any(isinstance(one.statement, DescriptionErased) for one in sayings)


def retracts(sayings: list[Saying]) -> bool:
    """Whether something of it ends what was said before."""
    return any(isinstance(one.statement, DeclarationRetracted | RelationsRetracted) for one in sayings)


def say_artifacts(random: Random) -> list[Saying]:
    """One to three declarations."""
    makers = [say_dataset, say_dataset, say_dataset, say_feature, say_model, say_roll_out, say_roll_out, say_window]
    return [random.choice(makers)(random) for _ in range(random.randint(1, 3))]


def say_growth_or_loss(random: Random) -> list[Saying]:
    """Something that grows, an adjustment, an end, a retraction."""
    state = [say_adjustment, say_adjustment, say_adjustment, say_end]
    makers = random.choice([[say_growth], state, state, [say_retracted_relations, say_retraction]])
    return [random.choice(makers)(random)]


def say_correction(random: Random) -> list[Saying]:
    """A declaration is retracted and made anew, often with other content."""
    urn = random.choice(DATASETS + DATASETS + FEATURES + MODELS + ROLL_OUTS)
    makers = {"dataset": say_dataset, "feature": say_feature, "model": say_model, "deployment": say_roll_out}
    again = makers[urn.partition(":")[0]](random, urn, other=0.5)
    return [say_retraction(random, urn), again]


def say_more(random: Random) -> list[Saying]:
    """Data that says what it covers, deployments that read it, benchmarks, and labels that are revised."""
    makers = [say_part, say_scores, say_trained, say_reading, say_comparison, say_comparison]
    return [random.choice(makers)(random) for _ in range(random.randint(1, 3))]


def say_notes(random: Random) -> list[Saying]:
    """A dataset with a description is declared, described anew, or retracted, or its descriptions are erased."""
    urn = random.choice(NOTES)
    if random.random() < 0.1:
        return [Saying(stories.erase(urn, "description"), DescriptionErased(urn), DescriptionErased(urn))]
    if random.random() < 0.2:
        return [say_retraction(random, urn)]
    text = " ".join(random.sample(WORDS, 2))
    item = {"urn": urn, "description": text}
    return [Saying({"datasets": [item]}, Declared(urn, described=text), Extended(urn, described=text))]


def say_dataset(random: Random, urn: str = "", other: float = 0.15) -> Saying:
    """Mostly from earlier datasets, so that most histories have no cycle; now and then the other way."""
    index = DATASETS.index(urn or random.choice(DATASETS))
    variant = one_of_two(random, DATASETS[index], other)
    earlier = DATASETS[:index] * 2 + ROLL_OUTS[:2] + FEATURES[:2] + MODELS[: index // 4]
    pool = sorted(set(earlier)) if variant.random() < 0.9 else DATASETS[index + 1 :]
    relations = {("DERIVED_FROM", source) for source in variant.sample(pool, min(len(pool), variant.randrange(5)))}
    return declaration("datasets", DATASETS[index], relations, {**some_day(variant), **some_source(variant)})


def say_feature(random: Random, urn: str = "", other: float = 0.15) -> Saying:
    index = FEATURES.index(urn or random.choice(FEATURES))
    variant = one_of_two(random, FEATURES[index], other)
    pool = FEATURES[:index] + DATASETS[:4]
    relations = {("COMPUTED_FROM", source) for source in variant.sample(pool, variant.randrange(3))}
    return declaration("features", FEATURES[index], relations, some_day(variant))


def say_model(random: Random, urn: str = "", other: float = 0.15) -> Saying:
    index = MODELS.index(urn or random.choice(MODELS))
    variant = one_of_two(random, MODELS[index], other)
    relations = {("TRAINED_ON", one) for one in variant.sample(DATASETS + FEATURES, variant.randint(1, 3))}
    if index and variant.random() < 0.3:
        relations.add(("BUILT_FROM", MODELS[index - 1]))
    if index and variant.random() < 0.2:
        relations.add(("REVISES", MODELS[index - 1]))
    relations |= {("EVALUATED_ON", one) for one in random.sample(DATASETS, random.randrange(3))}
    return declaration("models", MODELS[index], relations, {**some_day(variant), **some_source(variant)})


def say_roll_out(random: Random, urn: str = "", other: float = 0.15) -> Saying:
    urn = urn or random.choice(ROLL_OUTS)
    variant = one_of_two(random, urn, other)
    begin = day(variant.randrange(60))
    mode, traffic = variant.choice([("PRODUCTION", 1)] * 5 + [("CANARY", 0.5), ("SHADOW", 1)])
    relations = {
        ("SERVES", variant.choice(MODELS)),
        *(("READS", one) for one in variant.sample(FEATURES, variant.randrange(2))),
    }
    ends = begin + variant.randint(1, 30) * DAY if variant.random() < 0.15 else None
    return roll_out(urn, relations, (begin, mode, traffic), ends)


def say_window(random: Random) -> Saying:
    """Of a roll-out or of a model."""
    measured = random.choice(random.choice([ROLL_OUTS, MODELS]))
    variant = Random(f"{measured} {random.randrange(3)}")
    start = day(variant.randrange(60))
    end = start + variant.randint(1, 7) * DAY
    revision = variant.randrange(2)
    labels = {("COMPUTED_FROM", one) for one in variant.sample(DATASETS, variant.randrange(2))}
    return window(measured, start, end, revision, labels, variant.randrange(10))


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


def say_part(random: Random) -> Saying:
    urn = random.choice(PARTS)
    start, end = COVERS.get(urn, (ALWAYS, FOR_EVER))
    covers = {name: format_instant(int(at)) for name, at in (("from", start), ("to", end)) if abs(at) != FOR_EVER}
    return declaration("datasets", urn, set(), {"covers": covers} if covers else {})


def say_scores(random: Random) -> Saying:
    urn = random.choice(SCORES)
    relations = {("DERIVED_FROM", one) for one in Random(urn).sample(SERVED, 2)}
    return declaration("datasets", urn, relations, {"occurredAt": format_instant(day(30))})


def say_trained(random: Random) -> Saying:
    urn = random.choice(TRAINED)
    relations = {("TRAINED_ON", one) for one in Random(urn).sample([*SCORES, *PARTS, *DATASETS], 2)}
    return declaration("models", urn, relations, {})


def say_reading(random: Random) -> Saying:
    urn = random.choice(SERVED)
    variant = Random(urn)
    begin, serves = day(variant.randrange(60)), variant.choice([*TRAINED, *MODELS])
    reads = variant.sample([*PARTS, *PARTS, *SCORES, *FEATURES[:2]], 3)
    return roll_out(urn, {("SERVES", serves), *(("READS", one) for one in reads)}, (begin, "PRODUCTION", 1), None)


def say_comparison(random: Random) -> Saying:
    """A window with labels, a benchmark's window or both; its later revision rests on other labels."""
    measured = random.choice(random.choice([[*ROLL_OUTS, *SERVED, *SERVED], [*MODELS, *TRAINED]]))
    revision = random.randrange(3)
    start = day(Random(measured).randrange(60))
    variant = Random(f"{measured} {revision}")
    end = start + variant.randint(1, 9) * DAY
    relations = {("COMPUTED_FROM", one) for one in variant.sample([*PARTS, *SCORES, *DATASETS], variant.randrange(2))}
    other = variant.choice([*SERVED, *TRAINED])
    if variant.random() < 0.6:
        start_of_other = day(Random(other).randrange(60))
        relations.add(("COMPARED_WITH", window_of(other, start_of_other, variant.randrange(2))))
    if variant.random() < 0.2:
        relations.add(("COMPARED_WITH", variant.choice(PARTS)))
    return window(measured, start, end, revision, relations, 1)


def one_of_two(random: Random, urn: str, other: float) -> Random:
    """What decides an artifact's content: mostly the same, so that it is repeated, now and then another, so that it conflicts."""
    return Random(f"{urn} {random.random() < other}")


def some_day(random: Random) -> dict[str, Any]:
    """Mostly a day on which it came to exist."""
    return {} if random.random() < 0.3 else {"occurredAt": format_instant(day(random.randrange(90)))}


def some_source(random: Random) -> dict[str, Any]:
    """Now and then where it came from."""
    if random.random() < 0.5:
        return {}
    return {"source": {"commit": random.choice("abc"), "parameters": {"depth": random.randrange(3), "seed": 1}}}
