"""What a payload of `POST /<PHONE>/messages` must look like, as tables of rules by message type.

Codes: 131008 when something required is missing, 100 when a text is too long or the type is unknown,
131009 when a value is not acceptable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from plantao_simulator.errors import GraphError
from plantao_simulator.wire import JsonObject, is_bsuid


@dataclass(frozen=True, slots=True)
class Rule:
    """One field: where it is, whether it must be there, what it is, how long it may be."""

    path: str
    limit: int = 0
    required: bool = True
    kind: type | tuple[type, ...] = str

    def check(self, payload: JsonObject) -> None:
        value = dig(payload, self.path)
        if value is None or (value == "" and self.required):
            if self.required:
                raise GraphError(131008, f"The parameter {self.path} is required.")
            return
        if not isinstance(value, self.kind) or (isinstance(value, bool) and self.kind is not bool):
            raise GraphError(131009, f"Param {self.path} has the wrong type.")
        if self.limit and len(str(value)) > self.limit:
            raise GraphError(100, f"Param {self.path} must be at most {self.limit} characters long.")


def dig(payload: Any, path: str) -> Any:
    """The value at a dotted path, or None."""
    for name in path.split("."):
        payload = payload.get(name) if isinstance(payload, dict) else None
    return payload


_NUMBER = (int, float, str)
_COMMON = (
    Rule("biz_opaque_callback_data", 512, required=False),
    Rule("context", required=False, kind=dict),
    Rule("context.message_id", required=False),
)
_RULES: dict[str, tuple[Rule, ...]] = {
    "text": (Rule("text.body", 4096), Rule("text.preview_url", required=False, kind=bool)),
    "image": (Rule("image", kind=dict), Rule("image.caption", 1024, required=False)),
    "video": (Rule("video", kind=dict), Rule("video.caption", 1024, required=False)),
    "audio": (Rule("audio", kind=dict), Rule("audio.voice", required=False, kind=bool)),
    "sticker": (Rule("sticker", kind=dict),),
    "document": (
        Rule("document", kind=dict),
        Rule("document.caption", 1024, required=False),
        Rule("document.filename", 240, required=False),
    ),
    "location": (
        Rule("location.latitude", kind=_NUMBER),
        Rule("location.longitude", kind=_NUMBER),
        Rule("location.name", 1000, required=False),
        Rule("location.address", 1000, required=False),
    ),
    "contacts": (Rule("contacts", kind=list),),
    "reaction": (Rule("reaction.message_id"), Rule("reaction.emoji", required=False)),
    "interactive": (Rule("interactive", kind=dict), Rule("interactive.type")),
    "template": (
        Rule("template.name", 512),
        Rule("template.language.code"),
        Rule("template.components", required=False, kind=list),
    ),
}
TYPES = tuple(_RULES)


def check_payload(payload: JsonObject) -> str:
    """The message's type, or the refusal Meta would answer."""
    if payload.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required and must be 'whatsapp'.")
    if payload.get("recipient_type", "individual") != "individual":
        raise GraphError(131009, "recipient_type must be individual: groups are not simulated.")
    _check_recipient(payload)
    kind = payload.get("type", "text")
    if kind not in _RULES:
        raise GraphError(100, f"Param type must be one of {', '.join(TYPES)} - got {kind!r}.")
    for rule in (*_COMMON, *_RULES[kind]):
        rule.check(payload)
    if extra := _EXTRA.get(kind):
        extra(payload[kind], kind)
    return str(kind)


def _check_recipient(payload: JsonObject) -> None:
    to, recipient = payload.get("to"), payload.get("recipient")
    if not to and not recipient:
        raise GraphError(131008, "The parameter to or recipient is required.")
    if to and (not isinstance(to, str) or not any(c.isdigit() for c in to)):
        raise GraphError(131009, "Param to is not a phone number.")
    if not to and not is_bsuid(str(recipient)):
        raise GraphError(131009, "Param recipient is not a business-scoped user ID.")


def _media(media: JsonObject, kind: str) -> None:
    if ("id" in media) == ("link" in media):
        raise GraphError(131008 if "id" not in media else 100, f"{kind}: exactly one of id and link is required.")
    link = media.get("link")
    if link is not None and not str(link).startswith(("https://", "http://")):
        raise GraphError(131009, f"{kind}.link must be an http or https URL.")
    if kind in {"audio", "sticker"} and "caption" in media:
        raise GraphError(100, f"Unexpected key caption on param {kind}.")


def _location(location: JsonObject, _kind: str) -> None:
    try:
        fits = abs(float(location["latitude"])) <= 90 and abs(float(location["longitude"])) <= 180
    except ValueError:
        fits = False
    if not fits:
        raise GraphError(131009, "location: latitude or longitude is not valid.")


def _contacts(contacts: list[Any], _kind: str) -> None:
    if not contacts:
        raise GraphError(131008, "contacts must not be empty.")
    for contact in contacts:
        Rule("name.formatted_name").check(contact)
        if len(contact["name"]) < 2:
            raise GraphError(131009, "contacts: name needs formatted_name and at least one other part.")


def _reply_buttons(action: JsonObject) -> None:
    buttons = action.get("buttons") or []
    if not 1 <= len(buttons) <= 3:
        raise GraphError(131009, "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    for button in buttons:
        _between(dig(button, "reply.title"), 20, "Button title")
        _between(dig(button, "reply.id"), 256, "Button id")
    _distinct([dig(button, "reply.id") for button in buttons], "Button id")


def _list(action: JsonObject) -> None:
    _between(action.get("button"), 20, "Button label")
    sections = action.get("sections") or []
    rows = [row for section in sections for row in section.get("rows") or ()]
    if not 1 <= len(sections) <= 10 or not 1 <= len(rows) <= 10:
        raise GraphError(131009, "A list needs 1 to 10 sections and 1 to 10 rows in total.")
    for section in sections:
        if len(sections) > 1 or section.get("title"):
            _between(section.get("title"), 24, "Section title")
    for row in rows:
        _between(row.get("id"), 200, "Row id")
        _between(row.get("title"), 24, "Row title")
        if row.get("description"):
            _between(row["description"], 72, "Row description")
    _distinct([row.get("id") for row in rows], "Row id")


def _cta_url(action: JsonObject) -> None:
    _between(dig(action, "parameters.display_text"), 20, "display_text")
    if not str(dig(action, "parameters.url") or "").startswith(("https://", "http://")):
        raise GraphError(131009, "parameters.url must be an http or https URL.")


def _flow(action: JsonObject) -> None:
    _between(dig(action, "parameters.flow_cta"), 30, "flow_cta")
    if not (dig(action, "parameters.flow_id") or dig(action, "parameters.flow_name")):
        raise GraphError(131008, "flow_id or flow_name is required.")


def _location_request(action: JsonObject) -> None:
    if action.get("name") != "send_location":
        raise GraphError(131009, "action.name must be send_location.")


_ACTIONS: dict[str, Callable[[JsonObject], None]] = {
    "button": _reply_buttons,
    "list": _list,
    "cta_url": _cta_url,
    "flow": _flow,
    "location_request_message": _location_request,
}


def _interactive(interactive: JsonObject, _kind: str) -> None:
    check_action = _ACTIONS.get(interactive["type"])
    if check_action is None:
        raise GraphError(131009, f"interactive.type must be one of {', '.join(_ACTIONS)}.")
    _between(dig(interactive, "body.text"), 1024, "Body text")
    if dig(interactive, "footer.text") is not None:
        _between(interactive["footer"]["text"], 60, "Footer text")
    if dig(interactive, "header.type") == "text":
        _between(interactive["header"].get("text"), 60, "Header text")
    check_action(interactive.get("action") or {})


def _between(value: Any, longest: int, what: str) -> None:
    if value is None:
        raise GraphError(131008, f"{what} is required.")
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise GraphError(131009, f"{what} length invalid. Min length: 1, Max length: {longest}")


def _distinct(values: list[Any], what: str) -> None:
    if len(set(values)) != len(values):
        raise GraphError(131009, f"{what} must be unique.")


def _same_template(template: JsonObject, _kind: str) -> None:
    if not all(isinstance(part, dict) for part in template.get("components") or ()):
        raise GraphError(131009, "template.components must be objects.")


_EXTRA: dict[str, Callable[[Any, str], None]] = {
    "image": _media,
    "video": _media,
    "audio": _media,
    "sticker": _media,
    "document": _media,
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "template": _same_template,
}
