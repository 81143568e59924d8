"""The chatbot at the API's edge."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from plantao.chatbot.engine import Intent
from plantao.conversations.bounds import MAX_TEXT
from plantao.conversations.models import ConversationStatus
from plantao.conversations.schemas import Text

_CONVERSATION = "550e8400-e29b-41d4-a716-446655440000"
Fact = Annotated[Text | None, Field(max_length=120)]


class MessageContext(BaseModel):
    """O que quem chama sabe do cliente, além do que a conversa sabe."""

    model_config = ConfigDict(extra="forbid")

    customer_name: Fact = Field(None, examples=["João"])
    customer_plan: Fact = Field(None, examples=["100 Mbps"])


class ChatbotMessageInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    conversation_id: UUID = Field(examples=[_CONVERSATION])
    message: Text = Field(min_length=1, max_length=MAX_TEXT, examples=["Minha internet está lenta"])
    context: MessageContext | None = None


class ChatbotMessageOut(BaseModel):
    response: str = Field(
        examples=["Olá João! Vamos ver isso. O problema acontece em todos os dispositivos ou só em um?"]
    )
    intent: Intent = Field(examples=["suporte_tecnico"])
    confidence: float = Field(ge=0, le=1, examples=[0.95])
    should_transfer: bool = Field(examples=[False])
    suggested_actions: list[str] = Field(examples=[["verificar_modem", "testar_velocidade"]])


class EscalateInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    conversation_id: UUID = Field(examples=[_CONVERSATION])
    reason: Text | None = Field(None, max_length=500, examples=["Cliente solicitou atendente humano"])


class EscalateOut(BaseModel):
    """`position` 1 é o próximo. Os dois números são 0 quando uma pessoa já atende."""

    conversation_id: UUID = Field(examples=[_CONVERSATION])
    status: ConversationStatus = Field(examples=["queue"])
    position: int = Field(ge=0, examples=[1])
    estimated_wait_minutes: int = Field(ge=0, examples=[5])
