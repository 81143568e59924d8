"""What examples are made of: pieces of Meta's messages, and the records that they become."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from tests.whatsapp.wire.samples import BSUID, CONTEXT, NUMBER_ID, PHONE, SENT_AT, WAMID, message

from plantao.conversations.models import MessageType
from plantao.whatsapp.wire.decode import to_json
from plantao.whatsapp.wire.models import InboundMedia, InboundMessage, Sender

Json = dict[str, Any]

SAID = "Estou sem sinal 📶"
PLAIN = InboundMessage(
    path="entry[0].changes[0].value.messages[0]",
    wamid=WAMID,
    phone_number_id=NUMBER_ID,
    sender=Sender(BSUID, PHONE, "Rita Prado", None),
    sent_at=datetime.fromtimestamp(SENT_AT, UTC),
    type=MessageType.TEXT,
    content=SAID,
    caption=None,
    media=None,
    reply_to=None,
    reply_id=None,
    error=None,
    identity_change=None,
    is_turn=True,
    raw="",
    payload=None,
)


def record(item: Json, **more: Any) -> InboundMessage:
    """What the item becomes: Rita's text, but for what `more` says."""
    return msgspec.structs.replace(PLAIN, **{"raw": to_json(message(**item))} | more)


def interactive(kind: str, **reply: Any) -> Json:
    return {"context": CONTEXT, "type": "interactive", "interactive": {"type": kind, kind: reply}}


def chosen(kind: str, id_: str | None = None, title: str | None = None, **more: Any) -> Json:
    return {"kind": kind, "id": id_, "title": title, "description": None, "answers": None} | more


def file(kind: str, **part: Any) -> Json:
    common = {"id": "771", "mime_type": f"{kind}/x", "sha256": "u0Q=", "url": "https://lookaside.example/1"}
    return {"type": kind, kind: common | part}


def media(kind: str, *, filename: str | None = None, voice: bool = False) -> InboundMedia:
    return InboundMedia("771", f"{kind}/x", "u0Q=", filename, voice, "https://lookaside.example/1")


TOO_BIG = {"code": 131052, "title": "Media download error", "error_data": {"details": "too big"}}
