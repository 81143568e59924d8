"""Bulk actions at the API's edge: a closed union, each with the fields of its own endpoint."""

from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from plantao.conversations.schemas import CloseInput, ConversationChanges, SnoozeInput, Text
from plantao.kit.errors import ErrorCode
from plantao.routing.bulk import Outcome
from plantao.routing.schemas import TransferInput, UserId

MOST: Final = 100  # conversations at once: a page of the list


def _few(value: Any) -> Any:
    """Before each one is looked at: thousands of wrong ones would be complained about one by one."""
    if isinstance(value, list) and not 1 <= len(value) <= MOST:
        raise ValueError(f"Informe de 1 a {MOST} conversas.")
    return value


def _once(ids: list[UUID]) -> list[UUID]:
    if len(set(ids)) < len(ids):
        raise ValueError("Informe cada conversa uma vez só.")
    return ids


Ids = Annotated[
    list[UUID],
    BeforeValidator(_few),
    AfterValidator(_once),
    Field(min_length=1, max_length=MOST, json_schema_extra={"uniqueItems": True}),
]


class TakeAction(BaseModel):
    """Assumir."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["take"]


class AssignAction(BaseModel):
    """Dar a um atendente: para administradores e supervisores."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["assign"]
    agent_id: UserId = Field(examples=[5])


class QueueAction(BaseModel):
    """Devolver à fila. O motivo fica numa nota; a fila não a oferece primeiro a quem a devolveu."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["queue"]
    reason: Text | None = Field(None, max_length=500, examples=["Fim do turno"])


class TransferAction(TransferInput):
    """Transferir para um colega."""

    type: Literal["transfer"]


class CloseAction(CloseInput):
    """Encerrar."""

    type: Literal["close"]


class SnoozeAction(SnoozeInput):
    """Adiar."""

    type: Literal["snooze"]


class WakeAction(BaseModel):
    """Acordar o que foi adiado."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["wake"]


class PrioritiseAction(ConversationChanges):
    """Mudar a prioridade."""

    type: Literal["prioritise"]


Action = Annotated[
    TakeAction
    | AssignAction
    | QueueAction
    | TransferAction
    | CloseAction
    | SnoozeAction
    | WakeAction
    | PrioritiseAction,
    Field(discriminator="type"),
]


class BulkInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ids: Ids = Field(description="As conversas, na ordem em que a ação é feita.")
    action: Action


class BulkFailure(BaseModel):
    id: UUID
    error_code: ErrorCode
    detail: str


class BulkOut(BaseModel):
    """`failed`: as que não puderam ser mudadas, com o que o próprio endereço da ação teria respondido."""

    done: list[UUID]
    failed: list[BulkFailure]

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        failed = [
            BulkFailure(id=id_, error_code=error.error_code, detail=error.detail) for id_, error in outcome.failed
        ]
        return cls(done=outcome.done, failed=failed)
