"""Conversations at the API's edge: what may be asked, what is answered. Contract words live here."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from plantao.conversations import contents
from plantao.conversations.assigning import Ending
from plantao.conversations.contents import ContactCard, Few, Interactive, Location
from plantao.conversations.drafts import MAX_COMPONENTS
from plantao.conversations.media_views import MediaState
from plantao.conversations.models import (
    Channel,
    ConversationStatus,
    Direction,
    HandledBy,
    MessageStatus,
    MessageType,
    Priority,
    Resolution,
    SentBy,
)
from plantao.conversations.wishes import Wish
from plantao.kit.http.inputs import IsoMoment
from plantao.tags.schemas import LARGEST_ID, TagNumbers, TagOut

Text = contents.Text


def _few(value: Any) -> Any:
    """Before each one is looked at: a million wrong ones would be complained about one by one."""
    if isinstance(value, list) and len(value) > MAX_COMPONENTS:
        raise ValueError(f"No máximo {MAX_COMPONENTS} componentes.")
    return value


Components = Annotated[list[dict[str, Any]], BeforeValidator(_few)]


class MessageFields(BaseModel):
    """What may be said, by whatever way it comes."""

    model_config = ConfigDict(extra="forbid")

    # Not checked character by character here: it may be a hundred megabytes of base64.
    content: str = Field("", examples=["Sua internet será normalizada em breve."])
    type: MessageType = MessageType.TEXT
    caption: Text | None = Field(None, max_length=1024)
    filename: Text | None = Field(None, max_length=240, examples=["boleto.pdf"])
    voice: bool = Field(False, strict=True, description="De `audio`: vai como mensagem de voz.")
    location: Location | None = None
    contacts: Annotated[list[ContactCard], Few] | None = None
    interactive: Interactive | None = None
    template_name: Text | None = Field(None, max_length=512, examples=["boas_vindas"])
    language: Text | None = Field(None, max_length=20, examples=["pt_BR"])
    components: Components | None = None
    media_id: UUID | None = Field(None, description="Um arquivo enviado antes por `POST /media`.")
    reply_to: Text | None = Field(
        None,
        min_length=1,
        max_length=64,
        description="Id da mensagem citada, ou da que recebe a reação.",
        examples=["msg-0199d2a4-7b1e-7c3a-9f00-3b1d2c4e5f60"],
    )

    def fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in MessageFields.model_fields}


class MessageInput(MessageFields):
    """`content`: o texto, ou um arquivo como link https, data URI ou base64. `media_id`: o arquivo, se já foi enviado.

    `client_id`: o id de quem envia.

    `last_seen_seq`: recusar se houver mensagem mais nova.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"content": "Sua internet será normalizada em breve.", "type": "text"},
                {"content": "https://exemplo.com.br/boleto.pdf", "type": "document", "filename": "boleto.pdf"},
                {"content": "data:image/png;base64,iVBORw0KGgo...", "type": "image", "caption": "Ligue aqui"},
                {"content": "data:audio/webm;base64,GkXfo59ChoEB...", "type": "audio", "voice": True},
                {
                    "content": "Sua internet voltou?",
                    "type": "interactive",
                    "interactive": {"kind": "buttons", "buttons": [{"id": "sim", "title": "Sim"}]},
                },
                {"type": "location", "location": {"latitude": -23.55052, "longitude": -46.633308, "name": "Loja Sé"}},
                {"type": "template", "template_name": "boas_vindas", "language": "pt_BR", "components": []},
            ]
        },
    )

    client_id: Text | None = Field(None, min_length=1, max_length=100)
    last_seen_seq: int | None = Field(None, ge=0, le=2**31 - 1)

    def wish(self, idempotency_key: str | None) -> Wish:
        client_id = self.client_id or idempotency_key
        return Wish(**self.fields(), client_id=client_id, last_seen_seq=self.last_seen_seq)


class CloseInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    resolution: Resolution = Field(examples=["resolved"])
    notes: Text | None = Field(None, max_length=4000, examples=["Problema resolvido - reset do modem"])
    tags: TagNumbers = Field([], description="Etiquetas que a conversa passa a ter também.")

    def ending(self) -> Ending:
        return Ending(self.resolution, self.notes, self.tags)


class NoteInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    content: Text = Field(min_length=1, max_length=4000)


class ConversationChanges(BaseModel):
    model_config = ConfigDict(extra="forbid")

    priority: Priority


Sought = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100)]


class SnoozeInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    until: IsoMoment = Field(
        description="Quando ela volta: no futuro, no máximo daqui a 90 dias.", examples=["2026-02-02T08:00:00-03:00"]
    )


class ListQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: ConversationStatus | None = None
    channel: Channel | None = None
    assigned_to: int | None = Field(None, ge=1, le=2**31 - 1)
    start_date: IsoMoment | None = Field(None, description="A partir de: última atividade.")
    end_date: IsoMoment | None = Field(None, description="Até: última atividade.")
    search: Sought | None = Field(None, description="Parte do nome ou do usuário, telefone ou protocolo.")
    unread: bool = Field(False, description="Só as que você atende e têm mensagens que você não leu.")
    tag: int | None = Field(None, ge=1, le=LARGEST_ID, description="Só as que têm esta etiqueta.")
    snoozed: bool | None = Field(None, description="Só as adiadas, ou só as outras.")
    page: int = Field(1, ge=1, le=1_000_000)
    limit: int = Field(20, ge=1, le=100)


class MediaOut(BaseModel):
    """`pending`: está sendo buscado na Meta; `failed`: não pôde ser baixado, e `error` diz por quê."""

    url: str | None
    mime_type: str | None
    size: int | None
    filename: str | None
    id: UUID | None
    state: MediaState
    error: str | None
    thumbnail_url: str | None
    width: int | None
    height: int | None
    duration: float | None


class UploadOut(BaseModel):
    """`expires_at`: até quando o arquivo espera por uma mensagem."""

    media: MediaOut
    expires_at: datetime


class LinkOut(BaseModel):
    url: str
    thumbnail_url: str | None
    expires_at: datetime


class DeliveryErrorOut(BaseModel):
    code: int | None
    title: str
    detail: str | None


class MessageOut(BaseModel):
    id: str = Field(examples=["msg-0199d2a4-7b1e-7c3a-9f00-3b1d2c4e5f60"])
    direction: Direction
    content: str
    timestamp: datetime
    status: MessageStatus
    seq: int
    type: MessageType
    caption: str | None
    media: MediaOut | None
    sent_by: SentBy
    sent_by_id: int | None
    client_id: str | None
    error: DeliveryErrorOut | None
    payload: dict[str, Any] | None = Field(
        description="O conteúdo para programas, conforme o `type`.",
        examples=[{"latitude": -23.55052, "longitude": -46.633308, "name": None, "address": None, "url": None}],
    )
    reply_to: str | None = Field(description="O `id` da mensagem citada, ou à qual se reagiu.")


class LastMessageOut(BaseModel):
    """`content`: até 200 caracteres."""

    id: str = Field(examples=["msg-0199d2a4-7b1e-7c3a-9f00-3b1d2c4e5f60"])
    type: MessageType
    content: str
    direction: Direction
    sent_by: SentBy
    sent_by_id: int | None
    timestamp: datetime
    status: MessageStatus


class ConversationOut(BaseModel):
    id: UUID = Field(examples=["550e8400-e29b-41d4-a716-446655440000"])
    customer_phone: str | None = Field(examples=["+5511999999999"])
    customer_name: str | None = Field(examples=["Cliente Exemplo"])
    status: ConversationStatus
    channel: Channel
    assigned_to: int | None
    started_at: datetime
    last_message_at: datetime
    messages_count: int
    handled_by: HandledBy
    priority: Priority
    protocol: str = Field(examples=["20260201-000123"])
    last_seq: int
    window_expires_at: datetime | None
    phone_number_id: str | None = Field(examples=["106540352242922"])
    last_message: LastMessageOut | None = Field(description="A mensagem `last_seq`, também se for uma nota.")
    read_seq: int = Field(description="Até que `seq` você leu; 0 se ainda não leu.")
    unread: int | None = Field(
        description="Quantas o cliente escreveu depois de `read_seq`, até 100. Null se não é você quem atende."
    )
    tags: list[TagOut]
    snoozed_until: datetime | None = Field(description="Adiada até então pelo atendente que a tem.")


class ConversationPage(BaseModel):
    conversations: list[ConversationOut]
    total: int
    page: int
    pages: int


class ConversationDetail(ConversationOut):
    messages: list[MessageOut]
