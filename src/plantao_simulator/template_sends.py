"""What Meta checks when a template is sent, and what the customer's phone then shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from plantao_simulator.errors import GraphError
from plantao_simulator.templates import VARIABLE, Template, TemplateButton, TemplateShelf, variables_of

_LONGEST = 1024
_SENDABLE = {"APPROVED", "PAUSED", "DISABLED"}
_BREAKING = re.compile(r"[\n\t\r]| {5,}")
_TEXTUAL = {"text", "currency", "date_time"}


def check_template(shelf: TemplateShelf, sent: Mapping[str, Any]) -> Template:
    """The template a send names, or the refusal: 132001, 132015, 132016, 132000, 132005, 132012, 132018, 131008."""
    name, language = str(sent["name"]), str(sent["language"]["code"])
    template = shelf.by_key.get((name, language))
    if template is None or template.status not in _SENDABLE:
        raise GraphError(132001, f"template name ({name}) does not exist in {language}")
    if template.status != "APPROVED":
        raise GraphError(132015 if template.status == "PAUSED" else 132016)
    body = parameters(sent, "body")
    _check_texts("body", template.body, body)
    _check_header(template, parameters(sent, "header"))
    _check_buttons(template, sent)
    if len(_filled(template.body, body)) > _LONGEST:
        raise GraphError(132005, f"body: the text is longer than {_LONGEST} characters with its parameters put in")
    return template


def parameters(sent: Mapping[str, Any], component: str) -> list[Any]:
    for part in sent.get("components") or ():
        if str(part.get("type", "")).lower() == component:
            return list(part.get("parameters") or ())
    return []


def _count_mismatch(part: str, given: int, wanted: int) -> GraphError:
    details = f"{part}: number of localizable_params ({given}) does not match the expected number of params ({wanted})"
    return GraphError(132000, details)


def _check_texts(part: str, text: str, given: list[Any]) -> None:
    wanted = variables_of(text)
    if len(given) != len(wanted):
        raise _count_mismatch(part, len(given), len(wanted))
    named = any(not name.isdigit() for name in wanted)
    if named and {p.get("parameter_name") for p in given} != set(wanted):
        raise GraphError(132012, f"{part}: parameter_name does not match the template's named parameters")
    for index, parameter in enumerate(given):
        _check_text(f"{part}: parameter {index}", parameter)


def _check_text(where: str, parameter: Mapping[str, Any]) -> None:
    kind = str(parameter.get("type", "text"))
    if kind not in _TEXTUAL:
        raise GraphError(132012, f"{where}: format mismatch, expected TEXT, received {kind.upper()}")
    shown = _shown(parameter)
    if not shown:
        raise GraphError(131008, f"{where}: {kind} is required")
    if _BREAKING.search(shown):
        raise GraphError(132018, f"{where}: may not have line breaks, tabs or more than four spaces in a row")


def _check_header(template: Template, given: list[Any]) -> None:
    if template.header in {None, "TEXT"}:
        _check_texts("header", template.header_text, given)
        return
    if len(given) != 1:
        raise _count_mismatch("header", len(given), 1)
    kind = str(given[0].get("type", "")).lower()
    if kind.upper() != template.header:
        raise GraphError(132012, f"header: Format mismatch, expected {template.header}, received {kind.upper()}")
    if not given[0].get(kind):
        raise GraphError(131008, f"header: {kind} is required")


def _check_buttons(template: Template, sent: Mapping[str, Any]) -> None:
    given = {str(p.get("index")): p for p in sent.get("components") or () if str(p.get("type")).lower() == "button"}
    for index, button in enumerate(template.buttons):
        if "{{" in button.url and not (given.get(str(index)) or {}).get("parameters"):
            raise GraphError(131008, f"buttons: Button at index {index} of type Url requires a parameter")
    for place, part in given.items():
        _check_button(template, place, part)


def _check_button(template: Template, place: str, part: Mapping[str, Any]) -> None:
    if not place.isdigit() or int(place) >= len(template.buttons):
        raise GraphError(132000, "buttons: the template has no button at this index")
    kind = str(part.get("sub_type", "")).upper()
    if kind != template.buttons[int(place)].kind:
        raise GraphError(132012, f"buttons: Button at index {place} is not of type {kind}")


def _filled(text: str, given: list[Any]) -> str:
    keys = [p.get("parameter_name") or str(i) for i, p in enumerate(given, 1)]
    values = {key: _shown(parameter) for key, parameter in zip(keys, given, strict=True)}
    return VARIABLE.sub(lambda match: values.get(match[1], match[0]), text)


def rendered(template: Template, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What the customer's phone shows: texts with the parameters put in, and the buttons to tap."""
    header = _filled(template.header_text, parameters(sent, "header") if template.header == "TEXT" else [])
    body = _filled(template.body, parameters(sent, "body"))
    buttons = [
        {"kind": b.kind, "text": b.text, "payload": _payload(sent, i, b), "url": _url(sent, i, b)}
        for i, b in enumerate(template.buttons)
    ]
    return {"header": header, "body": body, "footer": template.footer, "buttons": buttons}


def _shown(parameter: Mapping[str, Any]) -> str:
    inner = parameter.get(str(parameter.get("type", "text")), "")
    return str(inner.get("fallback_value", "")) if isinstance(inner, Mapping) else str(inner)


def _parameter(sent: Mapping[str, Any], index: int) -> Mapping[str, Any]:
    """The first parameter given for a button, {} if there is none."""
    for part in sent.get("components") or ():
        if str(part.get("type")).lower() == "button" and str(part.get("index")) == str(index):
            return dict((part.get("parameters") or [{}])[0])
    return {}


def _payload(sent: Mapping[str, Any], index: int, button: TemplateButton) -> str:
    return str(_parameter(sent, index).get("payload", button.text))


def _url(sent: Mapping[str, Any], index: int, button: TemplateButton) -> str:
    """Where a button leads, with its one variable put in; "" if it leads nowhere."""
    suffix = str(_parameter(sent, index).get("text", ""))
    return VARIABLE.sub(lambda _: suffix, button.url)
