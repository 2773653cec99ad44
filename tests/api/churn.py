"""One small story as an input of the API: customers, a feature, a training set, a model, its roll-out and its first week."""

from typing import Any

DIGEST = "sha256:" + "ab" * 32
CUSTOMERS = "dataset:crm/customers@2026-10-01"
CUSTOMERS_BEFORE = "dataset:crm/customers@2026-09-01"
TRAINING = "dataset:churn/training@2026-10-01"
TENURE = "feature:churn/tenure_30d@4"
MODEL = "model:churn/churn@7"
SLOT = "slot:churn/eu-prod"
ROLL_OUT = "deployment:churn/eu-prod@42"
WEEK = "kpi_window:churn/eu-prod,deployment,churn/conversion,country=DE@42,20261002T080000Z,r0"
SOURCE = {
    "repo": "github.com/acme/churn",
    "commit": "3f1c",
    "run": "8124",
    "tool": "make",
    "parameters": {"depth": 6},
    "environmentDigest": DIGEST,
}


def manifest() -> dict[str, Any]:
    """A manifest that states every field of an artifact at least once."""
    return {
        "source": SOURCE,
        "datasets": [
            {
                "urn": CUSTOMERS,
                "digest": DIGEST,
                "schemaDigest": DIGEST,
                "occurredAt": "2026-10-01T02:00:00+02:00",
                "covers": {"from": "2026-09-01T00:00:00Z", "to": "2026-10-01T00:00:00Z"},
                "source": SOURCE,
                "sensitivity": "PERSONAL",
                "uri": "s3://crm/customers",
                "description": "Every customer.",
                "properties": {"rows": 12, "owner": {"team": "crm"}},
            },
            {"urn": TRAINING, "derivedFrom": [CUSTOMERS, TENURE], "occurredAt": "2026-10-01T05:00:00Z"},
        ],
        "features": [{"urn": TENURE, "sources": ["dataset:crm/customers"]}],
        "models": [
            {
                "urn": MODEL,
                "trainedOn": [TRAINING],
                "evaluatedOn": [CUSTOMERS_BEFORE],
                "occurredAt": "2026-10-01T06:00:00Z",
            }
        ],
        "kpis": [kpi()],
        "deployments": [roll_out()],
        "windows": [week()],
    }


def kpi() -> dict[str, Any]:
    """The definition of the KPI."""
    return {
        "name": "churn/conversion",
        "direction": "HIGHER_IS_BETTER",
        "benchmark": {"mean": 0.05},
        "smallestRelevantChange": {"relative": 0.05},
        "labelHorizon": "P14D",
        "segments": ["country"],
    }


def roll_out() -> dict[str, Any]:
    """The roll-out of the model."""
    return {"urn": ROLL_OUT, "serves": MODEL, "from": "2026-10-02T08:00:00Z"}


def week(**changes: Any) -> dict[str, Any]:
    """The first week of the roll-out."""
    return {
        "deployment": ROLL_OUT,
        "kpi": "churn/conversion",
        "segment": {"country": "DE"},
        "start": "2026-10-02T08:00:00Z",
        "end": "2026-10-09T08:00:00Z",
        "n": 18234,
        "successes": 901,
        **changes,
    }
