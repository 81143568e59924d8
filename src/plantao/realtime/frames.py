"""Frames of `/ws/chat`. What clients may say is closed: an unknown type or field is an error."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from plantao.conversations.models import MessageType
from plantao.conversations.views import MessageView, Moment
from plantao.kit.errors import ErrorCode
from plantao.routing.waiting import QueuePlace
from plantao.whatsapp.account.models import AlertView

Seq = Annotated[int, Meta(ge=0, le=2**31 - 1)]
ClientId = Annotated[str, Meta(min_length=1, max_length=100)]


class JoinConversation(Struct, frozen=True, tag="join_conversation", forbid_unknown_fields=True):
    """`since_seq`: the last message that the client has; the answer brings exactly the later ones."""

    conversation_id: UUID
    since_seq: Seq | None = None


class LeaveConversation(Struct, frozen=True, tag="leave_conversation", forbid_unknown_fields=True):
    conversation_id: UUID


class SendMessage(Struct, frozen=True, tag="send_message", forbid_unknown_fields=True):
    """`location`, `contacts` and `interactive` are read by the models of `conversations.contents`."""

    conversation_id: UUID
    content: str = ""
    message_type: MessageType = MessageType.TEXT
    caption: str | None = None
    filename: str | None = None
    voice: bool = False
    location: dict[str, Any] | None = None
    contacts: list[dict[str, Any]] | None = None
    interactive: dict[str, Any] | None = None
    template_name: str | None = None
    language: str | None = None
    components: list[dict[str, Any]] | None = None
    reply_to: str | None = None
    client_id: ClientId | None = None
    last_seen_seq: Seq | None = None


class TypingStart(Struct, frozen=True, tag="typing_start", forbid_unknown_fields=True):
    conversation_id: UUID


class TypingStop(Struct, frozen=True, tag="typing_stop", forbid_unknown_fields=True):
    conversation_id: UUID


class MarkRead(Struct, frozen=True, tag="mark_read", forbid_unknown_fields=True):
    """`seq`: the newest message that the user has seen. A mark never goes back."""

    conversation_id: UUID
    seq: Annotated[int, Meta(ge=1, le=2**31 - 1)]


class Ping(Struct, frozen=True, tag="ping", forbid_unknown_fields=True):
    pass


ClientFrame = JoinConversation | LeaveConversation | SendMessage | TypingStart | TypingStop | MarkRead | Ping


class Joined(Struct, frozen=True, tag="joined"):
    """The messages after `since_seq` up to `last_seq` follow, in order."""

    conversation_id: UUID
    last_seq: int


class MessageAck(Struct, frozen=True, tag="message_ack"):
    client_id: str | None
    message: MessageView


class Pong(Struct, frozen=True, tag="pong"):
    timestamp: Moment


class QueueUpdate(Struct, frozen=True, tag="queue_update"):
    """`queue` is the head of it; the total counts all."""

    total_in_queue: int
    queue: list[QueuePlace]


class WhatsappAlert(Struct, frozen=True, tag="whatsapp_alert"):
    """Meta says something of our account that needs a person. To those who may see it."""

    alert: AlertView


class WhatsappAlertsClosed(Struct, frozen=True, tag="whatsapp_alerts_closed"):
    """They are settled, or somebody has dismissed them. To those who may see them."""

    alert_ids: list[int]


class Viewer(Struct, frozen=True):
    agent_id: int
    nome: str


class ConversationViewers(Struct, frozen=True, tag="conversation_viewers"):
    """Who has joined the conversation, each user once, the hearer too. To those who have joined it."""

    conversation_id: UUID
    viewers: list[Viewer]


class Error(Struct, frozen=True, tag="error"):
    """`ref`: the frame's `client_id` if it had one, else its `type`."""

    detail: str
    error_code: ErrorCode
    ref: str | None


# Besides the events of conversations.
ServerFrame = (
    Joined | MessageAck | Pong | QueueUpdate | WhatsappAlert | WhatsappAlertsClosed | ConversationViewers | Error
)

_decoder: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)


_UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)  # the last: nested beyond reason


class BadFrame(Exception):
    """`ref` as in `Error`."""

    def __init__(self, detail: str, ref: str | None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.ref = ref


def read_frame(data: str | bytes) -> ClientFrame:
    """Raises `BadFrame`."""
    try:
        return _decoder.decode(data)
    except msgspec.ValidationError as error:
        raise BadFrame(_describe(error), _ref(data)) from None
    except _UNREADABLE:
        raise BadFrame("O quadro não é um JSON válido.", None) from None


def _describe(error: msgspec.ValidationError) -> str:
    """Which field is wrong, in Portuguese: msgspec's own words end with its path, `$.conversation_id`."""
    _, _, path = str(error).partition("`$.")
    field = path.rstrip("`")
    return f"Campo inválido no quadro: {field}." if field else "O quadro tem um campo desconhecido ou sem valor."


def ref_of(frame: ClientFrame) -> str:
    if isinstance(frame, SendMessage) and frame.client_id is not None:
        return frame.client_id
    return str(frame.__struct_config__.tag)


def _ref(data: str | bytes) -> str | None:
    try:
        raw = msgspec.json.decode(data)
    except _UNREADABLE:
        return None
    if not isinstance(raw, dict):
        return None
    ref = raw.get("client_id") or raw.get("type")
    return ref[:100] if isinstance(ref, str) else None
