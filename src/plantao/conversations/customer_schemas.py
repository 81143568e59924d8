"""A conversation's customer at the API's edge."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from plantao.conversations.bounds import clean_text
from plantao.conversations.contents import Text
from plantao.conversations.models import ConversationStatus, Resolution
from plantao.customers.cards import MOST_NOTES
from plantao.tags.schemas import TagOut

_Line = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(clean_text)]


class CustomerChanges(BaseModel):
    """O que mudar; `version` é a que se viu. Um campo null ou vazio fica sem nada."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1, le=2**31 - 2, strict=True, examples=[3])
    name: _Line | None = Field(None, min_length=1, max_length=120, examples=["João Silva"])
    plan: _Line | None = Field(None, max_length=120, examples=["Fibra 500 Mega"])
    account_number: _Line | None = Field(None, max_length=60, examples=["A-10428"])
    address: _Line | None = Field(None, max_length=300, examples=["Rua das Flores, 42"])
    notes: Text | None = Field(None, max_length=MOST_NOTES, examples=["Prefere contato de manhã."])

    @field_validator("name")
    @classmethod
    def _is_given(cls, value: str | None) -> str:
        if value is None:
            raise ValueError("O nome não pode ficar vazio.")
        return value

    def given(self) -> dict[str, str | None]:
        """What was sent; nothing is null but what may be without a value, and notes are a text at least."""
        sent = {name: getattr(self, name) for name in self.model_fields_set - {"version"}}
        return {name: value or ("" if name == "notes" else None) for name, value in sent.items()}


class IdentifierOut(BaseModel):
    """`phone`: +5511999999999; `wa_id`: como a Meta o escreve; `bsuid`: o id na Meta de quem esconde o telefone."""

    kind: str = Field(examples=["phone"])
    value: str = Field(examples=["+5511999999999"])


class PastOut(BaseModel):
    """Uma conversa do cliente. A de outro atendente não se abre (`readable`), e dela só se sabe quando e como foi."""

    id: UUID
    protocol: str
    status: ConversationStatus
    resolution: Resolution | None
    started_at: datetime
    closed_at: datetime | None
    readable: bool
    assigned_to: int | None
    rating: int | None = Field(ge=1, le=5)
    tags: list[TagOut]


class CustomerOut(BaseModel):
    """`since`: quando escreveu pela primeira vez. `conversations`: as 50 mais novas."""

    id: UUID
    name: str | None = Field(examples=["João Silva"])
    username: str | None
    phone: str | None = Field(examples=["+5511999999999"])
    identifiers: list[IdentifierOut]
    plan: str | None
    account_number: str | None
    address: str | None
    notes: str
    tags: list[TagOut]
    since: datetime
    version: int
    conversations: list[PastOut]
