"""What the benchmarks of all questions ask about: the shop, whose story is the same in every graph, and as much around it as wanted.

The story: orders of every day, each rest on those of the day before; every week a training set, a model, a roll-out in one slot and a KPI
window of it. Around it stand other teams, half of them in the shop's own namespace: with words of its names in theirs and in descriptions,
with a hub inside the shop that they rest on, and with roll-outs in the shop's slots before the story's, or in slots that were given up.
Nothing of theirs belongs to an answer about the shop.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from evidence_graph.record.events import ArtifactDeclared, KpiDefined, Retracted
from evidence_graph.record.instants import format_instant
from evidence_graph.record.json_values import JsonObject
from evidence_graph.record.urn import parse_urn, window_urn
from tests.benchmarks.telling import Saying

HOUR = 3_600_000_000
DAY = 24 * HOUR
FIRST_DAY = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp()) * 1_000_000
WEEKS, PAGES = 20, 20
DAYS = 7 * WEEKS
CORRECTED = 20  # one artifact of so many is corrected
NOW = FIRST_DAY + (DAYS + 10) * DAY  # everything of the story has happened

KPI = "shop/conversion"
SLOT = "slot:shop/checkout"
REFERENCE = "dataset:shop/reference@1"  # the hub: others rest on it in any number
TEAMS = 50
WEEKS_OF_A_SLOT = 20  # team weeks until two teams have given up the slots they began
RELATIONS_A_TEAM_WEEK = 37
BEGINNINGS = ("orders", "basket", "clicks", "training", "customers", "labels", "returns")
ENDINGS = ("hourly", "value", "eu", "reference", "funnel", "checkout", "sessions", "raw", "clean", "joined", "daily")


def day(number: int) -> int:
    """The beginning of a day of the story, µs UTC."""
    return FIRST_DAY + number * DAY


def orders(number: int) -> str:
    return f"dataset:shop/orders@{number}"


def roll_out(week: int) -> str:
    return f"deployment:shop/checkout@{week}"


def window(deployment: str, start: int, revision: int = 0) -> str:
    text = f"{datetime.fromtimestamp(start / 1e6, UTC):%Y%m%dT%H%M%SZ}"
    return window_urn(parse_urn(deployment), KPI, (), text, revision).text


def last_window(week: int) -> str:
    return window(roll_out(week), day(7 * week + 7))


def story() -> Iterator[Saying]:
    """Everything about the shop."""
    yield Saying(KpiDefined(KPI, "1", {"aggregate": "PROPORTION", "benchmark": {"mean": 0.05}, "labelHorizon": "P2D"}))
    yield _declared(REFERENCE, 0)
    for version in (1, 2, 3):
        text = "How much is in the basket at the checkout, in euro."
        yield _declared(f"feature:shop/basket_value@{version}", 0, text, COMPUTED_FROM=[REFERENCE])
    for number in range(DAYS):
        before = [orders(number - 1)] if number else [REFERENCE]
        yield _declared(f"dataset:web/clicks@{number}", number)
        yield _declared(orders(number), number, DERIVED_FROM=sorted([*before, f"dataset:web/clicks@{number}"]))
    for week in range(WEEKS):
        yield from _week(week)
    for page in range(PAGES):
        serves = f"model:shop/ranker@{page % 5}"
        yield _deployed(f"deployment:shop/page{page}@1", day(60 + page), SERVES=[serves])


def _week(week: int) -> Iterator[Saying]:
    end, feature = 7 * week + 6, f"feature:shop/basket_value@{1 + week % 3}"
    training, holdout, labels = (f"dataset:shop/{name}@{week}" for name in ("training", "holdout", "labels"))
    model, deployment = f"model:shop/ranker@{week}", roll_out(week)
    yield _declared(training, end, DERIVED_FROM=sorted([orders(end), REFERENCE, feature]))
    yield _declared(holdout, end, DERIVED_FROM=[orders(end - 3)])
    yield _declared(model, end, f"Ranks week {week}.", EVALUATED_ON=[holdout], TRAINED_ON=[training])
    yield _deployed(deployment, day(end + 1), READS=[feature], SERVES=[model])
    yield _declared(labels, end + 8)
    for revision in range(2 if week % 4 == 0 else 1):
        yield _measured(deployment, day(end + 1), revision, labels)


def corrections() -> Iterator[Saying]:
    """One of CORRECTED artifacts of the story was declared wrongly, which somebody saw later; all of it keeps its relations."""
    told = [saying.event for saying in story() if isinstance(saying.event, ArtifactDeclared)]
    for event in told[::CORRECTED]:
        yield Saying(Retracted(event.urn, True, event.relations))
        fields: JsonObject = {**event.fields, "digest": "sha256:" + "cd" * 32}
        yield Saying(ArtifactDeclared(event.urn, fields, event.relations))


def others(begin: int, end: int) -> Iterator[Saying]:
    """What other teams did from one team week to another, of about RELATIONS_A_TEAM_WEEK relations each.

    Between multiples of WEEKS_OF_A_SLOT nothing of it stays live.
    """
    for number in range(begin, end):
        yield from _team_week(number)


def _team_week(number: int) -> Iterator[Saying]:
    namespace, place, label = _namespace(number), number // WEEKS_OF_A_SLOT, number // 2 % 10
    raw = [_raw(5 * number + part) for part in range(5)]
    for part, urn in enumerate(raw):
        at = 5 * number + part
        before = {_raw(at - back) for back in (1, 7, 49, 343) if at >= back}
        more = {REFERENCE} if at % 10 == 0 else set()
        text = f"The {' of '.join(_two_words(number)[::-1])}." if part == 0 else ""
        yield _declared(urn, label, text, DERIVED_FROM=sorted(before | more))
    feature = f"feature:{namespace}/{_words(number // 8)}@{number // 2 % 4}"
    training, model = f"dataset:{namespace}/training{place}@{label}", f"model:{namespace}/model{place}@{label}"
    yield _declared(feature, label, COMPUTED_FROM=[raw[0]])
    yield _declared(training, label, DERIVED_FROM=sorted([*raw, feature]))
    yield _declared(model, label, EVALUATED_ON=[raw[1]], TRAINED_ON=sorted([training, feature]))
    deployment, start, given_up = _of_the_past(number)
    yield _deployed(deployment, start, to=given_up, READS=[feature], SERVES=[model])
    yield _measured(deployment, start, 0, raw[2])
    yield _measured(deployment, start + HOUR // 4, 0, raw[3])
    if label == 0:
        yield Saying(KpiDefined(f"{namespace}/kpi{place}", "1", {"aggregate": "PROPORTION"}))


def _of_the_past(number: int) -> tuple[str, int, int | None]:
    """A roll-out, when it began, and its stated end: every hour before the story one of the shop's pages got another model.

    The others' slots are given up after their tenth roll-out.
    """
    place, label = number // WEEKS_OF_A_SLOT, number // 2 % 10
    if _namespace(number) == "shop":
        return f"deployment:shop/page{number // 2 % PAGES}@before{number}", FIRST_DAY - (number + 1) * HOUR, None
    slot = f"{_namespace(number)}/endpoint{place}"
    return f"deployment:{slot}@{label}", day(7 * label), day(70) if label == 9 else None


def _namespace(number: int) -> str:
    return "shop" if number % 2 == 0 else f"team{number // 2 % TEAMS}"


def _raw(number: int) -> str:
    """Five versions of a series each."""
    return f"dataset:{_namespace(number // 5)}/{_words(number // 5)}@{number % 5}"


def _words(number: int) -> str:
    return f"{'_'.join(_two_words(number))}_{number}"


def _two_words(number: int) -> tuple[str, str]:
    """Two words of the shop's own, but never those of one of its names together."""
    beginning, ending = BEGINNINGS[number % 7], ENDINGS[number // 7 % 11]
    return beginning, "size" if (beginning, ending) == ("basket", "value") else ending


def _declared(urn: str, at: int, description: str = "", **relations: list[str]) -> Saying:
    fields: JsonObject = {"occurredAt": format_instant(day(at)), "digest": "sha256:" + "ab" * 32}
    return Saying(ArtifactDeclared(urn, fields, dict(relations)), description)


def _deployed(urn: str, start: int, to: int | None = None, **relations: list[str]) -> Saying:
    fields: JsonObject = {"from": format_instant(start), "mode": "PRODUCTION", "traffic": 1}
    end = None if to is None else format_instant(to)
    return Saying(ArtifactDeclared(urn, fields, dict(relations), to=end, gate={"result": "NOT_ASKED"}))


def _measured(deployment: str, start: int, revision: int, labels: str) -> Saying:
    fields: JsonObject = {
        "start": format_instant(start),
        "end": format_instant(start + HOUR // 4),
        "kpi": KPI,
        "n": 1_000 + revision,
        "successes": 50,
        "revision": revision,
    }
    relations = {"COMPUTED_FROM": [labels], "MEASURES": [deployment]}
    return Saying(ArtifactDeclared(window(deployment, start, revision), fields, relations))
