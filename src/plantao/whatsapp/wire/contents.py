"""What each type of message says: one small reader a type, from Meta's object to what a person reads."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from plantao.conversations.models import MessageType
from plantao.whatsapp.wire import payloads, words
from plantao.whatsapp.wire.cards import card_names, contacts_text, form_text, location_text, order_text
from plantao.whatsapp.wire.fields import MAX_TEXT, JsonObject, ident, instant, label, obj, text
from plantao.whatsapp.wire.models import InboundMedia
from plantao.whatsapp.wire.system import system_payload, system_text


class Content(Struct, frozen=True):
    """A message's content. `body` may be empty; `found` is False when the object that should hold it is not there."""

    type: MessageType
    body: str = ""
    caption: str | None = None
    media: InboundMedia | None = None
    reply_to: str | None = None
    reply_id: str | None = None
    is_turn: bool = True
    found: bool = True
    payload: JsonObject | None = None


def read_content(item: JsonObject) -> Content:
    """The content of one message; a type we do not know is UNSUPPORTED, and expects an answer all the same."""
    wire_type = item.get("type")
    reader = _READERS.get(wire_type) if isinstance(wire_type, str) else None
    return reader(item) if reader else _unsupported(item)


def _text(item: JsonObject) -> Content:
    body = text(obj(item, "text"), "body")
    return Content(MessageType.TEXT, body or "", found=body is not None)


def _media(kind: MessageType) -> Callable[[JsonObject], Content]:
    def read(item: JsonObject) -> Content:
        part = obj(item, kind)
        caption = text(part, "caption") or None
        media = _media_of(part)
        marks: JsonObject = {mark: True for mark in ("voice", "animated") if part.get(mark) is True}
        return Content(kind, caption or "", caption, media, found=media is not None, payload=marks)

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
    part = obj(item, "location")
    return Content(MessageType.LOCATION, location_text(part), payload=payloads.location(part))


def _contacts(item: JsonObject) -> Content:
    payload = payloads.contacts(item, card_names(item))
    return Content(MessageType.CONTACTS, contacts_text(item)[:MAX_TEXT], payload=payload)


def _order(item: JsonObject) -> Content:
    part = obj(item, "order")
    return Content(MessageType.ORDER, order_text(part)[:MAX_TEXT], payload=payloads.order(part))


def _button(item: JsonObject) -> Content:
    """A template's button: the same to us as the button of any other message."""
    button = obj(item, "button")
    id_ = ident(button, "payload")
    title = text(button, "text") or id_ or ""
    payload = payloads.choice("button_reply", {"id": id_, "title": title})
    return Content(MessageType.BUTTON, title, reply_id=id_, found=bool(button), payload=payload)


def _interactive(item: JsonObject) -> Content:
    part = obj(item, "interactive")
    match part.get("type"):
        case "button_reply" | "list_reply" as kind:
            return _chosen(kind, obj(part, kind))
        case "nfm_reply":
            return _form(obj(part, "nfm_reply"))
        case "call_permission_reply":
            return _call_permission(obj(part, "call_permission_reply"))
        case _:
            payload = payloads.choice(label(part, "type") or "unknown", {})
            return Content(MessageType.INTERACTIVE, found=bool(part), payload=payload if part else None)


def _chosen(kind: str, reply: JsonObject) -> Content:
    id_ = ident(reply, "id")
    title = text(reply, "title") or id_ or ""
    return Content(MessageType.INTERACTIVE, title, reply_id=id_, payload=payloads.choice(kind, reply))


def _form(reply: JsonObject) -> Content:
    answers = payloads.form_answers(text(reply, "response_json") or "")
    payload = payloads.choice("flow_reply", {}, title=label(reply, "name"), answers=answers)
    return Content(MessageType.INTERACTIVE, form_text(answers)[:MAX_TEXT], payload=payload)


def _call_permission(reply: JsonObject) -> Content:
    granted = reply.get("response") == "accept"
    body = words.CALL_PERMISSION_GRANTED if granted else words.CALL_PERMISSION_REFUSED
    until = instant(reply, "expiration_timestamp")
    more = {
        "granted": granted,
        "permanent": reply.get("is_permanent") is True,
        "expires_at": until and f"{until:%Y-%m-%dT%H:%M:%SZ}",
    }
    payload = payloads.choice("call_permission_reply", {}, **more)
    return Content(MessageType.INTERACTIVE, body, is_turn=False, payload=payload)


def _reaction(item: JsonObject) -> Content:
    """A reaction without an emoji takes back the one before."""
    part = obj(item, "reaction")
    reply_to, emoji = ident(part, "message_id"), label(part, "emoji", 64)
    body = emoji or words.REACTION_REMOVED
    return Content(MessageType.REACTION, body, reply_to=reply_to, is_turn=False, payload={"emoji": emoji})


def _system(item: JsonObject) -> Content:
    return Content(MessageType.SYSTEM, system_text(item), is_turn=False, payload=system_payload(item))


def _unsupported(item: JsonObject) -> Content:
    """What Meta keeps from us, or a type of which we know nothing: it expects an answer all the same."""
    kind = label(obj(item, "unsupported"), "type", 60)
    if kind is None and item.get("type") not in ("unsupported", "unknown"):
        kind = label(item, "type", 60)
    body = f"{words.UNSUPPORTED} ({words.UNSUPPORTED_KINDS.get(kind, kind)})" if kind else words.UNSUPPORTED
    is_turn = kind not in ("edit", "revoke", "reaction")
    return Content(MessageType.UNSUPPORTED, body, is_turn=is_turn, payload={"kind": kind})


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
    "unsupported": _unsupported,
}
