"""The bot's settings at the API's edge."""

import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from plantao.chatbot.engine import Intent
from plantao.conversations.schemas import Text

MOST_OF_A_TEXT = 1000
SpokenText = Annotated[Text, StringConstraints(strip_whitespace=True, max_length=MOST_OF_A_TEXT)]
_ADDRESS = re.compile(r"https://[^\s/?#]+\S*")


def _https(address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        raise ValueError("Deve ser um endereço que começa com https://")
    return address


WebAddress = Annotated[Text, Field(max_length=500, examples=["https://provedor.example/2via"]), AfterValidator(_https)]


class BotManner(BaseModel):
    """`answers`: textos por intenção no lugar dos nossos; sem o da intenção, ou vazio, vale o nosso.

    Nos textos, {nome}, {provedor}, {protocolo}, {segunda_via} e {situacao} são preenchidos.
    """

    model_config = ConfigDict(extra="forbid")

    enabled: bool = Field(strict=True, description="Desligado: todos vão direto para a fila.")
    provider_name: Annotated[Text, StringConstraints(strip_whitespace=True, max_length=80)] = Field(
        examples=["Horizonte Fibra"]
    )
    off_message: Annotated[SpokenText, Field(min_length=1)]
    answers: dict[Intent, SpokenText]
    confidence_threshold: float = Field(ge=0.3, le=0.9, description="Abaixo disto o robô pergunta em vez de agir.")
    debounce_seconds: float = Field(ge=0, le=30, description="Quanto espera pelo resto do que o cliente escreve.")
    invoice_url: WebAddress | None
    status_url: WebAddress | None


class BotSettingsInput(BotManner):
    """`version`: a que se leu. Se outra pessoa salvou depois, 409."""

    version: int = Field(ge=0, le=2**31 - 2)

    @field_validator("answers")
    @classmethod
    def _without_empty(cls, answers: dict[Intent, str]) -> dict[Intent, str]:
        return {intent: text for intent, text in answers.items() if text}


class BotSettingsOut(BotManner):
    """`version` 0: ninguém mudou nada, e valem os padrões. `default_answers`: o que o robô diz sem textos próprios."""

    version: int
    saved_at: datetime | None
    saved_by: int | None
    default_answers: dict[Intent, list[str]]
    default_off_message: str
