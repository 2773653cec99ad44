"""Stories the tests tell: what goes on record, in which words, and when.

The long one is `churn()`: customers and a feature become a training set, a model is trained on it, rolled out in a slot and
measured week by week. Everything is a manifest of plain lists and objects, as people write it.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evidence_graph.evidence.clock import SimulatedClock
from evidence_graph.evidence.commands import Adjustment, Command, Ending, Erasure, Fault, Item, Receipt, Retraction
from evidence_graph.evidence.log import begin_log
from evidence_graph.evidence.manifest import read_manifest
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.lineage.moment import Moment, read_head, read_moment
from evidence_graph.proof.signing_key import new_private_key
from evidence_graph.record.instants import SECOND, format_instant, parse_instant
from evidence_graph.store.graph_store import GraphStore, Head

ManifestDocument = dict[str, Any]

ORIGIN = "stories.example/log"
GENESIS = "2026-09-01T00:00:00Z"
DIGEST = "sha256:" + "ab" * 32
OTHER_DIGEST = "sha256:" + "cd" * 32

CUSTOMERS = "dataset:crm/customers@2026-10-01"
CUSTOMERS_BEFORE = "dataset:crm/customers@2026-09-01"
TENURE = "feature:churn/tenure_30d@4"
TRAINING = "dataset:churn/training@2026-10-01"
MODEL_6 = "model:churn/churn@6"
MODEL_7 = "model:churn/churn@7"
SLOT = "slot:churn/eu-prod"
ROLL_OUT_41 = "deployment:churn/eu-prod@41"
ROLL_OUT_42 = "deployment:churn/eu-prod@42"
CONVERSION = "churn/conversion"
WEEK_40 = "kpi_window:churn/eu-prod,deployment,churn/conversion@42,20261002T080000Z,r0"


def churn() -> ManifestDocument:
    """The whole story: two roll-outs one after the other in one slot, and the first week of the second."""
    return {
        "source": {"repo": "github.com/acme/churn", "commit": "3f1c", "run": "8124"},
        "datasets": [
            {
                "urn": CUSTOMERS,
                "digest": DIGEST,
                "occurredAt": "2026-10-01T02:00:00Z",
                "description": "Every customer.",
            },
            {"urn": CUSTOMERS_BEFORE, "digest": OTHER_DIGEST, "occurredAt": "2026-09-01T02:00:00Z"},
            {"urn": TRAINING, "derivedFrom": [CUSTOMERS, TENURE], "occurredAt": "2026-10-01T05:00:00Z"},
        ],
        "features": [{"urn": TENURE, "sources": ["dataset:crm/customers"]}],
        "models": [
            {"urn": MODEL_6, "trainedOn": [CUSTOMERS_BEFORE], "occurredAt": "2026-09-01T06:00:00Z"},
            {
                "urn": MODEL_7,
                "trainedOn": [TRAINING],
                "evaluatedOn": [CUSTOMERS_BEFORE],
                "occurredAt": "2026-10-01T09:00:00Z",
            },
        ],
        "kpis": [
            kpi(CONVERSION, benchmark={"mean": 0.05}, smallestRelevantChange={"relative": 0.05}, labelHorizon="P14D")
        ],
        "deployments": [
            {"urn": ROLL_OUT_41, "serves": MODEL_6, "from": "2026-09-02T08:00:00Z"},
            {"urn": ROLL_OUT_42, "serves": MODEL_7, "from": "2026-10-02T08:00:00Z"},
        ],
        "windows": [week_40()],
    }


def kpi(name: str = CONVERSION, **fields: Any) -> dict[str, Any]:
    """A KPI's definition."""
    return {"name": name, "direction": "HIGHER_IS_BETTER", **fields}


def kpi_version(version: str, since: str = "2000-01-01T00:00:00Z", **fields: Any) -> dict[str, Any]:
    """Another version of the conversion KPI, in the place of those that apply from earlier instants."""
    return kpi(version=version, **{"from": since}, **fields)


def week_40(**fields: Any) -> dict[str, Any]:
    """The first week of roll-out 42."""
    return window(ROLL_OUT_42, "2026-10-02T08:00:00Z", "2026-10-09T08:00:00Z", **fields)


def window(deployment: str, start: str, end: str, **fields: Any) -> dict[str, Any]:
    """A window of the conversion KPI; other numbers with `n` and `successes`."""
    stated = {"deployment": deployment, "kpi": CONVERSION, "start": start, "end": end, "n": 18234, "successes": 901}
    return stated | fields


def datasets(*urns: str, **fields: Any) -> ManifestDocument:
    """Datasets that share all their fields."""
    return {"datasets": [{"urn": urn, **fields} for urn in urns]}


def derived(urn: str, *sources: str, **fields: Any) -> ManifestDocument:
    """One dataset that was derived from others."""
    return datasets(urn, derivedFrom=list(sources), **fields)


def roll_out(urn: str, start: str, **fields: Any) -> ManifestDocument:
    """One roll-out of model 7 unless `serves` says otherwise."""
    return {"deployments": [{"urn": urn, "serves": MODEL_7, "from": start, **fields}]}


def told_one_by_one(document: Mapping[str, Any]) -> list[ManifestDocument]:
    """Each item of a manifest as a manifest of its own, in the order in which manifests are decided."""
    order = ("kpis", "datasets", "features", "models", "deployments", "windows")
    return [{section: [item]} for section in order for item in document.get(section, ())]


def together(*documents: Mapping[str, Any]) -> ManifestDocument:
    """Several manifests as one."""
    whole: ManifestDocument = {}
    for document in documents:
        for section, items in copy.deepcopy(dict(document)).items():
            whole.setdefault(section, []).extend(items)
    return whole


def adjust(urn: str, at: str, mode: str | None = None, traffic: float | None = None) -> Adjustment:
    """Another mode or share of traffic from an instant on."""
    return Adjustment(path="adjustDeployment", urn=urn, at=instant(at), mode=mode, traffic=traffic)


def end(urn: str, to: str) -> Ending:
    """The end of a roll-out."""
    return Ending(path="endDeployment", urn=urn, to=instant(to), plain={"reason": "It is over."})


def retract(urn: str, relation: str | None = None, to: str | None = None, reason: str = "It was wrong.") -> Retraction:
    """A declaration, or some of its relations, no longer hold."""
    return Retraction(path="retract", urn=urn, relation=relation, to=to, plain={"reason": reason})


def erase(urn: str, *fields: str, reason: str = "It was asked for.") -> Erasure:
    """The values of some fields go, or of all."""
    return Erasure(path="erase", urn=urn, fields=fields, plain={"erasureReason": reason})


def instant(text: str) -> str:
    """An instant in the form in which items hold it."""
    return format_instant(at(text))


def at(text: str) -> int:
    """An instant as questions take it, µs since 1970 UTC."""
    return parse_instant(text, "the test's instant")


async def begin(store: GraphStore, when: str = GENESIS) -> Head:
    """The genesis entry under a simulated clock."""
    return await begin_log(store, ORIGIN, new_private_key(), SimulatedClock(at(when)))


def command(
    *told: Item | Mapping[str, Any],
    actor: str = "ana",
    key: str | None = None,
    dry_run: bool = False,
    restates_erased: bool = False,
) -> Command:
    """Manifests and single items as one command."""
    items: list[Item] = []
    faults: list[Fault] = []
    source = None
    for part in told:
        if isinstance(part, Item):
            items.append(part)
            continue
        manifest = read_manifest(part)
        items += manifest.items
        faults += manifest.faults
        source = manifest.source
    return Command(tuple(items), actor, "TEST", source, key, dry_run, tuple(faults), restates_erased)


async def attempt(
    store: GraphStore,
    *told: Item | Mapping[str, Any],
    when: str | None = None,
    actor: str = "ana",
    key: str | None = None,
    dry_run: bool = False,
    restates_erased: bool = False,
) -> Receipt:
    """Say it to the record, at `when` or a second after the last entry; what is refused stands in the receipt."""
    now = at(when) if when is not None else (await read_head(store)).recorded_at + SECOND
    recorder = Recorder(store, SimulatedClock(now))
    return await recorder.record(command(*told, actor=actor, key=key, dry_run=dry_run, restates_erased=restates_erased))


async def record(store: GraphStore, *told: Item | Mapping[str, Any], when: str | None = None, **how: Any) -> Receipt:
    """Say it to the record, which must accept it."""
    receipt = await attempt(store, *told, when=when, **how)
    assert not receipt.faults, receipt.faults
    return receipt


async def now(store: GraphStore, valid_at: str | None = None) -> Moment:
    """The moment at the head of the log."""
    return await read_moment(store, None if valid_at is None else at(valid_at))


async def as_of(store: GraphStore, position: int | None, valid_at: str | None = None) -> Moment:
    """The moment at a log position."""
    return await read_moment(store, None if valid_at is None else at(valid_at), at_position=position)


def outcomes(receipt: Receipt) -> list[str]:
    """What became of each item."""
    return [outcome.outcome for outcome in receipt.outcomes]


def messages(faults: Iterable[Fault]) -> str:
    """Everything the faults say, for looking something up in it."""
    return "\n".join(f"{fault.field}: {fault.message} {fault.next_step}" for fault in faults)


def urns(artifacts: Sequence[Any]) -> list[str]:
    """Their URNs, in order."""
    return [artifact.urn for artifact in artifacts]
