"""What an engine is: a conversation in, a reply out. It sends nothing and changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Intent(StrEnum):
    """What a customer wants. The list is fixed: reports and routing rely on it."""

    GREETING = "saudacao"
    NO_CONNECTION = "sem_conexao"
    TECHNICAL_SUPPORT = "suporte_tecnico"
    BILLING = "financeiro"
    SALES = "comercial"
    CANCELLATION = "cancelamento"
    SCHEDULING = "agendamento"
    MOVING = "mudanca_endereco"
    HUMAN = "falar_com_atendente"
    COMPLAINT = "reclamacao"
    THANKS = "agradecimento"
    OUT_OF_SCOPE = "fora_de_escopo"


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the conversation. `text` is empty for what cannot be read (a photo, a voice note)."""

    from_customer: bool
    text: str


@dataclass(frozen=True, slots=True)
class Context:
    """`protocol`: the conversation's human number. `unsure_count`: turns in a row that the bot did not understand.

    `provider`: what an engine may say of the provider, by its name in Portuguese.
    """

    protocol: str
    customer_name: str | None = None
    customer_plan: str | None = None
    unsure_count: int = 0
    provider: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """`confidence` 0 to 1. `should_transfer`: a person is to take over after `response` was said.

    `response` tells of no queue and no protocol: who puts the conversation into the queue says so. `engine`: who
    answered.
    """

    response: str
    intent: Intent
    confidence: float
    should_transfer: bool = False
    suggested_actions: list[str] = field(default_factory=list)
    engine: str = "offline"


class Engine(Protocol):
    name: str

    async def reply(self, lines: Sequence[Line], context: Context) -> Reply:
        """An answer to the customer's last lines, the newest of `lines`."""
        ...

    async def aclose(self) -> None:
        """Lets go of connections."""
        ...


def last_burst(lines: Sequence[Line]) -> list[Line]:
    """What the customer wrote since we last said something, oldest first."""
    burst: list[Line] = []
    for line in reversed(lines):
        if not line.from_customer:
            break
        burst.append(line)
    return burst[::-1]
