"""URNs: `kind:namespace/name@version`, in one canonical spelling.

The first `/` ends the namespace, the last `@` begins the version. Each part is percent-encoded as in RFC 3986: `-._~` and ASCII
letters and digits stay, `/` stays inside a name (and `%2F` stays different from it), all else becomes upper-case escapes of
its UTF-8 bytes in NFC. At most 1,024 bytes. Without `@version` the URN names a series.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

import msgspec

from evidence_graph.errors import InvalidInput
from graph_schema import KINDS_BY_NAME

LONGEST_URN = 1024
_FORM = "Write it as kind:namespace/name@version, such as dataset:crm/customers@2026-10-01."
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_WINDOW_SEPARATORS = re.compile(r"([/,=])")
_WINDOW = re.compile(
    r"kpi_window:(?P<name>[^,@]+/[^,@]+),(?P<kind>deployment|model),(?P<kpi>[^,@/]+/[^,@]+?)(?P<segment>(?:,[^,@=]*=[^,@=]*)*)"
    r"@(?P<version>[^,@]+),(?P<start>\d{8}T\d{6}(?:\.\d{6})?Z),r(?P<revision>\d+)",
    re.ASCII,
)
SLOT = "slot"
KPI = "kpi"


class Urn(msgspec.Struct, frozen=True, order=True):
    """A canonical URN and its parts; `version` is empty for a series."""

    text: str
    kind: str
    namespace: str
    name: str
    version: str

    @property
    def series(self) -> str:
        """The URN of the series: the same without the version."""
        return f"{self.kind}:{self.namespace}/{self.name}"

    @property
    def slot(self) -> str:
        """The URN of the slot a deployment runs in."""
        return f"{SLOT}:{self.namespace}/{self.name}"

    def __str__(self) -> str:
        return self.text


def parse_urn(text: str, field: str = "urn") -> Urn:
    """The canonical URN of any accepted spelling, artifact, series or slot. Raises InvalidInput naming `field`."""
    return _remembered(text) or _parse(text, field)


@lru_cache(maxsize=65_536)
def _remembered(text: str) -> Urn | None:
    try:
        return _parse(text, "urn")
    except InvalidInput:
        return None  # refused again under its own field's name


def _parse(text: str, field: str) -> Urn:
    kind, colon, rest = text.partition(":")
    if not colon:
        raise InvalidInput(f"{field} is not a URN: {_shown(text)}.", _FORM)
    if kind not in KINDS_BY_NAME and kind not in (SLOT, KPI):
        known = ", ".join([*KINDS_BY_NAME, SLOT])
        raise InvalidInput(f"{field} begins with the unknown kind {_shown(kind)}.", f"Known kinds are {known}.")
    namespace, slash, rest = rest.partition("/")
    if not slash:
        raise InvalidInput(f"{field} has no namespace: {_shown(text)}.", _FORM)
    name, at, version = rest.rpartition("@") if "@" in rest else (rest, "", "")
    if not namespace or not name or (at and not version):
        raise InvalidInput(f"{field} has an empty part: {_shown(text)}.", _FORM)
    return _composed(kind, namespace, name, version, field)


def _composed(kind: str, namespace: str, name: str, version: str, field: str) -> Urn:
    separators = _WINDOW_SEPARATORS if kind == "kpi_window" else re.compile("(/)")
    namespace = _canonical_part(namespace, field)
    name = _canonical_parts(name, separators, field)
    version = _canonical_parts(version, separators, field) if kind == "kpi_window" else _canonical_part(version, field)
    text = f"{kind}:{namespace}/{name}" + (f"@{version}" if version else "")
    if len(text) > LONGEST_URN:
        raise InvalidInput(f"{field} is {len(text)} bytes long.", f"A URN has at most {LONGEST_URN} bytes.")
    return Urn(text, kind, namespace, name, version)


def _canonical_parts(text: str, separators: re.Pattern[str], field: str) -> str:
    pieces = separators.split(text)
    return "".join(piece if separators.fullmatch(piece) else _canonical_part(piece, field) for piece in pieces)


def _canonical_part(text: str, field: str) -> str:
    if text.isascii() and text.replace("-", "").replace("_", "").replace(".", "").isalnum():
        return text
    if _BAD_ESCAPE.search(text):
        raise InvalidInput(f"{field} has a % that begins no escape: {_shown(text)}.", "Write a percent sign as %25.")
    try:
        decoded = unquote_to_bytes(text).decode("utf-8")
    except UnicodeError:
        raise InvalidInput(f"{field} is not valid UTF-8 once unescaped: {_shown(text)}.", _FORM) from None
    return encode_part(decoded)


def encode_part(text: str) -> str:
    """One part of a URN from plain text: NFC, then percent-encoded, `/` included."""
    return quote(unicodedata.normalize("NFC", text), safe="-._~")


def parse_artifact_urn(text: str, field: str, kind: str | None = None) -> Urn:
    """A URN with a version, of `kind` when one is given. Raises InvalidInput naming `field`."""
    urn = parse_urn(text, field)
    if urn.kind not in KINDS_BY_NAME:
        raise InvalidInput(f"{field} names a {urn.kind}, not an artifact: {_shown(text)}.", _FORM)
    if not urn.version:
        raise InvalidInput(f"{field} names a series, not one version: {_shown(text)}.", f"Pin it: {urn.text}@VERSION.")
    if kind is not None and urn.kind != kind:
        raise InvalidInput(
            f"{field} is a {urn.kind}; a {kind} is wanted here.", f"Write {kind}:namespace/name@version."
        )
    return urn


def window_urn(measured: Urn, kpi: str, segment: Iterable[tuple[str, str]], start: str, revision: int) -> Urn:
    """The URN of a KPI window, formed from what it measures, its KPI, segment (sorted by key), start and revision."""
    parts = [
        f"{measured.namespace}/{measured.name}",
        measured.kind,
        kpi,
        *(f"{encode_part(key)}={encode_part(value)}" for key, value in segment),
    ]
    return parse_urn(f"kpi_window:{','.join(parts)}@{measured.version},{start},r{revision}", "window")


class WindowName(msgspec.Struct, frozen=True):
    """What the URN of a KPI window says: what it measures, its KPI, segment (`key=value,…`, '' for all), start and revision."""

    measured: Urn
    kpi: str
    segment: str
    start: str
    revision: int


def window_name(window: Urn) -> WindowName | None:
    """The parts of a KPI window's URN; None when it has not the form that windows get."""
    form = _WINDOW.fullmatch(window.text)
    if form is None:
        return None
    measured = parse_urn(f"{form['kind']}:{form['name']}@{form['version']}", "window")
    return WindowName(measured, form["kpi"], form["segment"].removeprefix(","), form["start"], int(form["revision"]))


def window_of(urn: str) -> str:
    """The URN of a KPI window without its revision."""
    return urn.rpartition(",r")[0]


def stream_of(window: str) -> str:
    """What the URNs of all windows of one stream begin with, from a window's URN without its revision; a comma and the start follow."""
    return window.rpartition(",")[0]


def revision_of(urn: str) -> int:
    """The number of a KPI window's revision."""
    return int(urn.rpartition(",r")[2])


def highest_revisions(urns: Iterable[str]) -> list[str]:
    """Of the URNs of KPI windows those with the highest revision of each, in the order in which the windows come."""
    highest: dict[str, str] = {}
    for urn in urns:
        window = window_of(urn)
        if window not in highest or revision_of(urn) > revision_of(highest[window]):
            highest[window] = urn
    return list(highest.values())


def canonical_name(text: str, field: str) -> str:
    """A `namespace/name` in canonical spelling, as KPIs are named."""
    urn = parse_urn(f"{KPI}:{text}", field)
    if urn.version:
        raise InvalidInput(
            f"{field} names a version: {_shown(text)}.", "Write the name alone, such as churn/conversion."
        )
    return urn.series.removeprefix(f"{KPI}:")


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "…")
