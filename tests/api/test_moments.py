"""Both clocks: what was on record, and what existed."""

import pytest

from tests.api import churn
from tests.api.conftest import BEGINNING, Asking

CORRECTED = "2026-11-01T00:00:00Z"


def test_a_correction_leaves_what_was_known_before_untouched(service: Asking) -> None:
    """Asked at the old position or instant, the chain is the one people saw then."""
    before = service.ask("chain", of=[churn.WEEK])
    service.set_clock(CORRECTED)
    service.record(
        "retract", urn=churn.TRAINING, relation="DERIVED_FROM", to=churn.CUSTOMERS, reason="It was another extract."
    )

    now = service.ask("chain", of=[churn.WEEK])
    by_position = service.ask("chain", of=[churn.WEEK], atPosition=7)
    by_instant = service.ask("chain", of=[churn.WEEK], knownAt="2026-10-31T23:59:59.999999Z")

    assert by_position == by_instant == before
    assert churn.CUSTOMERS not in [artifact["urn"] for artifact in now["artifacts"]]
    assert now["completeness"]["knownAt"] == "2026-11-01T00:00:00.000000Z"


def test_valid_time_keeps_only_what_existed(service: Asking) -> None:
    by_march = service.ask("chain", of=[churn.CUSTOMERS], direction="DOWNSTREAM", validAt="2026-10-01T05:30:00Z")

    assert [artifact["urn"] for artifact in by_march["artifacts"]] == [churn.CUSTOMERS, churn.TRAINING]
    assert by_march["completeness"]["validAt"] == "2026-10-01T05:30:00.000000Z"
    assert service.ask("artifact", urn=churn.MODEL, validAt="2026-10-01T05:59:59Z") is None
    assert service.ask("artifact", urn=churn.MODEL, validAt="2026-10-01T06:00:00Z")["urn"] == churn.MODEL


@pytest.mark.parametrize("stem", ["artifact", "artifacts", "series", "chain", "live", "deployments"])
def test_every_question_takes_both_clocks(service: Asking, stem: str) -> None:
    arguments = {
        "artifact": {"urn": churn.CUSTOMERS},
        "series": {"urn": "dataset:crm/customers"},
        "chain": {"of": [churn.WEEK]},
    }
    at_seven = service.ask(stem, validAt="2026-10-05T00:00:00Z", atPosition=7, **arguments.get(stem, {}))
    service.record("retract", urn=churn.WEEK, reason="Not final.")
    service.record("retract", urn=churn.CUSTOMERS, reason="Not final.")

    again = service.ask(
        stem, validAt="2026-10-05T00:00:00Z", knownAt=f"{BEGINNING[:-1]}.000001Z", **arguments.get(stem, {})
    )

    assert again == at_seven


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('knownAt: "2026-10-10T00:00:00Z", atPosition: 1', "knownAt and atPosition are both given."),
        ("atPosition: 8", "atPosition is 8; the log ends at 7"),
        ("atPosition: -1", "atPosition is -1; the log ends at 7"),
        ("atPosition: true", "atPosition is no whole number below 2^53."),
        ("atPosition: 1.0", "atPosition is no whole number below 2^53."),
        ('atPosition: "1"', "atPosition is no whole number below 2^53."),
        ("atPosition: 9007199254740992", "atPosition is no whole number below 2^53."),
        ("atPosition: 9007199254740991", "atPosition is 9007199254740991; the log ends at 7"),
        ('validAt: "2026-10-10T00:00:00"', "validAt has no time zone"),
        ('knownAt: "2026-10-10"', "knownAt is not a time"),
        ("knownAt: 12", "knownAt is a number."),
        ('knownAt: "2026-13-10T00:00:00Z"', "knownAt is not a time that exists"),
        ('validAt: ""', "validAt is not a time"),
    ],
)
def test_a_moment_that_cannot_be_is_refused(service: Asking, arguments: str, message: str) -> None:
    error = service.error(f"{{ artifacts({arguments}) {{ nodes {{ urn }} }} }}")

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert message in error["message"]


def test_an_instant_before_the_log_is_its_beginning_and_one_after_is_its_head(service: Asking) -> None:
    before = service.ask("artifacts", knownAt="2000-01-01T00:00:00Z")
    after = service.ask("artifacts", knownAt="2100-01-01T00:00:00Z")

    assert (before["completeness"]["position"], before["nodes"]) == (0, [])
    assert after["completeness"]["position"] == 7
