"""A message as the API and the socket show it. Encoded once, sent to many."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from plantao.conversations.media_views import Media, public_media
from plantao.conversations.models import Direction, MessageStatus, MessageType, SentBy

Moment = Annotated[datetime, msgspec.Meta(tz=True)]

encode_json = msgspec.json.Encoder().encode


def encode_frame(value: object) -> str:
    """JSON as the text of a WebSocket frame."""
    return encode_json(value).decode()


class DeliveryError(msgspec.Struct, frozen=True):
    """Why a message was not delivered. `code` is Meta's."""

    code: int | None
    title: str
    detail: str | None


class MessageView(msgspec.Struct, frozen=True):
    """`payload`: the content for programs, by `type`; `reply_to`: the id of the message that it quotes or reacts to."""

    id: str
    direction: Direction
    content: str
    timestamp: Moment
    status: MessageStatus
    seq: int
    type: MessageType
    caption: str | None
    media: Media | None
    sent_by: SentBy
    sent_by_id: int | None
    client_id: str | None
    error: DeliveryError | None
    payload: dict[str, Any] | None
    reply_to: str | None


# The columns that `message_view` reads, in its order. What a message quotes is known by the channel's id.
MESSAGE_COLUMNS = """
    m.id, m.direction, m.content, m.sent_at, m.status, m.seq, m.type, m.caption, m.media, m.sent_by, m.sent_by_id,
    m.client_id, m.error, m.payload,
    (SELECT quoted.id FROM messages quoted WHERE quoted.external_id = m.reply_to) AS reply_to_id
"""


def message_id(id_: object) -> str:
    return f"msg-{id_}"


def message_view(row: Any) -> MessageView:
    """From a row of `MESSAGE_COLUMNS`."""
    return MessageView(
        id=message_id(row.id),
        direction=row.direction,
        content=row.content,
        timestamp=row.sent_at,
        status=row.status,
        seq=row.seq,
        type=row.type,
        caption=row.caption,
        media=public_media(row.media),
        sent_by=row.sent_by,
        sent_by_id=row.sent_by_id,
        client_id=row.client_id,
        error=DeliveryError(**row.error) if row.error else None,
        payload=row.payload,
        reply_to=None if row.reply_to_id is None else message_id(row.reply_to_id),
    )
