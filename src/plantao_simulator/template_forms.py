"""What Meta checks when a template is handed in, and what its review finds afterwards."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from plantao_simulator.errors import GraphError
from plantao_simulator.templates import VARIABLE, ButtonKind, Category, Template, TemplateButton, variables_of
from plantao_simulator.wire import JsonObject

_CATEGORIES: dict[str, Category] = {one: one for one in get_args(Category)}
_FORMATS = {"TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"}
_BUTTONS: dict[str, ButtonKind] = {one: one for one in get_args(ButtonKind)}
_EDGE_VARIABLE = 2388299
_ADJACENT = re.compile(r"\}\}\s*\{\{")

ADJACENT_VARIABLES: JsonObject = {
    "reason": "Two parameters stand next to each other without a word between them.",
    "recommendation": "Put words between the parameters, so that each of them is clear.",
}


def new_template(payload: JsonObject) -> Template:
    """A template under review, with an id of its own; GraphError 100 when Meta would not take it."""
    name, category = str(payload.get("name", "")), _CATEGORIES.get(str(payload.get("category", "")).upper())
    if not re.fullmatch(r"[a-z0-9_]{1,512}", name):
        raise GraphError(100, "name may have lower-case letters, digits and underscores only, at most 512.")
    if category is None:
        raise GraphError(100, f"category must be one of {', '.join(sorted(_CATEGORIES))}.")
    blank = Template(
        id=str(10**15 + secrets.randbelow(9 * 10**15)),
        name=name,
        body="",
        language=str(payload.get("language") or "pt_BR"),
        category=category,
        status="PENDING",
    )
    return with_components(blank, payload.get("components"))


def with_components(template: Template, given: Any) -> Template:
    """The template with these components in place of its own; GraphError 100 when one breaks a rule."""
    if not isinstance(given, list) or not all(isinstance(part, dict) for part in given):
        raise GraphError(100, "components must be a list of objects.")
    parts = {str(part.get("type", "")).upper(): part for part in given}
    header, buttons = parts.get("HEADER", {}), parts.get("BUTTONS", {}).get("buttons") or []
    made = replace(
        template,
        body=_body(parts.get("BODY"), template.category),
        header=_format(header),
        header_text=str(header.get("text", "")),
        footer=_short("footer", parts.get("FOOTER", {}).get("text", ""), 60),
        buttons=_buttons(buttons),
        components=tuple(given),
    )
    _check_variables(made, parts)
    return made


def _body(part: Mapping[str, Any] | None, category: str) -> str:
    if part is not None and category == "AUTHENTICATION":  # Meta writes this text itself
        return "{{1}} é o seu código de verificação."
    text = str((part or {}).get("text", ""))
    if not 1 <= len(text) <= 1024:
        raise GraphError(100, "components: a BODY with 1 to 1024 characters is required.")
    if VARIABLE.match(text.strip()) or text.rstrip().endswith("}}"):
        raise GraphError(100, "Variables can't be at the start or end of the template.", subcode=_EDGE_VARIABLE)
    return text


def _format(header: Mapping[str, Any]) -> Any:
    kind = str(header.get("format", "")).upper() or None
    if kind is None:
        return None
    if kind not in _FORMATS:
        raise GraphError(100, f"components: HEADER format must be one of {', '.join(sorted(_FORMATS))}.")
    text = _short("header", header.get("text", ""), 60)
    if kind == "TEXT" and not text:
        raise GraphError(100, "components: a HEADER of format TEXT needs a text.")
    return kind


def _short(what: str, text: Any, limit: int) -> str:
    if not isinstance(text, str) or len(text) > limit:
        raise GraphError(100, f"components: {what} may have at most {limit} characters.")
    return text


def _buttons(given: list[JsonObject]) -> tuple[TemplateButton, ...]:
    if len(given) > 10:
        raise GraphError(100, "components: at most 10 buttons.")
    return tuple(_button(button) for button in given)


def _button(given: JsonObject) -> TemplateButton:
    kind = _BUTTONS.get(str(given.get("type", "")).upper())
    if kind is None:
        raise GraphError(100, f"components: button type must be one of {', '.join(sorted(_BUTTONS))}.")
    text = _short("button text", given.get("text", ""), 25)
    if kind in {"QUICK_REPLY", "URL", "PHONE_NUMBER"} and not text:
        raise GraphError(100, f"components: a button of type {kind} needs a text.")
    return TemplateButton(kind=kind, text=text, url=str(given.get("url", "")))


def _check_variables(template: Template, parts: Mapping[str, JsonObject]) -> None:
    """Positional variables count up from 1, all are of one kind, and each part with variables brings an example."""
    names = template.variables
    digits = [name for name in names if name.isdigit()]
    if digits and len(digits) != len(names):
        raise GraphError(100, "components: positional and named variables may not be mixed.")
    if digits and sorted(map(int, digits)) != list(range(1, len(digits) + 1)):
        raise GraphError(100, "components: positional variables must be {{1}}, {{2}} and so on.")
    if len(variables_of(template.header_text)) > 1:
        raise GraphError(100, "components: a header may have one variable only.")
    for part in ("BODY", "HEADER"):
        text = template.body if part == "BODY" else template.header_text
        if variables_of(text) and template.category != "AUTHENTICATION":
            _check_example(part, parts[part].get("example"))


def _check_example(part: str, example: Any) -> None:
    """Examples are asked for by the review; whoever sends the key has to fill it."""
    if example is not None and (not isinstance(example, dict) or not any(example.values())):
        raise GraphError(100, f"components: the example of {part} is empty.")


def fault_found(template: Template) -> JsonObject | None:
    """What the review finds wrong by itself; None: nothing."""
    return ADJACENT_VARIABLES if _ADJACENT.search(template.body) else None
