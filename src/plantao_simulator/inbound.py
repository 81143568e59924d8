"""What customers write: from a short description to the message object Meta puts into the webhook."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from plantao_simulator.contents import BUILDERS, FIELDS, SAMPLE_REFERRAL
from plantao_simulator.media import RECEIVED_LIFE, Media, MediaStore
from plantao_simulator.samples import sample
from plantao_simulator.wire import JsonObject

MEDIA_TYPES = ("image", "video", "audio", "document", "sticker")

Writing = str | Mapping[str, Any]
"""A text, or a description with a `type`:

`text {text}`, `image|video|audio|document|sticker {caption?, filename?, mime_type?, data? (base64), media? (an id)}`,
`location {latitude, longitude, name?, address?}`, `contacts {contacts, origin?}`, `shared_phone {phone}` (the answer
to a request for it), `reaction {message_id, emoji}`, `button {text, payload}` (a template's quick reply),
`button_reply {id, title}`, `list_reply {id, title, description?}`, `flow_reply {answers, flow_token?}`,
`call_permission_reply {response?, permanent?}`, `order {items, catalog_id?, text?}`, `edit {message_id, text}`,
`revoke {message_id}`, `number_changed {phone}`, `user_id_changed {user_id}`, `identity_changed`, `too_large`,
`unsupported {kind}`, any other type with a `content` of its own.

On every type: `reply_to` quotes a wamid (there and in `message_id`, "last" is the newest one that fits); `forwarded`
(true, or "many"); `referral` (true: a sample, or the object); `referred_product {catalog_id, product_retailer_id}`;
`group_id`; `number` (id or digits) is the business number written to; `raw` overrides keys of the finished message
object (a value of null removes the key).
"""


_EVERY_TYPE = frozenset(["type", "reply_to", "forwarded", "referral", "referred_product", "group_id", "number", "raw"])
_MEDIA_FIELDS = frozenset(["caption", "filename", "mime_type", "data", "media", "voice", "animated"])


def fields_of(kind: str) -> frozenset[str] | None:
    """The fields a description of this type may have; None for a type that is not known."""
    if kind in MEDIA_TYPES:
        return _EVERY_TYPE | _MEDIA_FIELDS
    return _EVERY_TYPE | frozenset(FIELDS[kind].split()) if kind in FIELDS else None


def compose(writing: Writing, media: MediaStore, download_base: str, now: float) -> JsonObject:
    """The message object without `from`, `id` and `timestamp`. ValueError if the description is incomplete."""
    described: Mapping[str, Any] = {"type": "text", "text": writing} if isinstance(writing, str) else writing
    kind = str(described.get("type", "text"))
    try:
        if kind in MEDIA_TYPES:
            body = _media(kind, described, media, download_base, now)
        else:
            body = (_own if "content" in described else BUILDERS.get(kind, _own))(described)
    except KeyError as missing:
        message = f"{kind}: {missing.args[0]} is required"
        raise ValueError(message) from None
    return body | _around(described)


def _around(given: Mapping[str, Any]) -> JsonObject:
    """What may stand beside any content."""
    context: JsonObject = {"id": str(given["reply_to"])} if given.get("reply_to") else {}
    if forwarded := given.get("forwarded"):
        context["frequently_forwarded" if forwarded == "many" else "forwarded"] = True
    if given.get("referred_product"):
        context["referred_product"] = given["referred_product"]
    made: JsonObject = {"context": context} if context else {}
    if referral := given.get("referral"):
        made["referral"] = SAMPLE_REFERRAL if referral is True else referral
    return made | ({"group_id": given["group_id"]} if given.get("group_id") else {})


def overridden(message: JsonObject, writing: Writing) -> JsonObject:
    """The finished message with the `raw` keys put over it."""
    raw = {} if isinstance(writing, str) else writing.get("raw") or {}
    merged = {**message, **raw}
    return {key: value for key, value in merged.items() if not (key in raw and value is None)}


def _media(kind: str, given: Mapping[str, Any], media: MediaStore, download_base: str, now: float) -> JsonObject:
    stored = _kept(given, media) if given.get("media") else media.add(*_bytes(kind, given), dies_at=now + RECEIVED_LIFE)
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


def _own(given: Mapping[str, Any]) -> JsonObject:
    """A type the simulator has never heard of, such as the one Meta invents next year."""
    kind = str(given["type"])
    return {"type": kind, kind: given.get("content", {})}
