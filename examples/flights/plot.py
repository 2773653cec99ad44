"""The plot: which models were trained on what, when they were rolled out, and when each thing came to be told."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import ModuleType

from examples.flights.features import TIMETABLE, WEATHER
from examples.flights.new_york import MONTHS, Interval, Week, midnight, month

PIPELINE, SCIENTIST = "pipeline-flights", "p-2718"  # who tells: a scheduled job, a person
SLOT, CONTROL_SLOT = "flights/delay-warning", "flights/delay-control"
LABEL_HORIZON = timedelta(days=3)
DATA = Interval(month("2013-01").start, month("2013-12").end)


def utc(text: str) -> datetime:
    """An instant such as `2013-04-08 14:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def days(first: str, end: str) -> Interval:
    """From the midnight that begins `first` in New York to the one that begins `end`."""
    return Interval(midnight(date.fromisoformat(first)), midnight(date.fromisoformat(end)))


@dataclass(frozen=True)
class Plan:
    """One model: the features it reads, the flights it learns from, those right after them that are held out to judge it,
    and the months in service, none of which it had seen, that it is judged on once they are over."""

    version: str
    what: str
    definitions: tuple[ModuleType, ...]
    learns: Interval
    held_out: Interval
    trained_at: datetime
    in_service: tuple[str, ...]


@dataclass(frozen=True)
class RollOut:
    """One roll-out in a slot and the interval it turned out to be live over."""

    label: str
    plan: Plan
    mode: str
    live: Interval
    slot: str = SLOT

    @property
    def is_shadow(self) -> bool:
        return self.mode == "SHADOW"

    @property
    def is_control(self) -> bool:
        """Whether it runs on only so that its successor can be compared with it."""
        return self.slot == CONTROL_SLOT


PLANS = (
    Plan("1", "timetable model", TIMETABLE,
         days("2013-01-01", "2013-03-18"), days("2013-03-18", "2013-04-01"), utc("2013-04-04 13:00"), MONTHS[3:7]),
    Plan("2", "timetable-and-weather model", TIMETABLE + WEATHER,
         days("2013-01-01", "2013-06-17"), days("2013-06-17", "2013-07-01"), utc("2013-07-05 13:00"), MONTHS[6:10]),
    Plan("3", "timetable-and-weather model, trained again in autumn", TIMETABLE + WEATHER,
         days("2013-01-01", "2013-09-17"), days("2013-09-17", "2013-10-01"), utc("2013-10-04 13:00"), MONTHS[9:]),
)  # fmt: skip
REVIEWED_AT = {TIMETABLE: utc("2013-03-28 14:00"), WEATHER: utc("2013-07-03 14:00")}  # feature definitions
_SHADOWS = (utc("2013-04-08 14:00"), utc("2013-07-08 14:00"), utc("2013-10-08 14:00"))
_PRODUCTION = (utc("2013-04-22 14:00"), utc("2013-07-30 14:00"), utc("2013-10-22 14:00"), DATA.end)
ROLL_OUTS = tuple(
    roll_out
    for number, plan in enumerate(PLANS)
    for roll_out in (
        RollOut(f"{plan.version}-shadow", plan, "SHADOW", Interval(_SHADOWS[number], _PRODUCTION[number])),
        RollOut(plan.version, plan, "PRODUCTION", Interval(_PRODUCTION[number], _PRODUCTION[number + 1])),
    )
)
CONTROLS = tuple(  # the model before predicts on, on the same flights, while its successor is in production
    RollOut(plan.version, plan, "SHADOW", Interval(*_PRODUCTION[number : number + 2]), CONTROL_SLOT)
    for number, plan in enumerate(PLANS[:-1], 1)
)
LOG_BEGINS = utc("2012-12-27 05:00")  # ten hours before the first telling
CORRECTED_AT = utc("2013-08-06 13:00")  # a review of July finds that an input was never named

REFERENCE_WEEKS = Interval(_PRODUCTION[0], midnight(date(2013, 7, 15)))  # the first twelve weeks in service
JUDGED_BY_REFERENCE_AT = utc("2013-07-18 16:00")  # an hour after the last of them was counted
JUDGED_BY_CONTROL_AT = utc("2013-09-16 16:00")  # nine weeks later, none of which could say anything
CONTROLLED_FROM = CONTROLS[0].live.start


def names_airports(instant: datetime) -> bool:
    """Whether what is told at this instant names the register of airports as an input."""
    return instant >= CORRECTED_AT


def schedule_told_at(name: str) -> datetime:
    """A month's schedule is out some days before the month begins."""
    return month(name).start.replace(hour=15) - timedelta(days=5)


def month_told_at(name: str) -> datetime:
    """A month's flights, weather and settled labels are there on the second day after it."""
    return month(name).end.replace(hour=15) + timedelta(days=1)


def follow_up_told_at(name: str) -> datetime:
    """A day later, the models in service are judged on the whole month."""
    return month(name).end.replace(hour=16) + timedelta(days=2)


def reconciled_at(name: str) -> datetime:
    """On the twelfth, the windows of the month before are compared with its settled labels."""
    return month(name).end.replace(hour=15) + timedelta(days=11)


def week_told_at(week: Week) -> datetime:
    """A week's windows are counted when its labels have had their three days to arrive."""
    return week.interval.end.replace(hour=15) + LABEL_HORIZON
