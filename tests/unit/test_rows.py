"""Rows are stored in few batches of one statement each, and rows about one thing keep their order."""

from hypothesis import given
from hypothesis import strategies as st

from evidence_graph.record.rows import (
    ArtifactDeclaredRow,
    ArtifactReferred,
    ArtifactUndeclared,
    RelationClosed,
    RelationPut,
    RollOutChangeClosed,
    RollOutChangePut,
    Row,
    in_batches,
)


def referred(urn: str) -> Row:
    return ArtifactReferred(urn, "dataset", "a", urn, "1", "", 0, 0)


def declared(urn: str) -> Row:
    return ArtifactDeclaredRow(urn, 0, 0, 0, "", "", "", "")


def related(urn: str) -> Row:
    return RelationPut(urn, "DERIVED_FROM", "x", 0, 0, "")


def closed(urn: str) -> Row:
    return RelationClosed(urn, "DERIVED_FROM", "x", 0)


def changed(urn: str) -> Row:
    return RollOutChangePut(urn, "slot", "a", "STATE", 0, "SHADOW", 1.0, 0)


def unchanged(urn: str) -> Row:
    return RollOutChangeClosed(urn, "STATE", 0, 0, 0)


def undeclared(urn: str) -> Row:
    return ArtifactUndeclared(urn, 0)


MAKERS = st.sampled_from([referred, declared, related, closed, changed, unchanged, undeclared])
ROWS = st.lists(st.builds(lambda make, urn: make(urn), MAKERS, st.sampled_from("abc")), max_size=40)


@given(ROWS)
def test_rows_of_one_key_keep_their_order_and_none_is_lost(rows: list[Row]) -> None:
    """Whatever else is moved together; only naming an artifact a second time is left out, for it changes nothing."""
    stored = [row for batch in in_batches(rows) for row in batch]

    needed = [row for n, row in enumerate(rows) if not isinstance(row, ArtifactReferred) or row not in rows[:n]]
    assert sorted(map(repr, stored)) == sorted(map(repr, needed))
    for key in {row.key for row in rows}:
        assert [row for row in stored if row.key == key] == [row for row in needed if row.key == key]


@given(ROWS)
def test_a_batch_has_rows_of_one_statement(rows: list[Row]) -> None:
    """So that an engine runs it at once."""
    for batch in in_batches(rows):
        assert batch
        assert len({row.statement for row in batch}) == 1


def test_a_thousand_declarations_need_three_batches() -> None:
    """Artifacts before what is declared of them, and before the relations between them."""
    rows = [row for n in range(1000) for row in (referred(f"{n}"), declared(f"{n}"), referred("x"), related(f"{n}"))]

    assert [batch[0].statement for batch in in_batches(rows)] == ["put_artifact", "declare_artifact", "put_relation"]
