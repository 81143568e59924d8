"""The contents of what customers write, type by type, in Meta's shape."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from plantao_simulator.errors import webhook_error
from plantao_simulator.wire import JsonObject, dialled, new_bsuid

SAMPLE_REFERRAL: JsonObject = {
    "source_url": "https://fb.me/3cr4Wqqkv",
    "source_id": "120226305854810726",
    "source_type": "ad",
    "headline": "Fibra de 500 mega",
    "body": "Peça a sua instalação pelo WhatsApp",
    "media_type": "image",
    "image_url": "https://scontent.xx.fbcdn.net/v/t45.1",
    "ctwa_clid": "Aff-n8ZTODiE79d22KtAwQKj9e",
}


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
    return {"type": "contacts", "contacts": given["contacts"]} | _picked("origin")(given)


def _shared_phone(given: Mapping[str, Any]) -> JsonObject:
    """The customer lets the company see the phone it asked for."""
    phone, name = str(given["phone"]), str(given.get("name", "Cliente"))
    lines = ("BEGIN:VCARD", "VERSION:3.0", f"FN:{name}", f"TEL;waid={dialled(phone)}:{phone}", "END:VCARD")
    card = {"vcard": "\n".join(lines), "phones": [{"phone": phone}]}
    return {"type": "contacts", "origin": "contact_request", "contacts": [card]}


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


def _flow_reply(given: Mapping[str, Any]) -> JsonObject:
    """A filled form; the answers travel as JSON inside a string."""
    answers = dict(given["answers"]) | _picked("flow_token")(given)
    reply = {"response_json": json.dumps(answers, ensure_ascii=False), "body": "Sent", "name": "flow"}
    return {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": reply}}


def _call_permission(given: Mapping[str, Any]) -> JsonObject:
    reply: JsonObject = {
        "response": given.get("response", "accept"),
        "is_permanent": bool(given.get("permanent", False)),
        "response_source": "user_action",
    }
    reply |= _picked("expiration_timestamp")(given)
    return {"type": "interactive", "interactive": {"type": "call_permission_reply", "call_permission_reply": reply}}


def _order(given: Mapping[str, Any]) -> JsonObject:
    order = {"catalog_id": given.get("catalog_id", "194836987003835"), "text": given.get("text", "")}
    return {"type": "order", "order": order | {"product_items": given["items"]}}


def _edit(given: Mapping[str, Any]) -> JsonObject:
    new = {"context": {"id": "M0"}, **_text(given)}
    return {"type": "edit", "edit": {"original_message_id": given["message_id"], "message": new}}


def _revoke(given: Mapping[str, Any]) -> JsonObject:
    return {"type": "revoke", "revoke": {"original_message_id": given["message_id"]}}


def _number_changed(given: Mapping[str, Any]) -> JsonObject:
    """`body` is written when the customer is known."""
    return {"type": "system", "system": {"wa_id": dialled(str(given["phone"])), "type": "user_changed_number"}}


def _user_id_changed(given: Mapping[str, Any]) -> JsonObject:
    new = str(given.get("user_id") or new_bsuid(None))
    return {"type": "system", "system": {"user_id": new, "type": "user_changed_user_id"}}


def _identity_changed(given: Mapping[str, Any]) -> JsonObject:
    return {
        "type": "system",
        "identity": {"acknowledged": True, "hash": str(given.get("hash") or secrets.token_urlsafe(8))},
        "system": {"body": "User identity changed", "type": "customer_identity_changed"},
    }


def _too_large(_given: Mapping[str, Any]) -> JsonObject:
    """A file Meta did not take. The documentation does not show which type comes with the error."""
    error = webhook_error(131052, "Media file too big. Max file size we currently support: 100 MB.")
    error.pop("href")
    return {"type": "unsupported", "errors": [error]}


FIELDS: dict[str, str] = {
    "text": "text",
    "location": "latitude longitude name address url",
    "contacts": "contacts origin",
    "shared_phone": "phone name",
    "reaction": "message_id emoji",
    "button": "text payload",
    "button_reply": "id title",
    "list_reply": "id title description",
    "flow_reply": "answers flow_token",
    "call_permission_reply": "response permanent expiration_timestamp",
    "order": "items catalog_id text",
    "edit": "message_id text",
    "revoke": "message_id",
    "number_changed": "phone",
    "user_id_changed": "user_id",
    "identity_changed": "hash",
    "too_large": "",
    "unsupported": "kind",
}
"""What a description may have beside `type` and the fields of every type."""

BUILDERS: dict[str, Callable[[Mapping[str, Any]], JsonObject]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "shared_phone": _shared_phone,
    "reaction": _reaction,
    "button": _button,
    "button_reply": _interactive("button_reply"),
    "list_reply": _interactive("list_reply"),
    "flow_reply": _flow_reply,
    "call_permission_reply": _call_permission,
    "order": _order,
    "edit": _edit,
    "revoke": _revoke,
    "number_changed": _number_changed,
    "user_id_changed": _user_id_changed,
    "identity_changed": _identity_changed,
    "too_large": _too_large,
    "unsupported": _unsupported,
}
