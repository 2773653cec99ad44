"""Definitions of KPIs: what they may say, in one canonical form, and what cannot be meant together."""

from typing import Any

import jsonschema
import pytest

from evidence_graph.evidence.commands import Definition
from evidence_graph.evidence.manifest import read_manifest
from evidence_graph.kpi.plan import BenchmarkKind, read_plan
from graph_schema.manifest_schema import manifest_schema
from tests import stories

VALIDATOR = jsonschema.Draft202012Validator(manifest_schema())
REFERENCE = {"of": stories.ROLL_OUT_41, "from": "2026-09-01T00:00:00Z", "to": "2026-10-01T00:00:00Z"}
EVALUATION = "kpi_window:churn/churn,model,churn/conversion,origin=JFK@7,20261002T080000Z,r0"


def fields_of(**fields: Any) -> dict[str, Any]:
    """The canonical fields of a definition without faults, which the published schema takes too."""
    told = {"kpis": [stories.kpi(**fields)]}
    manifest = read_manifest(told)
    assert not manifest.faults, manifest.faults
    assert list(VALIDATOR.iter_errors(told)) == []
    (item,) = manifest.items
    assert isinstance(item, Definition)
    return item.fields


@pytest.mark.parametrize(
    ("benchmark", "kept"),
    [
        ({"mean": 0.05}, {"mean": 0.05}),
        ({"mean": 1.0}, {"mean": 1}),
        (
            {
                "windows": {
                    "of": "deployment:churn/%65u@41",
                    "from": "2026-09-01T02:00:00+02:00",
                    "to": "2026-10-01T00:00:00Z",
                }
            },
            {
                "windows": {
                    "of": "deployment:churn/eu@41",
                    "from": "2026-09-01T00:00:00.000000Z",
                    "to": "2026-10-01T00:00:00.000000Z",
                }
            },
        ),
        (
            {"windows": {"of": stories.MODEL_6, "from": "2026-09-01T00:00:00Z", "to": "2026-10-01T00:00:00Z"}},
            {
                "windows": {
                    "of": stories.MODEL_6,
                    "from": "2026-09-01T00:00:00.000000Z",
                    "to": "2026-10-01T00:00:00.000000Z",
                }
            },
        ),
        ({"evaluation": EVALUATION}, {"evaluation": EVALUATION}),
        ({"against": "deployment:churn/%65u-shadow@42"}, {"against": "deployment:churn/eu-shadow@42"}),
        ({"against": "slot:churn/holdout"}, {"against": "slot:churn/holdout"}),
        ({"against": stories.SLOT, "mode": "SHADOW"}, {"against": stories.SLOT, "mode": "SHADOW"}),
    ],
)
def test_a_benchmark_is_kept_in_one_form(benchmark: dict[str, Any], kept: dict[str, Any]) -> None:
    """A stated value, windows of the past, an evaluation, or a control at the same time."""
    assert fields_of(benchmark=benchmark)["benchmark"] == kept


def test_a_kpi_may_be_wanted_inside_a_band() -> None:
    """Both ends belong to it; what matters is told in the unit of the KPI."""
    fields = fields_of(
        direction="IN_BAND",
        aggregate="MEAN",
        band={"from": -0.5, "to": 2.0},
        smallestRelevantChange={"absolute": 0.1},
        cadence="P7D",
        labelHorizon="PT0S",
        errorLevel=0.5,
    )

    assert fields["band"] == {"from": -0.5, "to": 2}
    assert (fields["direction"], fields["cadence"], fields["labelHorizon"], fields["errorLevel"]) == (
        "IN_BAND",
        "P7D",
        "PT0S",
        0.5,
    )


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, BenchmarkKind.NONE),
        ({"benchmark": {}}, BenchmarkKind.NONE),
        ({"benchmark": {"mean": 0}}, BenchmarkKind.STATED),
        ({"direction": "IN_BAND", "band": {"from": 0, "to": 0.2}}, BenchmarkKind.STATED),
        ({"benchmark": {"windows": REFERENCE}}, BenchmarkKind.REFERENCE),
        ({"benchmark": {"evaluation": EVALUATION}}, BenchmarkKind.EVALUATION),
        ({"benchmark": {"against": stories.SLOT, "mode": "SHADOW"}}, BenchmarkKind.CONTROL),
    ],
)
def test_what_is_recorded_can_be_judged(fields: dict[str, Any], kind: BenchmarkKind) -> None:
    """The statistics read from an entry what the manifest's reader put there."""
    manifest = read_manifest({"kpis": [stories.kpi(**fields)]})
    assert manifest.faults == []
    (item,) = manifest.items
    assert isinstance(item, Definition)

    assert read_plan(item.fields).benchmark is kind


def test_what_was_said_before_there_were_more_shapes_reads_as_before() -> None:
    """So that it is found unchanged when it is said again."""
    assert fields_of(benchmark={"mean": 0.05}, smallestRelevantChange={"relative": 0.05}, labelHorizon="P14D") == {
        "direction": "HIGHER_IS_BETTER",
        "aggregate": "PROPORTION",
        "benchmark": {"mean": 0.05},
        "smallestRelevantChange": {"relative": 0.05},
        "labelHorizon": "P14D",
    }


BY_FORM: dict[str, tuple[dict[str, Any], str]] = {  # the published schema refuses these too
    "two benchmarks in one": ({"benchmark": {"mean": 0.5, "against": stories.SLOT}}, "benchmark"),
    "a mode without a control": ({"benchmark": {"mode": "SHADOW"}}, "benchmark"),
    "a mode beside a mean": ({"benchmark": {"mean": 0.5, "mode": "SHADOW"}}, "benchmark"),
    "an unknown mode": ({"benchmark": {"against": stories.SLOT, "mode": "SHADY"}}, "benchmark"),
    "an unknown kind of benchmark": ({"benchmark": {"median": 0.5}}, "benchmark"),
    "a mean that is no number": ({"benchmark": {"mean": "5 %"}}, "benchmark"),
    "reference windows without an end": ({"benchmark": {"windows": {**REFERENCE, "to": None}}}, "benchmark"),
    "reference windows of a dataset": ({"benchmark": {"windows": {**REFERENCE, "of": "dataset:a/b@1"}}}, "benchmark"),
    "a list of reference windows": ({"benchmark": {"windows": [EVALUATION]}}, "benchmark"),
    "an evaluation that is a model": ({"benchmark": {"evaluation": stories.MODEL_7}}, "benchmark"),
    "a control that is a model": ({"benchmark": {"against": stories.MODEL_7}}, "benchmark"),
    "an unknown direction": ({"direction": "BAND"}, "direction"),
    "a band without an end": ({"direction": "IN_BAND", "band": {"from": 0.1}}, "band"),
    "no relevant change": ({"smallestRelevantChange": {}}, "smallestRelevantChange"),
    "a negative relevant change": ({"smallestRelevantChange": {"absolute": -0.1}}, "smallestRelevantChange"),
    "a negative label horizon": ({"labelHorizon": "-P14D"}, "labelHorizon"),
    "a label horizon with a negative part": ({"labelHorizon": "P-14D"}, "labelHorizon"),
    "a cadence of nothing": ({"cadence": "P0D"}, "cadence"),
    "a cadence of no seconds": ({"cadence": "P0DT0H0S"}, "cadence"),
    "a negative cadence": ({"cadence": "-PT1H"}, "cadence"),
    "a cadence in months": ({"cadence": "P1M"}, "cadence"),
    "no error at all": ({"errorLevel": 0}, "errorLevel"),
    "an error level beyond a coin": ({"errorLevel": 0.51}, "errorLevel"),
    "an error level in per cent": ({"errorLevel": 5}, "errorLevel"),
}
BY_MEANING: dict[str, tuple[dict[str, Any], str]] = {
    "reference windows that end before they begin": (
        {"benchmark": {"windows": {**REFERENCE, "to": "2026-08-01T00:00:00Z"}}},
        "benchmark",
    ),
    "reference windows of a series": ({"benchmark": {"windows": {**REFERENCE, "of": "model:a/b"}}}, "benchmark"),
    "an evaluation that measures a deployment": ({"benchmark": {"evaluation": stories.WEEK_40}}, "benchmark"),
    "an evaluation of another KPI": (
        {"benchmark": {"evaluation": "kpi_window:churn/churn,model,churn/other@7,20261002T080000Z,r0"}},
        "benchmark.evaluation",
    ),
    "an evaluation that is named as no window is": ({"benchmark": {"evaluation": "kpi_window:a/b@1"}}, "benchmark"),
    "a control without a label": ({"benchmark": {"against": "deployment:churn/eu"}}, "benchmark"),
    "a slot with a label": ({"benchmark": {"against": "slot:churn/eu@42"}}, "benchmark"),
    "a mode beside a deployment": ({"benchmark": {"against": stories.ROLL_OUT_41, "mode": "SHADOW"}}, "benchmark"),
    "a benchmark no proportion reaches": ({"benchmark": {"mean": 1.01}}, "benchmark.mean"),
    "a negative proportion": ({"benchmark": {"mean": -0.01}}, "benchmark.mean"),
    "a negative rate": ({"aggregate": "COUNT", "benchmark": {"mean": -3}}, "benchmark.mean"),
    "a band no proportion reaches": ({"direction": "IN_BAND", "band": {"from": 0.1, "to": 1.1}}, "band.to"),
    "a band that ends before it begins": ({"direction": "IN_BAND", "band": {"from": 0.2, "to": 0.1}}, "band"),
    "a band that is a point": ({"direction": "IN_BAND", "band": {"from": 0.2, "to": 0.2}}, "band"),
    "a band that is not stated": ({"direction": "IN_BAND"}, "band"),
    "a band where more is better": ({"band": {"from": 0.1, "to": 0.2}}, "band"),
    "a band and a benchmark": (
        {"direction": "IN_BAND", "band": {"from": 0.1, "to": 0.2}, "benchmark": {"mean": 0.15}},
        "benchmark",
    ),
    "a share of a band": (
        {"direction": "IN_BAND", "band": {"from": 0.1, "to": 0.2}, "smallestRelevantChange": {"relative": 0.1}},
        "smallestRelevantChange.relative",
    ),
    "a share of nothing": (
        {"benchmark": {"mean": 0}, "smallestRelevantChange": {"relative": 0.1}},
        "smallestRelevantChange.relative",
    ),
    "five percentage points as 5": ({"smallestRelevantChange": {"absolute": 5}}, "smallestRelevantChange.absolute"),
    "a label horizon of centuries": ({"labelHorizon": "P99999999D"}, "labelHorizon"),
}


@pytest.mark.parametrize(("fields", "field"), [*BY_FORM.values(), *BY_MEANING.values()], ids=[*BY_FORM, *BY_MEANING])
def test_what_cannot_be_meant_is_told_with_its_field(fields: dict[str, Any], field: str) -> None:
    """One fault each, with what to do."""
    faults = read_manifest({"kpis": [stories.kpi(**fields)]}).faults

    assert [(fault.code, fault.field) for fault in faults] == [("INVALID", f"kpis[0].{field}")]
    assert all(fault.message and fault.next_step for fault in faults)


@pytest.mark.parametrize("fields", [fields for fields, _ in BY_FORM.values()], ids=BY_FORM)
def test_what_is_wrong_in_form_the_published_schema_refuses(fields: dict[str, Any]) -> None:
    """An editor shows it before anything is sent."""
    told = stories.kpi(**fields)

    assert list(VALIDATOR.iter_errors({"kpis": [told]})) != []


def test_every_fault_of_a_definition_is_listed() -> None:
    """One does not hide the others, neither among those of form nor among those of meaning."""
    by_form = read_manifest({"kpis": [stories.kpi(cadence="P0D", errorLevel=7, benchmark={"mean": "x"})]})
    by_meaning = read_manifest(
        {"kpis": [stories.kpi(band={"from": -1, "to": 0.2}, smallestRelevantChange={"absolute": 5})]}
    )

    assert [fault.field for fault in by_form.faults] == ["kpis[0].benchmark", "kpis[0].cadence", "kpis[0].errorLevel"]
    assert [fault.field for fault in by_meaning.faults] == [
        "kpis[0].band",
        "kpis[0].band.from",
        "kpis[0].smallestRelevantChange.absolute",
    ]
