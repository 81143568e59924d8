"""Numbers, templates and alerts at the API's edge."""

from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from plantao.conversations.schemas import Components, Text
from plantao.whatsapp.account.models import Severity

# Without words of ours for a wrong one: who asks has them from an answer.
NAME: Final = r"^[a-z0-9_]{1,512}$"
LANGUAGE: Final = r"^[A-Za-z_-]{2,20}$"
ACCOUNT_ID: Final = r"^[0-9]{1,40}$"

_COMPONENTS = [
    {
        "type": "BODY",
        "text": "Olá {{1}}, sua visita será {{2}}. Confirma?",
        "example": {"body_text": [["João", "amanhã às 14h"]]},
    },
    {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Confirmar"}]},
]


class AlertOut(BaseModel):
    """Um aviso da Meta que pede atenção de alguém."""

    id: int
    at: datetime
    severity: Severity
    title: str = Field(examples=["O template visita_tecnica foi pausado pela Meta"])
    detail: str
    field: str = Field(examples=["message_template_status_update"])
    business_account_id: str | None
    phone_number_id: str | None


class ReasonOut(BaseModel):
    """Por que não pode enviar, ou só em parte: `entity` diz de quem é a causa."""

    entity: str | None = Field(examples=["PHONE_NUMBER"])
    can_send: str | None = Field(examples=["LIMITED"])
    code: str | None
    detail: str | None
    solution: str | None


class NumberOut(BaseModel):
    """O que a Meta diz de um número. Os valores em maiúsculas são dela; null: ainda não disse."""

    phone_number_id: str = Field(examples=["106540352242922"])
    business_account_id: str | None
    name: str | None = Field(examples=["Vendas"])
    bot: bool
    display_phone_number: str | None = Field(examples=["+55 11 3333-4444"])
    verified_name: str | None
    quality_rating: str | None = Field(examples=["GREEN"])
    status: str | None = Field(examples=["CONNECTED"])
    name_status: str | None
    throughput_level: str | None = Field(examples=["STANDARD"])
    messaging_limit: str | None = Field(examples=["TIER_2K"])
    account_mode: str | None = Field(examples=["LIVE"])
    can_send: str | None = Field(examples=["AVAILABLE"])
    reasons: list[ReasonOut]
    synced_at: datetime | None


class NumbersOut(BaseModel):
    numbers: list[NumberOut]
    alerts: list[AlertOut]


class TemplateOut(BaseModel):
    """Um template em um idioma, como a Meta o tem. `components`: objetos da própria Meta."""

    business_account_id: str
    name: str = Field(examples=["visita_tecnica"])
    language: str = Field(examples=["pt_BR"])
    category: str | None = Field(examples=["UTILITY"])
    status: str = Field(examples=["APPROVED"])
    quality: str | None = Field(examples=["GREEN"])
    reason: str | None
    components: list[dict[str, Any]] | None
    synced_at: datetime | None


class TemplatePage(BaseModel):
    templates: list[TemplateOut]
    total: int
    page: int
    pages: int


class TemplateQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: str | None = Field(None, pattern=r"^[A-Z_]{1,40}$", examples=["APPROVED"])
    name: str | None = Field(None, pattern=NAME, description="Parte do nome.")
    language: str | None = Field(None, pattern=LANGUAGE)
    business_account_id: str | None = Field(None, pattern=ACCOUNT_ID, description="Com várias contas: de qual.")
    refresh: bool = Field(False, description="Perguntar antes à Meta.")
    page: int = Field(1, ge=1, le=1_000_000)
    limit: int = Field(100, ge=1, le=1000)


class NewTemplate(BaseModel):
    """`components`: objetos da própria Meta, com um exemplo para cada variável."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(min_length=1, max_length=512, examples=["visita_tecnica"])
    language: Text = Field("pt_BR", max_length=20)
    category: Literal["UTILITY", "MARKETING", "AUTHENTICATION"]
    components: Components = Field(examples=[_COMPONENTS])
    business_account_id: str | None = Field(None, pattern=ACCOUNT_ID)


class DeletedTemplate(BaseModel):
    detail: str
