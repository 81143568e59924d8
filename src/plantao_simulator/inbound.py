"""What customers write: from a short description to the message object Meta puts into the webhook."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from plantao_simulator.errors import webhook_error
from plantao_simulator.media import Media, MediaStore
from plantao_simulator.samples import sample
from plantao_simulator.wire import JsonObject

MEDIA_TYPES = ("image", "video", "audio", "document", "sticker")

Writing = str | Mapping[str, Any]
"""A text, or a description with a `type`:

`text {text}`, `image|video|audio|document|sticker {caption?, filename?, mime_type?, data? (base64), media? (an id)}`,
`location {latitude, longitude, name?, address?}`, `contacts {contacts}`, `reaction {message_id, emoji}`,
`button {text, payload}` (a template's quick reply), `button_reply {id, title}`, `list_reply {id, title, description?}`,
`unsupported {kind}`, any other type with a `content` of its own. `reply_to` quotes a wamid. `raw` overrides
keys of the finished message object (a value of null removes the key).
"""


def compose(writing: Writing, media: MediaStore, download_base: str, now: float) -> JsonObject:
    """The message object without `from`, `id` and `timestamp`. ValueError if the description is incomplete."""
    described: Mapping[str, Any] = {"type": "text", "text": writing} if isinstance(writing, str) else writing
    kind = str(described.get("type", "text"))
    try:
        if kind in MEDIA_TYPES:
            body = _media(kind, described, media, download_base, now)
        else:
            body = _BUILDERS.get(kind, _own)(described)
    except KeyError as missing:
        message = f"{kind}: {missing.args[0]} is required"
        raise ValueError(message) from None
    if described.get("reply_to"):
        body["context"] = {"id": str(described["reply_to"])}
    return body


def overridden(message: JsonObject, writing: Writing) -> JsonObject:
    """The finished message with the `raw` keys put over it."""
    raw = {} if isinstance(writing, str) else writing.get("raw") or {}
    merged = {**message, **raw}
    return {key: value for key, value in merged.items() if not (key in raw and value is None)}


def _media(kind: str, given: Mapping[str, Any], media: MediaStore, download_base: str, now: float) -> JsonObject:
    stored = _kept(given, media) if given.get("media") else media.add(*_bytes(kind, given))
    part: JsonObject = {"mime_type": stored.mime_type, "sha256": stored.sha256_base64, "id": stored.id}
    if given.get("caption") and kind not in {"audio", "sticker"}:
        part["caption"] = given["caption"]
    if kind == "document":
        part["filename"] = stored.filename
    if kind == "audio":
        part["voice"] = bool(given.get("voice", True))
    if kind == "sticker":
        part["animated"] = bool(given.get("animated", False))
    part["url"] = media.url(stored, download_base, now, source="webhook")
    return {"type": kind, kind: part}


def _kept(given: Mapping[str, Any], media: MediaStore) -> Media:
    """A file that the page uploaded before."""
    stored = media.get(str(given["media"]))
    if stored is None:
        message = "there is no such media"
        raise ValueError(message)
    return stored


def _bytes(kind: str, given: Mapping[str, Any]) -> tuple[bytes, str, str]:
    content, mime, filename = sample(kind)
    if given.get("data"):
        try:
            content = base64.b64decode(str(given["data"]), validate=True)
        except binascii.Error as error:
            message = "data is not base64"
            raise ValueError(message) from error
    return content, str(given.get("mime_type") or mime), str(given.get("filename") or filename)


def _text(given: Mapping[str, Any]) -> JsonObject:
    if not isinstance(given["text"], str) or not given["text"]:
        message = "text must be a text that is not empty"
        raise ValueError(message)
    return {"type": "text", "text": {"body": given["text"]}}


def _picked(*names: str) -> Callable[[Mapping[str, Any]], JsonObject]:
    def pick(given: Mapping[str, Any]) -> JsonObject:
        return {name: given[name] for name in names if given.get(name) is not None}

    return pick


def _location(given: Mapping[str, Any]) -> JsonObject:
    place = {"latitude": float(given["latitude"]), "longitude": float(given["longitude"])}
    return {"type": "location", "location": place | _picked("name", "address", "url")(given)}


def _contacts(given: Mapping[str, Any]) -> JsonObject:
    return {"type": "contacts", "contacts": given["contacts"]}


def _reaction(given: Mapping[str, Any]) -> JsonObject:
    return {"type": "reaction", "reaction": {"message_id": given["message_id"], "emoji": given.get("emoji", "")}}


def _button(given: Mapping[str, Any]) -> JsonObject:
    return {"type": "button", "button": {"payload": given.get("payload") or given["text"], "text": given["text"]}}


def _interactive(kind: str) -> Callable[[Mapping[str, Any]], JsonObject]:
    def build(given: Mapping[str, Any]) -> JsonObject:
        reply = {"id": given["id"], "title": given["title"]}
        if kind == "list_reply":
            reply |= _picked("description")(given)
        return {"type": "interactive", "interactive": {"type": kind, kind: reply}}

    return build


def _unsupported(given: Mapping[str, Any]) -> JsonObject:
    error = webhook_error(131051, "Message type is currently not supported.")
    error.pop("href")
    return {
        "type": "unsupported",
        "errors": [error | {"title": "Message type unknown", "message": "Message type unknown"}],
        "unsupported": {"type": str(given.get("kind", "poll"))},
    }


def _own(given: Mapping[str, Any]) -> JsonObject:
    """A type the simulator has never heard of, such as the one Meta invents next year."""
    kind = str(given["type"])
    return {"type": kind, kind: given.get("content", {})}


_BUILDERS: dict[str, Callable[[Mapping[str, Any]], JsonObject]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "button": _button,
    "button_reply": _interactive("button_reply"),
    "list_reply": _interactive("list_reply"),
    "unsupported": _unsupported,
}
