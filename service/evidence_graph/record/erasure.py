"""Which values beside the log can be erased. Pure; the write side and the read side share it.

An `erased` entry names a URN and fields: every value that was stated for them in an earlier entry is gone from then on, with its salt.
Values stated by later entries are not touched. A reason that an erasure gave has a field of its own, so that erasing everything about a
URN, and erasing it again, comes to an end: it is erased only where it is named.
"""

from graph_schema import ARTIFACT_FIELDS
from graph_schema.fields import Change
from graph_schema.kinds import KPI_FIELDS

REASON, ERASURE_REASON = "reason", "erasureReason"
DESCRIBING = tuple(
    sorted({field.name for field in (*ARTIFACT_FIELDS, *KPI_FIELDS) if field.change is Change.ANNOTATION})
)
UNLESS_NAMED = (*DESCRIBING, REASON)  # what is erased when no field is named
ERASABLE = (*UNLESS_NAMED, ERASURE_REASON)
MEANINGS = {
    **{name: f"What was stated as its {name}." for name in DESCRIBING},
    REASON: "Why declarations or relations were retracted, or a roll-out ended.",
    ERASURE_REASON: "Why something was erased; only where it is named.",
}
