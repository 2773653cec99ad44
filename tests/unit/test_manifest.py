"""Reading a manifest: canonical items in the order they are decided, and every fault with its place."""

from typing import Any

import pytest

from evidence_graph.evidence.commands import Declaration, Definition
from evidence_graph.evidence.manifest import Manifest, read_manifest
from graph_schema.kinds import KINDS
from graph_schema.relations import relations_of
from tests import stories


def read(document: Any) -> Manifest:
    manifest = read_manifest(document)
    assert not manifest.faults, manifest.faults
    return manifest


def only(document: Any) -> Declaration:
    (item,) = read(document).items
    assert isinstance(item, Declaration)
    return item


def test_items_come_in_the_order_in_which_they_are_decided() -> None:
    """Definitions, artifacts, roll-outs, windows, whatever the order in the document; each knows where it stood."""
    manifest = read(dict(reversed(stories.churn().items())))

    assert [item.path for item in manifest.items] == [
        "kpis[0]",
        "datasets[0]",
        "datasets[1]",
        "datasets[2]",
        "features[0]",
        "models[0]",
        "models[1]",
        "deployments[0]",
        "deployments[1]",
        "windows[0]",
    ]
    assert manifest.source == {"repo": "github.com/acme/churn", "commit": "3f1c", "run": "8124"}


def test_free_text_is_kept_apart_from_content() -> None:
    """So that only its seal can enter the log."""
    item = only(
        stories.datasets("dataset:a/b@1", description="x", uri="y", properties={"z": 1.0}, digest=stories.DIGEST)
    )

    assert item.plain == {"description": "x", "uri": "y", "properties": {"z": 1}}
    assert item.fields == {"digest": stories.DIGEST}


def test_values_are_canonical() -> None:
    """Instants, digests, series, numbers, relations: one form for one meaning."""
    feature = only(
        {
            "features": [
                {
                    "urn": "feature:a/%62@1",
                    "sources": ["dataset:x/z", "dataset:x/%79", "dataset:x/z"],
                    "computedFrom": ["dataset:a/z@1", "dataset:a/y@1", "dataset:a/%79@1"],
                    "occurredAt": "2026-10-02T10:00:00+02:00",
                    "covers": {"from": "2026-10-01T00:00:00Z"},
                }
            ]
        }
    )

    assert feature.urn == "feature:a/b@1"
    assert feature.relations == {"COMPUTED_FROM": ["dataset:a/y@1", "dataset:a/z@1"]}
    assert feature.fields == {
        "sources": ["dataset:x/y", "dataset:x/z"],
        "occurredAt": "2026-10-02T08:00:00.000000Z",
        "covers": {"from": "2026-10-01T00:00:00.000000Z"},
    }


def test_null_and_empty_say_what_leaving_out_says() -> None:
    """As templates and typed clients write it."""
    bare = only(stories.datasets("dataset:a/b@1"))

    assert only(stories.datasets("dataset:a/b@1", digest=None, derivedFrom=None, description=None)) == bare
    assert only(stories.datasets("dataset:a/b@1", derivedFrom=[], properties={}, source={})) == bare
    assert read({"datasets": None, "models": []}).items == read({}).items == []


def test_one_value_is_a_list_of_one() -> None:
    """For relations that take a list."""
    assert only(stories.datasets("dataset:a/b@1", derivedFrom="dataset:a/c@1")) == only(
        stories.derived("dataset:a/b@1", "dataset:a/c@1")
    )


def test_a_digest_gives_the_version_that_nobody_stated() -> None:
    """Twelve digits of it; a stated version stays."""
    assert only(stories.datasets("dataset:a/b", digest=stories.DIGEST)).urn == "dataset:a/b@sha256-abababababab"
    assert only(stories.datasets("dataset:a/b@1", digest=stories.DIGEST)).urn == "dataset:a/b@1"


@pytest.mark.parametrize(
    ("section", "item", "declares"),
    [
        ("models", {}, True),
        ("models", {"description": "x"}, True),
        ("models", {"evaluatedOn": ["dataset:a/b@1"]}, False),
        ("models", {"evaluatedOn": ["dataset:a/b@1"], "description": "x", "sensitivity": "PUBLIC"}, False),
        ("models", {"evaluatedOn": ["dataset:a/b@1"], "trainedOn": ["dataset:a/c@1"]}, True),
        ("models", {"evaluatedOn": ["dataset:a/b@1"], "digest": stories.DIGEST}, True),
        ("deployments", {"to": "2026-10-02T08:00:00Z"}, False),
        (
            "deployments",
            {"to": "2026-10-02T08:00:00Z", "from": "2026-10-01T08:00:00Z", "serves": stories.MODEL_7},
            True,
        ),
    ],
)
def test_only_growing_fields_declare_nothing(section: str, item: dict[str, Any], declares: bool) -> None:
    """Anything fixed, or nothing at all, is a declaration."""
    urn = stories.MODEL_7 if section == "models" else stories.ROLL_OUT_42

    assert only({section: [{"urn": urn, **item}]}).declares == declares


def test_a_roll_out_has_defaults() -> None:
    """Production, all of the traffic."""
    fields = only(stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T08:00:00Z")).fields

    assert fields == {"from": "2026-10-02T08:00:00.000000Z", "mode": "PRODUCTION", "traffic": 1}


def test_a_window_is_named_by_its_parts() -> None:
    """Also when it is an offline evaluation of a model."""
    item = only({"windows": [{**stories.week_40(model=stories.MODEL_7), "deployment": None}]})

    assert item.urn == "kpi_window:churn/churn,model,churn/conversion@7,20261002T080000Z,r0"
    assert item.relations == {"MEASURES": [stories.MODEL_7]}


def test_a_definition_has_defaults() -> None:
    """Version 1, a proportion; its description is free text."""
    (item,) = read({"kpis": [stories.kpi(description="x")]}).items

    assert item == Definition(
        path="kpis[0]",
        name="churn/conversion",
        version="1",
        fields={"direction": "HIGHER_IS_BETTER", "aggregate": "PROPORTION"},
        plain={"description": "x"},
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_field_and_relation_of_the_schema_can_be_stated(kind: Any) -> None:
    """None is unknown to the reader: the refusals are about values, never about the name."""
    names = [field.name for field in kind.all_fields] + [relation.field for relation in relations_of(kind)]

    for name in names:
        manifest = read_manifest({kind.section: [{"urn": f"{kind.name}:a/b@1", name: "?"}]})
        assert not any("unknown field" in fault.message for fault in manifest.faults if kind.name != "kpi_window")


def test_one_fault_does_not_hide_the_others() -> None:
    """Neither in one item nor in one manifest; what is good is still read."""
    manifest = read_manifest(
        {
            "source": {"commit": 1},
            "datasets": [
                {
                    "urn": "dataset:a/b@1",
                    "digest": "x",
                    "occurredAt": "y",
                    "derivedFrom": ["z", "model:a/b@1", "dataset:a"],
                },
                {"urn": "dataset:a/good@1"},
                17,
            ],
            "kpis": [{"name": "a/b"}, {}],
        }
    )

    assert sorted(fault.field for fault in manifest.faults) == [
        "datasets[0].derivedFrom[0]",
        "datasets[0].derivedFrom[2]",
        "datasets[0].digest",
        "datasets[0].occurredAt",
        "datasets[2]",
        "kpis[0].direction",
        "kpis[1].direction",
        "kpis[1].name",
        "source",
    ]
    assert [item.path for item in manifest.items] == ["datasets[1]"]
    assert {fault.path for fault in manifest.faults if fault.urn} == {"datasets[0]", "kpis[0]"}


def test_nothing_is_read_that_is_no_manifest() -> None:
    """Whatever a parser may give; reading never raises."""
    for document in (
        None,
        [],
        "text",
        17,
        b"bytes",
        {"datasets": {"urn": {}}},
        {1: 2},
        {"datasets": [[[]]]},
        {"source": []},
    ):
        assert read_manifest(document).faults
