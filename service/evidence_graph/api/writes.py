"""The mutations: each reads its input with the write side's readers, has it recorded and shows what became of it."""

from collections.abc import Mapping
from typing import Annotated

import strawberry
from strawberry import argument

from evidence_graph.api.artifacts import described, made
from evidence_graph.api.context import Info, mutation
from evidence_graph.api.enums import ErasableField, Gate, OutcomeKind, Purge, UserErrorCode
from evidence_graph.api.inputs import (
    AdjustDeploymentInput,
    DefineKpiInput,
    DeployInput,
    EndDeploymentInput,
    EraseInput,
    RecordKpiWindowsInput,
    RegisterEvidenceInput,
    RetractInput,
)
from evidence_graph.api.reads import Query
from evidence_graph.api.scalars import Long
from evidence_graph.evidence.commands import Command, Fault, Receipt
from evidence_graph.evidence.commands import Outcome as ItemOutcome
from evidence_graph.evidence.manifest import KPI_SECTION, Manifest, read_manifest
from evidence_graph.evidence.requests import read_adjustment, read_ending, read_erasure, read_retraction
from graph_schema import DEPLOYMENT

ABOUT_THE_COMMAND = ("dryRun", "idempotencyKey", "restateErased")
NOT_ASKED = Gate("NOT_ASKED")


@strawberry.type(description="What became of one item.")
class Outcome:
    """One item of a command."""

    item: str = strawberry.field(description="Where the item stands in the input, such as datasets[3].")
    urn: str = strawberry.field(description="The URN it speaks of, as far as it could be read.")
    outcome: OutcomeKind = strawberry.field(description="What became of it.")
    position: Long | None = described("Log position that holds it; null when nothing does, and for a dry run.")
    left_out: list[ErasableField] = strawberry.field(
        description="Fields that stay erased whatever was stated of them: nobody can tell whether it is what was erased. State them with "
        "restateErased to record them."
    )


@strawberry.type(description="Why something is refused, and what to do about it.")
class UserError:
    """One fault."""

    code: UserErrorCode = strawberry.field(description="What sort of fault it is.")
    message: str = strawberry.field(description="What is wrong, and what to do next.")
    field: str = strawberry.field(description="Where in the input.")


@strawberry.interface(description="What became of a request to record something.")
class Payload:
    """What all payloads share."""

    position: Long | None = described(
        "Log position of the last entry recorded; the position read when all was on record already; null when refused, "
        "and for a dry run."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Every fault found; when there is one, nothing was recorded."
    )
    query: Query | None = described("Questions to ask in the same request, after it was recorded.")


@strawberry.interface(description="What became of a request with one item.")
class OneItemPayload(Payload):
    """For mutations that speak of one thing."""

    outcome: Outcome | None = described("What became of it.")


@strawberry.type(description="What became of a manifest.")
class RegisterEvidencePayload(Payload):
    """Many items."""

    outcomes: list[Outcome] = strawberry.field(
        description="What became of each item, in the order they were decided; when refused, of the refused ones."
    )


@strawberry.type(description="What became of KPI windows.")
class RecordKpiWindowsPayload(Payload):
    """Many items."""

    outcomes: list[Outcome] = strawberry.field(
        description="What became of each window, in the order of the input; when refused, of the refused ones."
    )


@strawberry.type(description="What became of a roll-out.")
class DeployPayload(OneItemPayload):
    """One item."""

    gate: Gate | None = described("What the gate said; null when the roll-out was refused for another reason.")


@strawberry.type(description="What became of a KPI's definition.")
class DefineKpiPayload(OneItemPayload):
    """One item."""


@strawberry.type(description="What became of an adjustment.")
class AdjustDeploymentPayload(OneItemPayload):
    """One item."""


@strawberry.type(description="What became of an end.")
class EndDeploymentPayload(OneItemPayload):
    """One item."""


@strawberry.type(description="What became of a retraction.")
class RetractPayload(OneItemPayload):
    """One item."""


@strawberry.type(description="How many values of a field were erased.")
class ErasedValues:
    """One field."""

    field: ErasableField = strawberry.field(description="The field.")
    values: Long = strawberry.field(description="How many values: every one that was ever stated and was still there.")


@strawberry.type(description="What became of an erasure.")
class ErasePayload(OneItemPayload):
    """One item."""

    erased: list[ErasedValues] = strawberry.field(
        description="What is gone, or would be after a dry run; by the names of the fields."
    )
    purge: Purge | None = described(
        "How far it is out of the files of the store; null when refused, and for a dry run. Backups made before still hold it."
    )


@strawberry.type(
    description="Everything that can be recorded. Nothing on record is ever changed or removed; what stands beside it can be erased."
)
class Mutation:
    """One required input and one payload each."""

    @mutation("Record a whole manifest in one transaction, or nothing of it.")
    async def register_evidence(
        self, info: Info, input: Annotated[RegisterEvidenceInput, argument(description="The manifest.")]
    ) -> RegisterEvidencePayload:
        receipt = await _record(info, read_manifest(_said(input)), input)
        return made(RegisterEvidencePayload, {"outcomes": _outcomes(receipt), **_shared(receipt)})

    @mutation("Begin a roll-out. Asks the gate, which has no rules yet.")
    async def deploy(
        self, info: Info, input: Annotated[DeployInput, argument(description="The roll-out.")]
    ) -> DeployPayload:
        receipt = await _record(info, read_manifest({DEPLOYMENT.section: [_said(input)]}), input)
        gate = None if receipt.faults else NOT_ASKED
        return made(
            DeployPayload, {"gate": gate, "outcome": _outcome(receipt), **_shared(receipt, f"{DEPLOYMENT.section}[0].")}
        )

    @mutation("Change the mode or the share of traffic of a roll-out, from an instant on.")
    async def adjust_deployment(
        self, info: Info, input: Annotated[AdjustDeploymentInput, argument(description="The adjustment.")]
    ) -> AdjustDeploymentPayload:
        receipt = await _record(info, read_adjustment(_said(input)), input)
        return made(AdjustDeploymentPayload, {"outcome": _outcome(receipt), **_shared(receipt, "adjustment.")})

    @mutation("End a roll-out, or correct the end stated before.")
    async def end_deployment(
        self, info: Info, input: Annotated[EndDeploymentInput, argument(description="The end.")]
    ) -> EndDeploymentPayload:
        receipt = await _record(info, read_ending(_said(input)), input)
        return made(EndDeploymentPayload, {"outcome": _outcome(receipt), **_shared(receipt, "ending.")})

    @mutation("Take back a declaration or relations; earlier positions still show them.")
    async def retract(
        self, info: Info, input: Annotated[RetractInput, argument(description="What to take back.")]
    ) -> RetractPayload:
        receipt = await _record(info, read_retraction(_said(input)), input)
        return made(RetractPayload, {"outcome": _outcome(receipt), **_shared(receipt, "retraction.")})

    @mutation("Erase descriptions, properties, addresses and reasons for good. Entries, proofs and the graph stay.")
    async def erase(
        self, info: Info, input: Annotated[EraseInput, argument(description="What to erase.")]
    ) -> ErasePayload:
        receipt = await _record(info, read_erasure(_said(input)), input)
        purge = None if receipt.position is None else await info.context.purge()
        return made(
            ErasePayload,
            {"outcome": _outcome(receipt), "erased": _erased(receipt), "purge": purge, **_shared(receipt, "erasure.")},
        )

    @mutation("Define one version of a KPI.")
    async def define_kpi(
        self, info: Info, input: Annotated[DefineKpiInput, argument(description="The definition.")]
    ) -> DefineKpiPayload:
        receipt = await _record(info, read_manifest({KPI_SECTION: [_said(input)]}), input)
        return made(DefineKpiPayload, {"outcome": _outcome(receipt), **_shared(receipt, f"{KPI_SECTION}[0].")})

    @mutation("Record KPI windows in one transaction, or none of them.")
    async def record_kpi_windows(
        self, info: Info, input: Annotated[RecordKpiWindowsInput, argument(description="The windows.")]
    ) -> RecordKpiWindowsPayload:
        receipt = await _record(info, read_manifest(_said(input)), input)
        return made(RecordKpiWindowsPayload, {"outcomes": _outcomes(receipt), **_shared(receipt)})


def _said(input: Mapping[str, object]) -> dict[str, object]:
    """The input without what is about the command itself."""
    return {name: value for name, value in input.items() if name not in ABOUT_THE_COMMAND}


async def _record(info: Info, manifest: Manifest, input: Mapping[str, object]) -> Receipt:
    context = info.context
    key = input.get("idempotencyKey")
    command = Command(
        items=tuple(manifest.items),
        actor=context.actor,
        via=context.via,
        source=manifest.source,
        key=None if key is None else str(key),
        dry_run=bool(input.get("dryRun")),
        faults=tuple(manifest.faults),
        restates_erased=bool(input.get("restateErased")),
    )
    return await context.record(command)


def _outcomes(receipt: Receipt) -> list[Outcome]:
    return [_shown(outcome) for outcome in receipt.outcomes]


def _outcome(receipt: Receipt) -> Outcome | None:
    return _shown(receipt.outcomes[0]) if receipt.outcomes else None


def _shown(outcome: ItemOutcome) -> Outcome:
    position = None if outcome.position is None else Long(outcome.position)
    return Outcome(
        item=outcome.item,
        urn=outcome.urn,
        outcome=outcome.outcome,
        position=position,
        left_out=list(outcome.left_out),
    )


def _erased(receipt: Receipt) -> list[ErasedValues]:
    return [
        ErasedValues(field=field, values=Long(number))
        for outcome in receipt.outcomes
        for field, number in sorted(outcome.erased.items())
    ]


def _shared(receipt: Receipt, item: str = "") -> dict[str, object]:
    """What all payloads share; `item` is the path of the one item, which the fields of a single input do without."""
    return {
        "position": receipt.position,
        "user_errors": [_user_error(fault, item) for fault in receipt.faults],
        "query": Query(),
    }


def _user_error(fault: Fault, item: str) -> UserError:
    message = f"{fault.message} {fault.next_step}".strip()
    return UserError(code=fault.code, message=message, field=fault.field.removeprefix(item))
