"""The rows of the graph: what `project` puts and closes, and what engines store without knowing why.

A row that can end carries its known-interval `[known_from, known_to)` in log positions. Closing is a row of its own kind, so that
engines need only three things: put rows, close rows, in order.
"""

from typing import ClassVar

import msgspec


class Row(msgspec.Struct, frozen=True):
    """One write to one table; `statement` is the stem of its query file, `rank` its place in a batch."""

    statement: ClassVar[str] = ""

    @property
    def key(self) -> str:
        """What the row is about: rows of one key keep their order."""
        raise TypeError("every row names its key")


class ArtifactReferred(Row, frozen=True):
    """The first time an artifact was named: it exists from now on, as a stub until it is declared."""

    statement: ClassVar[str] = "put_artifact"
    urn: str
    kind: str
    namespace: str
    series: str
    version: str
    window: str
    position: int
    recorded_at: int

    @property
    def key(self) -> str:
        return self.urn


class ArtifactDeclaredRow(Row, frozen=True):
    """The declaration of an artifact that was referred to before; `content` is the digest of what is fixed, `fields` its JSON."""

    statement: ClassVar[str] = "declare_artifact"
    urn: str
    position: int
    recorded_at: int
    exists_from: int
    actor: str
    content: str
    fields: str
    told_by: str

    @property
    def key(self) -> str:
        return self.urn


class ArtifactUndeclared(Row, frozen=True):
    """The declaration no longer holds from this position on."""

    statement: ClassVar[str] = "undeclare_artifact"
    urn: str
    position: int

    @property
    def key(self) -> str:
        return self.urn


class RelationPut(Row, frozen=True):
    """One relation as a fact, known from this position on."""

    statement: ClassVar[str] = "put_relation"
    source: str
    relation: str
    target: str
    position: int
    recorded_at: int
    actor: str

    @property
    def key(self) -> str:
        return f"{self.source} {self.relation} {self.target}"


class RelationClosed(Row, frozen=True):
    """The relation was retracted at this position."""

    statement: ClassVar[str] = "close_relation"
    source: str
    relation: str
    target: str
    position: int

    @property
    def key(self) -> str:
        return f"{self.source} {self.relation} {self.target}"


class RollOutChangePut(Row, frozen=True):
    """From `at` on a roll-out has this mode and traffic (`change` STATE), or it is over (`change` END)."""

    statement: ClassVar[str] = "put_roll_out_change"
    deployment: str
    slot: str
    namespace: str
    change: str
    at: int
    mode: str
    traffic: float
    position: int

    @property
    def key(self) -> str:
        return self.deployment


class RollOutChangeClosed(Row, frozen=True):
    """What was known of a roll-out between two instants (inclusive) for this kind of change no longer holds."""

    statement: ClassVar[str] = "close_roll_out_change"
    deployment: str
    change: str
    first_at: int
    last_at: int
    position: int

    @property
    def key(self) -> str:
        return self.deployment


class DefinitionPut(Row, frozen=True):
    """One version of a KPI's definition."""

    statement: ClassVar[str] = "put_definition"
    name: str
    version: str
    applies_from: int
    content: str
    fields: str
    position: int
    recorded_at: int

    @property
    def key(self) -> str:
        return f"{self.name}@{self.version}"


class AnnotationPut(Row, frozen=True):
    """A value beside the log; `salt` is empty for what is not sealed (sensitivity), `value` is JSON text."""

    statement: ClassVar[str] = "put_annotation"
    urn: str
    field: str
    position: int
    commitment: str
    salt: str
    value: str

    @property
    def key(self) -> str:
        return f"{self.urn} {self.field} {self.position}"


class AnnotationRemoved(Row, frozen=True):
    """What stands beside the log and does not follow from it; only a rebuild finds such."""

    statement: ClassVar[str] = "remove_annotation"
    urn: str
    field: str
    position: int

    @property
    def key(self) -> str:
        return f"{self.urn} {self.field} {self.position}"


class SeriesNamed(Row, frozen=True):
    """The name of a series with the keys it is found by, its words of letters alone, and the keys that each of them is found by.

    Follows the first reference to one of its artifacts.
    """

    statement: ClassVar[str] = "put_series_words"
    series: str
    position: int
    words: str
    letters: list[str]
    spelled: list[str]

    @property
    def key(self) -> str:
        return self.series


class DescriptionWords(Row, frozen=True):
    """The keys a description is found by, under the position of the entry that seals it; erased with its value."""

    statement: ClassVar[str] = "put_description_words"
    position: int
    words: str

    @property
    def key(self) -> str:
        return f"description {self.position}"


class AnnotationErased(Row, frozen=True):
    """Every value of a field that was stated before this position is gone, with its salt; its commitment stays."""

    statement: ClassVar[str] = "erase_annotation"
    urn: str
    field: str
    position: int

    @property
    def key(self) -> str:
        return f"{self.urn} {self.field} erased"


class DescriptionWordsErased(Row, frozen=True):
    """The keys of every description that was stated before this position are gone with it."""

    statement: ClassVar[str] = "erase_description_words"
    urn: str
    position: int

    @property
    def key(self) -> str:
        return f"{self.urn} words erased"


class ErasurePut(Row, frozen=True):
    """An entry erased the values of a field."""

    statement: ClassVar[str] = "put_erasure"
    urn: str
    field: str
    position: int

    @property
    def key(self) -> str:
        return f"{self.urn} {self.field} {self.position} erasure"


class PurgedPut(Row, frozen=True):
    """What the entries up to this position erased has been taken out of the engine's files, as far as it can do that."""

    statement: ClassVar[str] = "put_purged"
    position: int

    @property
    def key(self) -> str:
        return "purged"


class EntryPut(Row, frozen=True):
    """One entry of the log with the columns it is found by; `leaf` is its RFC 6962 leaf hash in hexadecimal."""

    statement: ClassVar[str] = "put_entry"
    position: int
    recorded_at: int
    actor: str
    command: str
    command_digest: str
    item: str
    event_type: str
    subject: str
    outcome: str
    leaf: str
    body: str

    @property
    def key(self) -> str:
        return str(self.position)


class TileHashPut(Row, frozen=True):
    """The hash (hexadecimal) of a subtree that has become complete: 2^level entries from number · 2^level on; see proof/tiles.py."""

    statement: ClassVar[str] = "put_tile_hash"
    level: int
    number: int
    hash: str

    @property
    def key(self) -> str:
        return f"tile hash {self.level} {self.number}"


class SignedHeadPut(Row, frozen=True):
    """The head as it was last signed: size and root (hexadecimal) of the tree, and the C2SP checkpoint that says so."""

    statement: ClassVar[str] = "put_signed_head"
    size: int
    root: str
    note: str

    @property
    def key(self) -> str:
        return "signed head"


class CosignedHeadPut(Row, frozen=True):
    """A signed head with the cosignatures of witnesses: size and root (hexadecimal), and the C2SP checkpoint with all their lines."""

    statement: ClassVar[str] = "put_cosigned_head"
    size: int
    root: str
    note: str

    @property
    def key(self) -> str:
        return f"cosigned head {self.size}"


class CosignedHeadDropped(Row, frozen=True):
    """Newer cosigned heads say all that this one said."""

    statement: ClassVar[str] = "drop_cosigned_head"
    size: int

    @property
    def key(self) -> str:
        return f"cosigned head {self.size}"


class SigningLeasePut(Row, frozen=True):
    """Which process signs the head, until when (µs since 1970-01-01 UTC); nobody when `holder` is empty."""

    statement: ClassVar[str] = "put_signing_lease"
    holder: str
    until: int

    @property
    def key(self) -> str:
        return "signing lease"


class HeadMoved(Row, frozen=True):
    """The head of the log after a commit: size, root and frontier of its tree, time of its last entry."""

    statement: ClassVar[str] = "put_head"
    format: int
    size: int
    root: str
    frontier: str
    recorded_at: int
    simulated: int
    origin: str
    key_text: str

    @property
    def key(self) -> str:
        return "head"


STATEMENTS: tuple[type[Row], ...] = (
    EntryPut,
    TileHashPut,
    ArtifactReferred,
    ArtifactDeclaredRow,
    RelationPut,
    RollOutChangePut,
    DefinitionPut,
    AnnotationRemoved,
    AnnotationPut,
    SeriesNamed,
    DescriptionWords,
    AnnotationErased,
    DescriptionWordsErased,
    ErasurePut,
    RelationClosed,
    RollOutChangeClosed,
    ArtifactUndeclared,
    HeadMoved,
    SignedHeadPut,
    SigningLeasePut,
    CosignedHeadPut,
    CosignedHeadDropped,
    PurgedPut,
)
_RANK = {row_type: rank for rank, row_type in enumerate(STATEMENTS)}


def in_batches(rows: list[Row]) -> list[list[Row]]:
    """The rows in as few runs of one statement as keep the order of rows with the same key."""
    batches: list[list[Row]] = []
    open_batch: dict[type[Row], list[Row]] = {}
    highest: dict[str, int] = {}
    referred: set[str] = set()
    for row in rows:
        if isinstance(row, ArtifactReferred):
            if row.urn in referred:
                continue  # naming it again changes nothing, and would only split the batch
            referred.add(row.urn)
        rank = _RANK[type(row)]
        if highest.get(row.key, rank) > rank:
            batches += _ranked(open_batch)
            open_batch, highest = {}, {}
        open_batch.setdefault(type(row), []).append(row)
        highest[row.key] = max(rank, highest.get(row.key, rank))
    return batches + _ranked(open_batch)


def _ranked(batch: dict[type[Row], list[Row]]) -> list[list[Row]]:
    return [batch[row_type] for row_type in STATEMENTS if row_type in batch]
