"""Every setting, declared once with its meaning; read from `EVIDENCE_*` in the environment."""

import re
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "EVIDENCE_"
HIDDEN = "(hidden)"


class Settings(BaseSettings):
    """What an operator may set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore")

    store: str = Field(
        "sqlite:///evidence.db",
        description="Where the record lives: sqlite:///file.db (relative), sqlite:////file.db (absolute), "
        "neo4j://host:7687, bolt://…, neo4j+s://….",
    )
    neo4j_user: str = Field("neo4j", description="User of the Neo4j server.")
    neo4j_password: SecretStr = Field(SecretStr(""), description="Password of the Neo4j server.")
    neo4j_database: str | None = Field(None, description="Database of the Neo4j server; its default one unless set.")
    signing_key: Path | None = Field(
        None,
        description="File of the log's private key, made at the first start; beside the SQLite file unless set, "
        "or in the user's data folder.",
    )
    witness_keys: str = Field(
        "",
        description="Verifier keys of the witnesses whose cosignatures are taken, apart by spaces; "
        "`evidence witness` prints its own.",
    )
    public_key: str | None = Field(
        None,
        description="Verifier key of the log that `evidence verify FILE` trusts, or a file that holds it; --key goes before it.",
    )
    url: str | None = Field(
        None, description="Service the command line talks to; it opens the store itself unless set."
    )
    token: SecretStr = Field(SecretStr(""), description="Bearer token the command line shows that service.")
    host: str = Field("127.0.0.1", description="Address the service listens on.")
    port: int = Field(8000, ge=0, le=65_535, description="Port the service listens on; 0 for any free one.")
    request_timeout: float = Field(
        30.0,
        gt=0,
        le=3_600,
        description="Seconds within which the service answers, if only to say that the store does not. "
        "A transaction, and every read, gets a third of it.",
    )
    log_level: str = Field(
        "INFO",
        pattern="(?i)^(debug|info|warning|error)$",
        description="Least severe lines of the log: DEBUG, INFO, WARNING or ERROR.",
    )
    actor: str = Field(
        "local",
        min_length=1,
        max_length=255,
        description="Pseudonymous id that entries are recorded under; never an e-mail.",
    )


class ShownSetting(NamedTuple):
    """One setting as people see it; a secret's value is hidden."""

    name: str
    variable: str
    value: str
    description: str


_PASSWORD_IN_ADDRESS = re.compile(r"(?<=//)[^/@]+(?=@)")


def shown_settings(settings: Settings) -> list[ShownSetting]:
    """Every setting with its value, in the order of their declaration."""
    return [
        ShownSetting(name, f"{PREFIX}{name.upper()}", _shown(getattr(settings, name)), str(field.description))
        for name, field in Settings.model_fields.items()
    ]


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return HIDDEN if value.get_secret_value() else ""
    return "" if value is None else _PASSWORD_IN_ADDRESS.sub(HIDDEN, str(value))
