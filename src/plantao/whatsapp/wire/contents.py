"""What each type of message says: one small reader a type, from Meta's object to what a person reads."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from plantao.conversations.models import MessageType
from plantao.whatsapp.wire import words
from plantao.whatsapp.wire.cards import contacts_text, form_text, location_text, order_text
from plantao.whatsapp.wire.fields import MAX_TEXT, JsonObject, ident, label, obj, text
from plantao.whatsapp.wire.models import InboundMedia


class Content(Struct, frozen=True):
    """A message's content. `found` is False when the object that should hold it is not there."""

    type: MessageType
    body: str = ""
    caption: str | None = None
    media: InboundMedia | None = None
    reply_to: str | None = None
    reply_id: str | None = None
    is_turn: bool = True
    found: bool = True


def read_content(item: JsonObject) -> Content:
    """The content of one message; a type we do not know is UNSUPPORTED, and expects an answer all the same."""
    wire_type = item.get("type")
    reader = _READERS.get(wire_type) if isinstance(wire_type, str) else None
    return reader(item) if reader else Content(MessageType.UNSUPPORTED)


def _text(item: JsonObject) -> Content:
    body = text(obj(item, "text"), "body")
    return Content(MessageType.TEXT, body or "", found=body is not None)


def _media(kind: MessageType) -> Callable[[JsonObject], Content]:
    def read(item: JsonObject) -> Content:
        part = obj(item, kind)
        caption = text(part, "caption")
        media = _media_of(part)
        return Content(kind, caption or "", caption, media, found=media is not None)

    return read


def _media_of(part: JsonObject) -> InboundMedia | None:
    media_id = ident(part, "id")
    if media_id is None:
        return None
    return InboundMedia(
        media_id=media_id,
        mime_type=label(part, "mime_type"),
        sha256=label(part, "sha256"),
        filename=label(part, "filename"),
        voice=part.get("voice") is True,
        url=label(part, "url", 4096),
    )


def _location(item: JsonObject) -> Content:
    return Content(MessageType.LOCATION, location_text(obj(item, "location")))


def _contacts(item: JsonObject) -> Content:
    return Content(MessageType.CONTACTS, contacts_text(item)[:MAX_TEXT])


def _order(item: JsonObject) -> Content:
    return Content(MessageType.ORDER, order_text(obj(item, "order"))[:MAX_TEXT])


def _button(item: JsonObject) -> Content:
    button = obj(item, "button")
    payload = ident(button, "payload")
    title = text(button, "text") or payload or ""
    return Content(MessageType.BUTTON, title, reply_id=payload, found=bool(button))


def _interactive(item: JsonObject) -> Content:
    part = obj(item, "interactive")
    match part.get("type"):
        case "button_reply" | "list_reply" as kind:
            reply = obj(part, kind)
            return Content(MessageType.INTERACTIVE, text(reply, "title") or "", reply_id=ident(reply, "id"))
        case "nfm_reply":
            return Content(MessageType.INTERACTIVE, form_text(obj(part, "nfm_reply"))[:MAX_TEXT])
        case "call_permission_reply":
            granted = obj(part, "call_permission_reply").get("response") == "accept"
            body = words.CALL_PERMISSION_GRANTED if granted else words.CALL_PERMISSION_REFUSED
            return Content(MessageType.INTERACTIVE, body, is_turn=False)
        case _:
            return Content(MessageType.INTERACTIVE, found=bool(part))


def _reaction(item: JsonObject) -> Content:
    part = obj(item, "reaction")
    reply_to = ident(part, "message_id")
    return Content(MessageType.REACTION, text(part, "emoji", 64) or "", reply_to=reply_to, is_turn=False)


def _system(item: JsonObject) -> Content:
    return Content(MessageType.SYSTEM, text(obj(item, "system"), "body") or "", is_turn=False)


def _edit(item: JsonObject) -> Content:
    part = obj(item, "edit")
    edited = read_content({**obj(part, "message"), "edit": None}).body
    body = f"{words.EDITED}: {edited}"[:MAX_TEXT] if edited else words.EDITED
    return Content(MessageType.SYSTEM, body, reply_to=ident(part, "original_message_id"), is_turn=False)


def _revoke(item: JsonObject) -> Content:
    reply_to = ident(obj(item, "revoke"), "original_message_id")
    return Content(MessageType.SYSTEM, words.REVOKED, reply_to=reply_to, is_turn=False)


def _unsupported(item: JsonObject) -> Content:
    hidden = obj(item, "unsupported").get("type")
    return Content(MessageType.UNSUPPORTED, is_turn=hidden not in ("edit", "revoke", "reaction"))


_MEDIA: Final = (
    MessageType.IMAGE,
    MessageType.VIDEO,
    MessageType.AUDIO,
    MessageType.DOCUMENT,
    MessageType.STICKER,
)
_READERS: Final[dict[str, Callable[[JsonObject], Content]]] = {
    "text": _text,
    **{str(kind): _media(kind) for kind in _MEDIA},
    "location": _location,
    "contacts": _contacts,
    "order": _order,
    "button": _button,
    "interactive": _interactive,
    "reaction": _reaction,
    "system": _system,
    "edit": _edit,
    "revoke": _revoke,
    "unsupported": _unsupported,
}
