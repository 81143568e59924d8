"""From a message row to what Meta is asked to send."""

from typing import Any

from plantao.conversations.models import MessageType
from plantao.conversations.outbox import Outgoing
from plantao.conversations.sending import Draft
from plantao.kit.errors import ValidationFailed
from plantao.whatsapp.compose_interactive import interactive
from plantao.whatsapp.graph.limits import PayloadError, check_content
from plantao.whatsapp.graph.messages import (
    Contact,
    Contacts,
    Content,
    Location,
    Media,
    MediaKind,
    OutgoingPayload,
    Reaction,
    Recipient,
    Template,
    Text,
)

_MEDIA = {
    MessageType.IMAGE: MediaKind.IMAGE,
    MessageType.DOCUMENT: MediaKind.DOCUMENT,
    MessageType.VIDEO: MediaKind.VIDEO,
    MessageType.AUDIO: MediaKind.AUDIO,
    MessageType.STICKER: MediaKind.STICKER,
}
_CONTENT_FIELDS = {
    MessageType.TEXT: ("text", "link", "media"),
    MessageType.INTERACTIVE: ("body",),
    MessageType.REACTION: ("emoji",),
}


def compose(message: Outgoing, media_id: str | None = None) -> OutgoingPayload:
    """`media_id`: Meta's id of the message's file. Raises `PayloadError` for a message that WhatsApp cannot carry."""
    recipient = Recipient(wa_id=message.wa_id or message.phone, bsuid=message.bsuid)
    content = _content(message, media_id, message.reply_to or "")
    return OutgoingPayload(to=recipient, content=content, callback_data=str(message.id), reply_to=message.reply_to)


def check_draft(draft: Draft) -> None:
    """Raises `ValidationFailed` for what WhatsApp would refuse, while a person can still correct it."""
    # A file that is still to be uploaded has no id yet, nor is a message looked up: that is not what is checked here.
    media_id = None if draft.media is None or draft.media.get("link") else "0"
    try:
        check_content(_content(draft, media_id, "0"))
    except PayloadError as error:
        raise ValidationFailed(f"{error.message_pt}.", field=_field(draft.type, error.field)) from None


def _field(kind: MessageType, field: str) -> str:
    """The API's own name of it: of `rows.title` the last part, as everywhere."""
    in_content = _CONTENT_FIELDS.get(kind, _CONTENT_FIELDS[MessageType.TEXT])
    return "content" if field in in_content else field.rpartition(".")[2]


def _content(message: Outgoing | Draft, media_id: str | None, quoted: str) -> Content:
    kind, payload = MessageType(message.type), message.payload or {}
    if kind in _MEDIA:
        return _media(_MEDIA[kind], message, media_id)
    if kind is MessageType.TEXT:
        return Text(message.content)
    if kind is MessageType.INTERACTIVE:
        return interactive(message.content, payload)
    if kind is MessageType.REACTION:
        return Reaction(quoted, payload.get("emoji") or "")
    return _structured(kind, payload)


def _structured(kind: MessageType, payload: dict[str, Any]) -> Content:
    """Those that are their payload alone."""
    match kind:
        case MessageType.TEMPLATE:
            return Template(payload["template_name"], payload["language"], payload.get("components") or ())
        case MessageType.LOCATION:
            return _location(payload)
        case MessageType.CONTACTS:
            return Contacts([_contact(card) for card in payload["contacts"]])
        case _:
            raise PayloadError("type", f"O WhatsApp não envia mensagens do tipo {kind}.")


def _location(payload: dict[str, Any]) -> Location:
    return Location(payload["latitude"], payload["longitude"], payload.get("name"), payload.get("address"))


def _contact(card: dict[str, Any]) -> Contact:
    return Contact(**{key: value for key, value in card.items() if value})


def _media(kind: MediaKind, message: Outgoing | Draft, media_id: str | None) -> Media:
    media = message.media or {}
    return Media(
        kind,
        media_id=media_id,
        link=media.get("link"),
        caption=message.caption,
        filename=media.get("filename") if kind is MediaKind.DOCUMENT else None,  # a photo's name stays with us
        voice=bool((message.payload or {}).get("voice")),
    )
