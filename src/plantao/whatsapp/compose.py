"""From a message row to what Meta is asked to send."""

from typing import Any

from plantao.conversations.models import MessageType
from plantao.conversations.outbox import Outgoing
from plantao.whatsapp.graph.limits import PayloadError
from plantao.whatsapp.graph.messages import Content, Media, MediaKind, OutgoingPayload, Recipient, Template, Text

_MEDIA = {
    MessageType.IMAGE: MediaKind.IMAGE,
    MessageType.DOCUMENT: MediaKind.DOCUMENT,
    MessageType.VIDEO: MediaKind.VIDEO,
    MessageType.AUDIO: MediaKind.AUDIO,
}


def compose(message: Outgoing) -> OutgoingPayload:
    """Raises `PayloadError` for a message that WhatsApp cannot carry."""
    recipient = Recipient(wa_id=message.wa_id or message.phone, bsuid=message.bsuid)
    return OutgoingPayload(to=recipient, content=_content(message), callback_data=str(message.id))


def _content(message: Outgoing) -> Content:
    kind = MessageType(message.type)
    if kind is MessageType.TEXT:
        return Text(message.content)
    if kind is MessageType.TEMPLATE:
        return _template(message.payload or {})
    if kind in _MEDIA:
        return _media(_MEDIA[kind], message)
    raise PayloadError("type", f"O WhatsApp não envia mensagens do tipo {kind}.")


def _template(payload: dict[str, Any]) -> Template:
    return Template(payload["template_name"], payload["language"], payload.get("components") or ())


def _media(kind: MediaKind, message: Outgoing) -> Media:
    media = message.media or {}
    return Media(
        kind,
        media_id=media.get("id"),
        link=media.get("link"),
        caption=message.caption,
        filename=media.get("filename"),
    )
