"""Where the settings say that a record lives: its store, and the private key of its log."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from evidence_graph.errors import InvalidInput
from evidence_graph.settings import Settings
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.sqlite import SqliteStore

SQLITE, NEO4J = ("sqlite",), ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")


def store_of(settings: Settings) -> GraphStore:
    """The store the settings name, not yet open. Raises InvalidInput, or StoreRefused when its driver is not installed."""
    scheme, deadline = settings.store.partition(":")[0].lower(), settings.request_timeout / 3
    if scheme in SQLITE:
        return SqliteStore(_sqlite_path(settings.store), deadline=deadline, patience=deadline / 2)
    if scheme in NEO4J:
        from evidence_graph.store.neo4j import Neo4jStore  # loading the driver takes long: only for who uses it

        password = settings.neo4j_password.get_secret_value()
        return Neo4jStore(settings.store, settings.neo4j_user, password, settings.neo4j_database, deadline=deadline)
    raise InvalidInput(
        f"EVIDENCE_STORE begins with {scheme[:40]!r}.", f"It begins with one of {', '.join((*SQLITE, *NEO4J))}."
    )


def _sqlite_path(address: str) -> Path:
    """`sqlite:///file.db` is relative, `sqlite:////file.db` absolute."""
    path = address.partition(":")[2].removeprefix("///")
    if not address.lower().startswith("sqlite:///") or not path:
        raise InvalidInput("EVIDENCE_STORE names no file.", "Write sqlite:///file.db, or sqlite:////folder/file.db.")
    return Path(path)


def key_path(settings: Settings) -> Path:
    """Where the private key of the log is kept."""
    if settings.signing_key is not None:
        return settings.signing_key
    if settings.store.lower().startswith("sqlite:"):
        path = _sqlite_path(settings.store)
        return path.with_name(f"{path.name}.key")
    place = urlsplit(settings.store)
    name = "-".join(str(part) for part in (place.hostname, place.port or 7687, settings.neo4j_database or "neo4j"))
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return data / "evidence-graph" / f"{name}.key"
