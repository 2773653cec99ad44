"""Enumerations of the API, made from the one declaration of what exists. Their values are plain text inside the service."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

import strawberry

from evidence_graph.kpi.yardstick import ASSUMPTIONS
from evidence_graph.lineage.compare_evidence import ROLES
from evidence_graph.lineage.compare_rules import COMPARABILITY
from evidence_graph.lineage.diff import CHANGES
from evidence_graph.lineage.path import DIRECTIONS
from evidence_graph.lineage.path_absence import REASONS
from evidence_graph.lineage.search_ranks import MATCHED
from evidence_graph.lineage.timeline_events import WHAT
from evidence_graph.lineage.verdict_parts import LEFT_OUT, STATES
from evidence_graph.record.erasure import MEANINGS
from graph_schema import KINDS, RELATIONS_BY_NAME


def _enumeration(name: str, description: str, values: Mapping[str, tuple[str, str]]) -> Any:
    """An enumeration of the API: name of each value, how it is spelt inside, and what it means."""
    made = StrEnum(name, {value: inside for value, (inside, _) in values.items()})  # type: ignore[misc]
    strawberry.enum(made, description=description)
    for value in made.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name][1]
    return made


def _screaming(name: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in name)


def _words(**meanings: str) -> dict[str, tuple[str, str]]:
    return {name: (name, meaning) for name, meaning in meanings.items()}


def _relation(name: str) -> str:
    rows = RELATIONS_BY_NAME[name]
    return " ".join(dict.fromkeys(f"{row.description} ({row.relation_class.value})" for row in rows))


if TYPE_CHECKING:
    Kind: TypeAlias = str
    Relation: TypeAlias = str
    Mode: TypeAlias = str
    Direction: TypeAlias = str
    Sensitivity: TypeAlias = str
    KpiDirection: TypeAlias = str
    Aggregate: TypeAlias = str
    Gate: TypeAlias = str
    OutcomeKind: TypeAlias = str
    ErasableField: TypeAlias = str
    Purge: TypeAlias = str
    UserErrorCode: TypeAlias = str
    Clock: TypeAlias = str
    Happening: TypeAlias = str
    MatchedField: TypeAlias = str
    PathDirection: TypeAlias = str
    NoPathReason: TypeAlias = str
    ChainChangeKind: TypeAlias = str
    CutReason: TypeAlias = str
    CounterpartRole: TypeAlias = str
    ComparabilityCode: TypeAlias = str
    VerdictState: TypeAlias = str
    VerdictAssumption: TypeAlias = str
    LeftOutReason: TypeAlias = str
else:
    Kind = _enumeration(
        "Kind", "The kind of an artifact.", {kind.name.upper(): (kind.name, kind.description) for kind in KINDS}
    )
    Relation = _enumeration(
        "Relation",
        "A relation between two artifacts; it points to the evidence it rests on.",
        _words(**{name: _relation(name) for name in RELATIONS_BY_NAME}),
    )
    Mode = _enumeration(
        "Mode",
        "What a roll-out's predictions are used for.",
        _words(
            PRODUCTION="They are used.",
            CANARY="They are used for a small part, to see how they do.",
            SHADOW="They are recorded and not used.",
        ),
    )
    Direction = _enumeration(
        "Direction",
        "Which way a chain is walked.",
        _words(
            UPSTREAM="To what the artifacts rest on.",
            DOWNSTREAM="To what rests on the artifacts.",
        ),
    )
    Sensitivity = _enumeration(
        "Sensitivity",
        "How carefully an artifact must be handled, in rising order.",
        _words(
            PUBLIC="Anybody may see it.",
            INTERNAL="For the organisation.",
            CONFIDENTIAL="For those who need it.",
            PERSONAL="It holds data about persons.",
        ),
    )
    KpiDirection = _enumeration(
        "KpiDirection",
        "Whether more or less of a KPI is better, or neither.",
        _words(
            HIGHER_IS_BETTER="More is better.",
            LOWER_IS_BETTER="Less is better.",
            IN_BAND="It should stay inside its band.",
        ),
    )
    Aggregate = _enumeration(
        "Aggregate",
        "What the windows of a KPI hold.",
        _words(
            PROPORTION="n observations with successes among them.",
            MEAN="n observations with their mean and sample variance.",
            RATIO="n observations with the sums of a numerator and a denominator.",
            COUNT="Events and what they are counted per.",
            ESTIMATE="An estimate from n observations, perhaps with its standard error.",
        ),
    )
    Gate = _enumeration(
        "Gate", "What the gate said to a roll-out.", _words(NOT_ASKED="It was recorded without asking the gate.")
    )
    OutcomeKind = _enumeration(
        "OutcomeKind",
        "What became of one item.",
        _words(
            CREATED="It is new on record.",
            UNCHANGED="All of it was on record already.",
            COMPLETED="It had only been referred to; now it is declared.",
            EXTENDED="Something was added to what is on record, or ended.",
            REVISED="It supersedes an earlier revision of the window.",
            ERASED="Values of it were erased, and are gone for good.",
            CONFLICT="Other content is on record; nothing was recorded.",
            INVALID="It cannot be recorded as it is; nothing was recorded.",
        ),
    )
    ErasableField = _enumeration(
        "ErasableField",
        "What stands beside the log and can be erased.",
        {_screaming(name): (name, text) for name, text in MEANINGS.items()},
    )
    Purge = _enumeration(
        "Purge",
        "How far what was erased is out of the files of the store. Nobody is told it any more in any case.",
        _words(
            DONE="It is in none of them.",
            PENDING="Somebody still reads what was before; the service goes on until it is out of them, also after a restart.",
            UP_TO_THE_SERVER=(
                "The rows are empty, and the server was told to let go of what it can. Parts may stay in its files until they are written "
                "over: a backup that is restored into an empty server holds nothing of it."
            ),
        ),
    )
    UserErrorCode = _enumeration(
        "UserErrorCode",
        "Why an item is refused.",
        _words(
            CONFLICT="It contradicts what is on record.",
            INVALID="It cannot be understood, or cannot be true.",
        ),
    )
    Clock = _enumeration(
        "Clock",
        "One of the two times everything has.",
        _words(KNOWN="When it was recorded.", VALID="When it was true in the world."),
    )
    Happening = _enumeration("Happening", "What happened to something on record.", _words(**WHAT))
    MatchedField = _enumeration("MatchedField", "Where a text was found.", _words(**MATCHED))
    PathDirection = _enumeration("PathDirection", "Which of two artifacts rests on the other.", _words(**DIRECTIONS))
    NoPathReason = _enumeration("NoPathReason", "Why there is no path.", _words(**REASONS))
    ChainChangeKind = _enumeration("ChainChangeKind", "How two chains differ at one place.", _words(**CHANGES))
    CutReason = _enumeration(
        "CutReason",
        "Why a chain does not go on.",
        _words(
            LIMIT="It holds as many artifacts or relations as it may.",
            DEPTH="The depth asked for was reached.",
            STOP="Something that stopAt names was met.",
        ),
    )
    CounterpartRole = _enumeration(
        "CounterpartRole", "Why artifacts of two chains are held against each other.", _words(**ROLES)
    )
    ComparabilityCode = _enumeration(
        "ComparabilityCode",
        "What speaks against holding the windows of two against each other.",
        _words(**COMPARABILITY),
    )
    VerdictState = _enumeration(
        "VerdictState",
        "What is known about a KPI and its benchmark.",
        _words(**{state.value: meaning for state, meaning in STATES.items()}),
    )
    VerdictAssumption = _enumeration(
        "VerdictAssumption", "Something a verdict takes for granted.", _words(**ASSUMPTIONS)
    )
    LeftOutReason = _enumeration("LeftOutReason", "Why a window does not count in a verdict.", _words(**LEFT_OUT))
