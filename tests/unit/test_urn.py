"""URNs have one canonical spelling, and different names never share it."""

import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_graph.errors import InvalidInput
from evidence_graph.record.urn import (
    LONGEST_URN,
    canonical_name,
    encode_part,
    parse_artifact_urn,
    parse_urn,
    stream_of,
    window_name,
    window_of,
    window_urn,
)
from graph_schema import KINDS_BY_NAME

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
KINDS = st.sampled_from([kind for kind in KINDS_BY_NAME if kind != "kpi_window"])


@given(KINDS, TEXT, TEXT, TEXT)
def test_canonical_form_is_idempotent_and_ascii(kind: str, namespace: str, name: str, version: str) -> None:
    """Reading what was written gives the same again, whatever the parts hold."""
    urn = parse_urn(f"{kind}:{encode_part(namespace)}/{encode_part(name)}@{encode_part(version)}")

    assert parse_urn(urn.text) == urn
    assert urn.text.isascii()
    assert urn.text == f"{kind}:{urn.namespace}/{urn.name}@{urn.version}"
    assert (
        parse_urn(f"{kind}:{quote(namespace, safe='')}/{quote(name, safe='')}@{quote(version, safe='').lower()}").series
        == urn.series
    )


@given(TEXT, TEXT)
def test_distinct_parts_stay_distinct(one: str, other: str) -> None:
    """Except that Unicode's equivalent spellings of one text are one (NFC)."""
    same = unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)

    assert (encode_part(one) == encode_part(other)) == same


@given(st.lists(TEXT, min_size=3, max_size=3), st.lists(TEXT, min_size=3, max_size=3))
def test_distinct_names_stay_distinct(one: list[str], other: list[str]) -> None:
    """The separators between parts cannot be forged by what the parts hold."""
    first, second = ([encode_part(part) for part in parts] for parts in (one, other))

    urns = [parse_urn(f"dataset:{namespace}/{name}@{version}") for namespace, name, version in (first, second)]

    assert (urns[0] == urns[1]) == (first == second)


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [
        ("dataset:crm/customers@2026-10-01", "dataset:crm/customers@2026-10-01"),
        ("dataset:a/b c@1", "dataset:a/b%20c@1"),
        ("dataset:a/%62@1", "dataset:a/b@1"),
        ("dataset:a/%e4@1".replace("%e4", "%c3%a4"), "dataset:a/%C3%A4@1"),
        ("dataset:a/a\u0308@1", "dataset:a/%C3%A4@1"),
        ("dataset:a/ä@1", "dataset:a/%C3%A4@1"),
        ("dataset:a/x/y@1", "dataset:a/x/y@1"),
        ("dataset:a/x%2Fy@1", "dataset:a/x%2Fy@1"),
        ("dataset:a/x%2fy@1", "dataset:a/x%2Fy@1"),
        ("dataset:a/b@c@d", "dataset:a/b%40c@d"),
        ("dataset:a@b/c@1", "dataset:a%40b/c@1"),
        ("dataset:a/b@1/2", "dataset:a/b@1%2F2"),
        ("dataset:a/b:c@1:2", "dataset:a/b%3Ac@1%3A2"),
        ("dataset:a/~b-_.@1", "dataset:a/~b-_.@1"),
        (
            "kpi_window:a/b,deployment,k/x,c=d@1,20261002T080000Z,r0",
            "kpi_window:a/b,deployment,k/x,c=d@1,20261002T080000Z,r0",
        ),
        ("kpi_window:a/b%2cc,model,k/x@1%3d2,2,r0", "kpi_window:a/b%2Cc,model,k/x@1%3D2,2,r0"),
    ],
)
def test_spellings_of_one_name_become_one(spelling: str, canonical: str) -> None:
    """Escapes are minimal and upper-case, text is NFC, a slash inside a name stays what it was."""
    assert parse_urn(spelling).text == canonical


def test_parts_are_found_from_the_outside_in() -> None:
    """The first slash ends the namespace, the last at sign begins the version."""
    urn = parse_urn("model:team/group/name@x@7")

    assert (urn.kind, urn.namespace, urn.name, urn.version) == ("model", "team", "group/name%40x", "7")
    assert urn.series == "model:team/group/name%40x"


def test_a_urn_without_version_names_a_series() -> None:
    """A slot is named by the series of its deployments."""
    assert parse_urn("deployment:churn/eu-prod").version == ""
    assert parse_urn("deployment:churn/eu-prod@42").slot == "slot:churn/eu-prod" == parse_urn("slot:churn/eu-prod").text


def test_a_urn_has_at_most_1024_bytes() -> None:
    """Counted in the canonical spelling."""
    longest = "dataset:a/" + "n" * (LONGEST_URN - len("dataset:a/@1")) + "@1"

    assert len(parse_urn(longest).text) == LONGEST_URN
    for longer in (longest + "1", "dataset:a/" + "ä" * 170 + "@1"):
        with pytest.raises(InvalidInput, match="bytes long"):
            parse_urn(longer)


def test_a_refusal_names_the_field_every_time() -> None:
    """Also when the same text was refused before under another field's name."""
    for field in ("first", "second", "first"):
        with pytest.raises(InvalidInput, match=f"^{field} "):
            parse_urn("nonsense", field)


def test_an_artifact_is_pinned_and_of_the_kind_that_is_wanted() -> None:
    """A series, a slot and another kind are refused with what to write instead."""
    assert parse_artifact_urn("dataset:a/b@1", "urn", "dataset").text == "dataset:a/b@1"
    for text, wanted in (
        ("dataset:a/b", "Pin it"),
        ("slot:a/b", "not an artifact"),
        ("model:a/b@1", "a dataset is wanted"),
    ):
        with pytest.raises(InvalidInput, match=wanted):
            parse_artifact_urn(text, "urn", "dataset")


@given(TEXT, TEXT, st.dictionaries(TEXT, TEXT, max_size=3))
def test_the_urn_of_a_window_is_canonical_whatever_its_segment_holds(
    name: str, version: str, segment: dict[str, str]
) -> None:
    """Commas and equals signs inside a component are escaped, between components they stay."""
    measured = parse_urn(f"deployment:ns/{encode_part(name)}@{encode_part(version)}")

    urn = window_urn(measured, "kpis/rate", sorted(segment.items()), "20261002T080000Z", 3)

    assert parse_urn(urn.text) == urn
    assert urn.name.count(",") == 2 + len(segment)
    assert urn.name.count("=") == len(segment)
    assert urn.version.endswith(",20261002T080000Z,r3")
    told = window_name(urn)
    assert told is not None
    assert (told.measured, told.kpi, told.start, told.revision) == (measured, "kpis/rate", "20261002T080000Z", 3)
    assert told.segment.count("=") == len(segment)
    assert urn.text.startswith(f"{stream_of(window_of(urn.text))},20261002T080000Z")


@pytest.mark.parametrize(
    "text",
    [
        "kpi_window:a/b@1",
        "kpi_window:a/b,model,k/k@1,20261002T080000Z",
        "kpi_window:a/b,model,k/k@1,2026-10-02,r0",
        "kpi_window:a/b,model,k@1,20261002T080000Z,r0",
        "kpi_window:a/b,dataset,k/k@1,20261002T080000Z,r0",
        "kpi_window:a/b,model,k/k,origin@1,20261002T080000Z,r0",
        "model:a/b@7",
    ],
)
def test_what_is_named_as_no_window_is_has_no_parts(text: str) -> None:
    """Stubs may have any URN of their kind."""
    assert window_name(parse_urn(text)) is None


def test_a_kpi_is_named_without_version() -> None:
    """Nothing is dropped silently."""
    assert canonical_name("churn/conversion rate", "kpi") == "churn/conversion%20rate"
    with pytest.raises(InvalidInput, match="names a version"):
        canonical_name("churn/conversion@2", "kpi")
