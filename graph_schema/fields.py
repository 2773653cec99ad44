"""A field: its name in the manifest, its type, what it means, and whether it may change after it was declared."""

from dataclasses import dataclass
from enum import Enum


class FieldType(Enum):
    """How a value is written in a manifest, and in what form it is kept."""

    TEXT = "text, at most 4,096 characters"
    LONG_TEXT = "text, at most 100,000 characters"
    DIGEST = "`sha256:` and 64 hexadecimal digits"
    INSTANT = "RFC 3339 time with a zone, at most six fraction digits"
    INTERVAL = "`{from, to}`, two instants, half-open"
    DURATION = "ISO 8601 duration of weeks, days, hours, minutes and seconds, such as P14D"
    PERIOD = "ISO 8601 duration above zero, such as P7D"
    SOURCE = "`{repo commit run tool parameters environmentDigest}`"
    SERIES_LIST = "list of series URNs (no `@version`)"
    JSON = "any JSON object; integers below 2^53"
    COUNT = "whole number from 0 to 2^53 - 1"
    NUMBER = "finite number"
    FRACTION = "number above 0, at most 1"
    ERROR_LEVEL = "number above 0, at most 0.5"
    MODE = "PRODUCTION, CANARY or SHADOW"
    SENSITIVITY = "PUBLIC, INTERNAL, CONFIDENTIAL or PERSONAL"
    DIRECTION = "HIGHER_IS_BETTER, LOWER_IS_BETTER or IN_BAND"
    BAND = "`{from, to}`, two numbers, both inside the band"
    AGGREGATE = "PROPORTION, MEAN, RATIO, COUNT or ESTIMATE"
    SEGMENT = "object of text values, such as `{origin: JFK}`"
    SEGMENT_NAMES = "list of the names segments may use"
    BENCHMARK = "exactly one of `{mean}`, `{windows: {of, from, to}}`, `{evaluation}`, `{against, mode}`"
    RELEVANT_CHANGE = "`{relative}` or `{absolute}`, a number above 0"
    RATIO_SUMS = "`{x y xx yy xy}`, the sums of a ratio y/x"


class Change(Enum):
    """What a later statement may do to the value."""

    FIXED = "part of how the thing was made: another value under the same URN is a conflict"
    GROWING = "may be stated later, once"
    ANNOTATION = "not content: the newest known counts; kept beside the log and erasable"
    RAISED = "not compared: the highest stated counts"


@dataclass(frozen=True)
class Field:
    """One field of an artifact or a definition."""

    name: str
    type: FieldType
    description: str
    change: Change = Change.FIXED
    required: bool = False
