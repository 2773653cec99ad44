"""Filters, groups, cuts and the summary of a chain over HTTP."""

from typing import Any

import msgspec
import pytest

from evidence_graph.api import chain_answers
from evidence_graph.api.questions import compare
from evidence_graph.lineage import chain_groups, chain_parts, chain_summary, compare_evidence, compare_rules
from tests.api import churn
from tests.api.conftest import Asking

GROUP = "kpi_window:churn/eu-prod,deployment,churn/conversion,country=DE@42"


def urns(artifacts: list[dict[str, Any]]) -> list[str]:
    return [artifact["urn"] for artifact in artifacts]


def weeks(service: Asking, count: int) -> list[str]:
    """That many more weeks of the roll-out; their URNs."""
    windows = [
        churn.week(start=f"2026-11-{day:02}T00:00:00Z", end=f"2026-11-{day + 1:02}T00:00:00Z")
        for day in range(1, count + 1)
    ]
    payload = service.record("record_kpi_windows", windows=windows)
    assert payload["userErrors"] == []
    return [outcome["urn"] for outcome in payload["outcomes"]]


def test_a_chain_without_new_arguments_has_nothing_hidden_grouped_or_cut(service: Asking) -> None:
    found = service.ask("chain", of=[churn.WEEK])

    assert (found["groups"], found["groupSteps"], found["cuts"], found["filtered"]) == ([], [], [], 0)


def test_the_walk_stops_where_it_is_told_to(service: Asking) -> None:
    by_kind = service.ask("chain", of=[churn.WEEK], stopAt={"kinds": ["MODEL"]})
    by_relation = service.ask("chain", of=[churn.WEEK], stopAt={"relations": ["EVALUATED_ON"]})

    assert urns(by_kind["artifacts"]) == [churn.WEEK, churn.ROLL_OUT, churn.MODEL]
    assert by_kind["cuts"] == [{"at": churn.MODEL, "behind": 2, "behindIsMore": False, "reason": "STOP"}]
    assert churn.CUSTOMERS_BEFORE not in urns(by_relation["artifacts"])
    assert by_kind["completeness"]["complete"] is True


def test_what_is_hidden_is_counted_and_nothing_else_changes(service: Asking) -> None:
    whole = service.ask("chain", of=[churn.WEEK])
    found = service.ask(
        "chain", of=[churn.WEEK], hide={"kinds": ["MODEL", "KPI_WINDOW"], "relations": ["DERIVED_FROM"]}
    )

    assert urns(found["artifacts"]) == [urn for urn in urns(whole["artifacts"]) if urn != churn.MODEL]
    assert urns(found["roots"]) == [churn.WEEK]
    assert {step["relation"] for step in found["steps"]} == {"MEASURES"}
    assert found["filtered"] == 1
    assert found["completeness"] == whole["completeness"]
    assert found["summary"] == whole["summary"]


def test_windows_come_as_one_group_on_request(service: Asking) -> None:
    more = weeks(service, 12)
    document = (
        "query($of: [Urn!]!, $first: Int) { chain(of: $of, direction: DOWNSTREAM, groupAbove: 12) "
        "{ artifacts { urn } groups { urns(first: $first) } } }"
    )

    found = service.ask("chain", of=[churn.ROLL_OUT], direction="DOWNSTREAM", groupAbove=12)
    three = service.data(document, {"of": [churn.ROLL_OUT], "first": 3})["chain"]["groups"]
    apart = service.ask("chain", of=[churn.ROLL_OUT], direction="DOWNSTREAM", groupAbove=13)

    assert urns(found["artifacts"]) == [churn.ROLL_OUT]
    assert found["groups"] == [
        {
            "label": GROUP,
            "kind": "KPI_WINDOW",
            "relation": "MEASURES",
            "count": 13,
            "oldest": {"at": "2026-10-09T08:00:00.000000Z", "urn": churn.WEEK, "stated": True},
            "newest": {"at": "2026-11-13T00:00:00.000000Z", "urn": more[-1], "stated": True},
            "urns": [churn.WEEK, *more[:9]],
        }
    ]
    assert found["groupSteps"] == [{"relation": "MEASURES", "from": GROUP, "to": churn.ROLL_OUT, "count": 13}]
    assert three == [{"urns": [churn.WEEK, *more[:2]]}]
    assert (len(apart["artifacts"]), apart["groups"]) == (14, [])


def test_a_summary_counts_and_dates(service: Asking) -> None:
    found = service.ask("chain", of=[churn.WEEK], limit=1000)["summary"]

    assert (found["artifacts"], found["steps"], found["farthest"], found["stubs"]) == (7, 6, 4, 1)
    assert {"kind": "DATASET", "count": 3} in found["kinds"]
    assert found["oldest"] == {"at": "2026-10-01T00:00:00.000000Z", "urn": churn.CUSTOMERS, "stated": True}
    assert found["newest"]["urn"] == churn.TENURE
    assert found["newest"]["stated"] is False


def test_a_cut_says_how_much_lies_behind(service: Asking) -> None:
    limited = service.ask("chain", of=[churn.MODEL], limit=2)
    shallow = service.ask("chain", of=[churn.MODEL], depth=1)

    assert limited["cuts"] == [
        {"at": churn.MODEL, "behind": 1, "behindIsMore": False, "reason": "LIMIT"},
        *(
            [{"at": churn.TRAINING, "behind": 2, "behindIsMore": False, "reason": "LIMIT"}]
            if churn.TRAINING in urns(limited["artifacts"])
            else []
        ),
    ]
    assert shallow["cuts"] == [{"at": churn.TRAINING, "behind": 2, "behindIsMore": False, "reason": "DEPTH"}]


@pytest.mark.parametrize(
    ("arguments", "selection"),
    [("groupAbove: 0", "groups { label }"), ("groupAbove: 1", "groups { urns(first: 0) }")],
)
def test_a_group_of_nothing_is_refused(service: Asking, arguments: str, selection: str) -> None:
    weeks(service, 2)
    document = f'{{ chain(of: ["{churn.ROLL_OUT}"], direction: DOWNSTREAM, {arguments}) {{ {selection} }} }}'

    assert service.error(document)["extensions"]["code"] == "BAD_USER_INPUT"


def test_an_unknown_kind_or_relation_is_refused(service: Asking) -> None:
    for given in ("kinds: [SLOT]", "relations: [OWNS]"):
        body = service.body(f'{{ chain(of: ["{churn.WEEK}"], stopAt: {{{given}}}) {{ filtered }} }}')
        assert body["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        (chain_answers.ChainCut, chain_parts.Cut),
        (chain_answers.DatedArtifact, chain_summary.Dated),
        (chain_answers.KindCount, chain_summary.KindCount),
        (chain_answers.ChainSummary, chain_summary.Summary),
        (chain_answers.ChainGroupStep, chain_groups.GroupStep),
        (compare.Leak, compare_evidence.Leak),
        (compare.ComparabilityReason, compare_rules.Reason),
    ],
    ids=lambda kind: kind.__name__,
)
def test_answers_shown_as_they_are_have_the_attributes_that_are_shown(shown: type, found: type[msgspec.Struct]) -> None:
    """The API shows these structures of the read side without copying them."""
    assert set(shown.__annotations__) == set(found.__struct_fields__)
