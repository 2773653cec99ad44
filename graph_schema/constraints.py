"""Which stored things have which keys and indexes, declared once for both engines.

`queries/cypher/schema.cypher` and the indexes in `queries/sql/schema.sql` are generated from here; the keys of the SQL tables stand in
their hand-written `CREATE TABLE`, and a test compares them with these.
"""

from dataclasses import dataclass, field
from enum import Enum

from graph_schema.relations import RELATIONS_BY_NAME, RelationClass, names_of


class Engine(Enum):
    """An engine, by the dialect of its query files."""

    SQLITE = "sql"
    NEO4J = "cypher"


BOTH = frozenset(Engine)
# Of tables, labels, properties and indexes; 4 finds whole names, and the newest of many. The text of the schema says it, too.
LAYOUT = 4


@dataclass(frozen=True)
class Index:
    """Columns that are searched together, or expressions of them; `where` limits it to some rows (both SQLite only).

    In Neo4j an index of relations stands once for each relation that is walked.
    """

    name: str
    columns: tuple[str, ...]
    where: str = ""
    engines: frozenset[Engine] = BOTH


@dataclass(frozen=True)
class Stored:
    """One table of SQLite and one label of Neo4j; without a label its rows are relationships there.

    `key` names a thing in SQLite, `constraint` is the name of the same rule in Neo4j; `node_key` differs where the embedded store needs a
    key of another kind. `full_text` is the column that is searched by its words; in SQLite the whole table is such an index, without a key.
    """

    table: str
    label: str
    key: tuple[str, ...]
    constraint: str = ""
    node_key: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[Index, ...] = field(default=())
    full_text: str = ""


SQLITE, NEO4J = frozenset({Engine.SQLITE}), frozenset({Engine.NEO4J})
# A subject is `kind:namespace/name@version`; queries that read the index say it in the same words.
_NAMESPACE_OF_SUBJECT = "substr(subject, instr(subject, ':') + 1, instr(subject, '/') - instr(subject, ':') - 1)"
STORED = (
    Stored("log_head", "LogHead", ("only_one",), "log_head_name", ("name",)),
    Stored(
        "entry",
        "Entry",
        ("position",),
        "entry_position",
        indexes=(
            Index("entry_recorded_at", ("recorded_at", "position")),
            Index("entry_command", ("actor", "command")),
            Index("entry_subject", ("subject",)),
            Index(
                "entry_namespace", (_NAMESPACE_OF_SUBJECT,), engines=SQLITE
            ),  # the position is its key, and in every index
            Index("entry_namespace", ("namespace", "position"), engines=NEO4J),
        ),
    ),
    Stored("tile_hash", "TileHash", ("level", "number"), "tile_hash_key"),
    Stored("signed_head", "SignedHead", ("only_one",), "signed_head_name", ("name",)),
    Stored("cosigned_head", "CosignedHead", ("size",), "cosigned_head_size"),
    Stored("signing_lease", "SigningLease", ("only_one",), "signing_lease_name", ("name",)),
    Stored(
        "artifact",
        "Artifact",
        ("id",),
        "artifact_urn",
        ("urn",),
        unique=(("urn",),),
        indexes=(
            Index("artifact_series", ("series",), engines=SQLITE),
            Index("artifact_window", ("window",), where="window <> ''", engines=SQLITE),
            Index(
                "artifact_mentioned",
                ("namespace", "referred_at", "urn"),
                "referred_at < first_declared",
                engines=SQLITE,
            ),
            Index("artifact_mentioned", ("namespace", "mentioned"), engines=NEO4J),
        ),
    ),
    Stored(
        "relation",
        "",
        ("source", "relation", "target_urn", "known_from"),
        indexes=(
            Index(
                "relation_target",
                ("target", "relation", "source_urn", "known_from", "known_to", "source"),
                engines=SQLITE,
            ),
            Index("sources", ("target_urn", "source_urn"), engines=NEO4J),
            Index("targets", ("source_urn", "target_urn"), engines=NEO4J),
        ),
    ),
    Stored(
        "roll_out_change",
        "RollOutChange",
        ("slot", "deployment", "change", "at", "known_from"),
        "roll_out_change_key",
        indexes=(
            Index("roll_out_change_slot", ("slot",), engines=NEO4J),
            Index("roll_out_change_at", ("slot", "at")),
            Index("roll_out_change_mode", ("slot", "mode", "traffic")),
            Index("roll_out_change_deployment", ("deployment",)),
            Index("roll_out_change_namespace", ("namespace",), engines=SQLITE),
        ),
    ),
    Stored("definition", "Definition", ("name", "version", "known_from"), "definition_key"),
    Stored(
        "annotation",
        "Annotation",
        ("urn", "field", "position"),
        "annotation_key",
        indexes=(Index("annotation_position", ("position",)),),
    ),
    Stored(
        "erasure",
        "Erasure",
        ("urn", "field", "position"),
        "erasure_key",
        indexes=(Index("erasure_position", ("position",)),),
    ),
    Stored("purged", "Purged", ("only_one",), "purged_name", ("name",)),
    Stored("series_words", "SeriesWords", (), "series_words_series", ("series",), full_text="words"),
    Stored("name_key", "NameKey", ("key", "word"), "name_key_key"),
    Stored("description_words", "DescriptionWords", (), "description_words_position", ("position",), full_text="words"),
)

_CYPHER_HEADER = """\
// Constraints, indexes and the head's node of the shared store; safe to run again.
// takes: nothing
// gives: nothing
// why:   writers lock the LogHead node, so it must exist before the first entry. The index of URNs serves kinds, namespaces, series and
//        windows too, because URNs begin with them. Relationships have no constraint: a unique key cannot hold their ends, and only
//        the writer that holds the head makes them. Their indexes hold what rests on an artifact, and what it rests on, in the order of
//        URNs, so that a page of a hub's is read without the rest. Generated from graph_schema/constraints.py by scripts/generate.py.
"""
_CYPHER_END = """
CYPHER 5 CALL db.awaitIndexes();

CYPHER 5 MERGE (head:LogHead {name: 'log'}) ON CREATE SET head.size = 0, head.layout = 4;
"""


def schema_cypher() -> str:
    """The text of `queries/cypher/schema.cypher`."""
    return _CYPHER_HEADER + "\n".join(map(_cypher_part, STORED)) + _CYPHER_END


def _cypher_part(stored: Stored) -> str:
    return _node_part(stored) if stored.label else _relationship_part(stored)


def _relationship_part(stored: Stored) -> str:
    walked = names_of(RelationClass.MADE_FROM, RelationClass.JUDGED_ON)
    return "".join(
        f"CYPHER 5 CREATE INDEX {name.lower()}_{index.name} IF NOT EXISTS\n"
        f"FOR ()-[r:{name}]-() ON ({', '.join(f'r.{column}' for column in index.columns)});\n"
        for name in RELATIONS_BY_NAME
        if name in walked
        for index in stored.indexes
        if Engine.NEO4J in index.engines
    )


def _node_part(stored: Stored) -> str:
    key = stored.node_key or stored.key
    named = f"n.{key[0]}" if len(key) == 1 else f"({', '.join(f'n.{column}' for column in key)})"
    gap = " " if len(key) == 1 else "\n"
    lines = [
        f"CYPHER 5 CREATE CONSTRAINT {stored.constraint} IF NOT EXISTS{gap}FOR (n:{stored.label}) REQUIRE {named} IS UNIQUE;"
    ]
    for index in stored.indexes:
        if Engine.NEO4J in index.engines:
            columns = ", ".join(f"n.{column}" for column in index.columns)
            lines.append(f"CYPHER 5 CREATE INDEX {index.name} IF NOT EXISTS FOR (n:{stored.label}) ON ({columns});")
    if stored.full_text:
        lines.append(
            f"CYPHER 5 CREATE FULLTEXT INDEX {stored.table} IF NOT EXISTS\n"
            f"FOR (n:{stored.label}) ON EACH [n.{stored.full_text}] "
            "OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace'}};"
        )
    return "\n".join(lines) + "\n"


def indexes_sql() -> str:
    """The indexes of `queries/sql/schema.sql`, one a line."""
    return "".join(
        f"CREATE INDEX IF NOT EXISTS {index.name} ON {stored.table} "
        f"({', '.join(index.columns)}){f' WHERE {index.where}' if index.where else ''};\n"
        for stored in STORED
        for index in stored.indexes
        if Engine.SQLITE in index.engines
    )
