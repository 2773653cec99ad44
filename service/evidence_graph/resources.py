"""Texts that ship with the package: query files and recorded data, from the wheel or from the checkout."""

from functools import cache
from importlib.resources import files
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[2]


@cache
def query_text(dialect: str, stem: str) -> str:
    """Text of `queries/<dialect>/<stem>.<ending>`; dialects are `sql`, `cypher` and `graphql`.

    Raises FileNotFoundError when there is no such file: a defect, not an input error.
    """
    name = f"{stem}.{dialect}"
    packaged = files("evidence_graph").joinpath("queries", dialect, name)
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (_CHECKOUT / "queries" / dialect / name).read_text(encoding="utf-8")


def packaged_bytes(folder: str, name: str) -> bytes:
    """Bytes of a data file inside the package."""
    return files("evidence_graph").joinpath(folder, name).read_bytes()
