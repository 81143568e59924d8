"""From a message row to what Meta is asked to send."""

from typing import Any

from plantao.conversations.models import MessageType
from plantao.conversations.outbox import Outgoing
from plantao.conversations.sending import Draft
from plantao.kit.errors import ValidationFailed
from plantao.whatsapp.graph.limits import PayloadError, check_content
from plantao.whatsapp.graph.messages import (
    Content,
    ListMenu,
    Media,
    MediaKind,
    OutgoingPayload,
    Recipient,
    Row,
    Section,
    Template,
    Text,
)

_MEDIA = {
    MessageType.IMAGE: MediaKind.IMAGE,
    MessageType.DOCUMENT: MediaKind.DOCUMENT,
    MessageType.VIDEO: MediaKind.VIDEO,
    MessageType.AUDIO: MediaKind.AUDIO,
}


def compose(message: Outgoing, media_id: str | None = None) -> OutgoingPayload:
    """`media_id`: Meta's id of the message's file. Raises `PayloadError` for a message that WhatsApp cannot carry."""
    recipient = Recipient(wa_id=message.wa_id or message.phone, bsuid=message.bsuid)
    return OutgoingPayload(to=recipient, content=_content(message, media_id), callback_data=str(message.id))


def check_draft(draft: Draft) -> None:
    """Raises `ValidationFailed` for what WhatsApp would refuse, while a person can still correct it."""
    # A file that is still to be uploaded has no id yet; that is not what is checked here.
    media_id = None if draft.media is None or draft.media.get("link") else "0"
    try:
        check_content(_content(draft, media_id))
    except PayloadError as error:
        field = "content" if error.field in ("text", "link", "media") else error.field
        raise ValidationFailed(f"{error.message_pt}.", field=field) from None


def _content(message: Outgoing | Draft, media_id: str | None) -> Content:
    kind = MessageType(message.type)
    if kind is MessageType.TEXT:
        return Text(message.content)
    if kind is MessageType.TEMPLATE:
        return _template(message.payload or {})
    if kind in _MEDIA:
        return _media(_MEDIA[kind], message, media_id)
    if kind is MessageType.INTERACTIVE and message.payload is not None and "list" in message.payload:
        return _list(message.content, message.payload["list"])
    raise PayloadError("type", f"O WhatsApp não envia mensagens do tipo {kind}.")


def _template(payload: dict[str, Any]) -> Template:
    return Template(payload["template_name"], payload["language"], payload.get("components") or ())


def _list(body: str, menu: dict[str, Any]) -> ListMenu:
    rows = [Row(row["id"], row["title"]) for row in menu["rows"]]
    return ListMenu(body, menu["button"], [Section(rows)])


def _media(kind: MediaKind, message: Outgoing | Draft, media_id: str | None) -> Media:
    media = message.media or {}
    return Media(
        kind,
        media_id=media_id,
        link=media.get("link"),
        caption=message.caption,
        filename=media.get("filename") if kind is MediaKind.DOCUMENT else None,  # a photo's name stays with us
    )
