"""Whether the values that are sent along fit a template: its rules without any I/O, and its text with them filled in.

Meta refuses what does not fit, but later and with a number; a person can still correct it here.
"""

from collections.abc import Sequence
from typing import Any, Final

from plantao.whatsapp.account.models import Component
from plantao.whatsapp.account.shape import VARIABLE, Button, Shape, variables

_TEXTS: Final = ("text", "currency", "date_time")
_SUB_TYPES: Final = {"URL": "url", "OTP": "url", "QUICK_REPLY": "quick_reply", "COPY_CODE": "copy_code", "FLOW": "flow"}
_PAYLOADS: Final = {"quick_reply": "payload", "copy_code": "coupon_code", "flow": "action"}
_HEADERS: Final = {"IMAGE": "imagem", "VIDEO": "vídeo", "DOCUMENT": "documento", "LOCATION": "localização"}


class Misfit(ValueError):
    """What is wrong with the values, in Portuguese."""


def check_fit(shape: Shape, given: Sequence[Component]) -> None:
    """Raises `Misfit` for what Meta would refuse. Kinds of components that we know nothing of are left to Meta."""
    parts = [(str(part.get("type", "")).lower(), part) for part in given]
    _check_once(parts)
    header = next((part for kind, part in parts if kind == "header"), None)
    body = next((part for kind, part in parts if kind == "body"), None)
    _check_header(shape, _parameters(header, "cabeçalho"))
    _check_texts("corpo", shape.body, _parameters(body, "corpo"))
    _check_buttons(shape, [part for kind, part in parts if kind == "button"])


def _check_once(parts: Sequence[tuple[str, Component]]) -> None:
    kinds = [kind for kind, _ in parts if kind in ("header", "body")]
    if len(set(kinds)) < len(kinds):
        raise Misfit("O mesmo componente vem duas vezes.")


def _parameters(part: Component | None, place: str) -> list[Component]:
    values = None if part is None else part.get("parameters")
    if values is None:
        return []
    if not isinstance(values, list) or not all(isinstance(one, dict) for one in values):
        raise Misfit(f"Os valores do {place} devem ser uma lista de objetos.")
    return values


def _check_header(shape: Shape, given: list[Component]) -> None:
    if shape.header == "TEXT" or shape.header is None:
        _check_texts("cabeçalho", shape.header_text, given)
        return
    if shape.header not in _HEADERS:
        return
    what = _HEADERS[shape.header]
    if len(given) != 1:
        raise Misfit(f"O cabeçalho precisa de um valor: {what}.")
    kind = shape.header.lower()
    value = given[0].get(kind)
    if given[0].get("type") != kind or not isinstance(value, dict):
        raise Misfit(f"O cabeçalho precisa de um valor do tipo {kind}: {what}.")
    if kind == "location":
        _check_location(value)
    elif not any(isinstance(value.get(key), str) and value[key] for key in ("id", "link")):
        raise Misfit(f"O cabeçalho precisa de id ou link: {what}.")


def _check_location(value: Component) -> None:
    if any(value.get(key) in (None, "") for key in ("latitude", "longitude")):
        raise Misfit("O cabeçalho precisa de latitude e longitude.")


def _check_texts(place: str, text: str, given: list[Component]) -> None:
    """One value for each variable: by their order, or by their names."""
    wanted = variables(text)
    for value in given:
        _check_text(place, value)
    if any(not name.isdigit() for name in wanted):
        _check_names(place, wanted, given)
    elif len(given) < len(wanted):
        missing = ", ".join(f"{{{{{name}}}}}" for name in sorted(wanted, key=int)[len(given) :])
        raise Misfit(f"Falta valor no {place} para {missing}.")
    elif len(given) > len(wanted):
        raise Misfit(f"O {place} tem {len(wanted)} variáveis e vieram {len(given)} valores.")


def _check_names(place: str, wanted: list[str], given: list[Component]) -> None:
    names = [value.get("parameter_name") for value in given]
    missing = [f"{{{{{name}}}}}" for name in wanted if name not in names]
    if missing:
        raise Misfit(f"Falta valor no {place} para {', '.join(missing)} (em parameter_name).")
    if len(names) > len(wanted):
        raise Misfit(f"O {place} tem {len(wanted)} variáveis e vieram {len(names)} valores.")


def _check_text(place: str, value: Component) -> None:
    kind = value.get("type")
    if kind not in _TEXTS:
        raise Misfit(f"Um valor do {place} tem tipo inválido. Use: {', '.join(_TEXTS)}.")
    said = value.get(kind)
    if kind == "text" and not (isinstance(said, str) and said.strip()):
        raise Misfit(f"Um valor do {place} está vazio.")
    if kind != "text" and not isinstance(said, dict):
        raise Misfit(f"Um valor do {place}, do tipo {kind}, deve ser um objeto.")


def _check_buttons(shape: Shape, given: list[Component]) -> None:
    by_index = {_index(part): part for part in given}
    if len(by_index) < len(given):
        raise Misfit("O mesmo botão vem duas vezes.")
    for index in by_index:
        if index >= len(shape.buttons):
            raise Misfit(f"O template não tem botão com index {index}.")
    for index, button in enumerate(shape.buttons):
        _check_button(index, button, by_index.get(index))


def _index(part: Component) -> int:
    """Meta takes a number, or its digits."""
    value = part.get("index")
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).isdecimal() or len(str(value)) > 2:
        raise Misfit("Cada botão precisa de index: 0 é o primeiro.")
    return int(value)


def _check_button(index: int, button: Button, part: Component | None) -> None:
    if part is None:
        if button.needs_url:
            raise Misfit(f"Falta o final do endereço do botão {index} ({button.text}).")
        if button.kind == "COPY_CODE":
            raise Misfit(f"Falta o código do botão {index} ({button.text}).")
        return
    wanted = _SUB_TYPES.get(button.kind)
    if wanted is None or (wanted == "url" and not button.needs_url):
        raise Misfit(f"O botão {index} ({button.text}) não recebe valor.")
    if str(part.get("sub_type", "")).lower() != wanted:
        raise Misfit(f"O botão {index} ({button.text}) é do tipo {wanted}: corrija sub_type.")
    given = _parameters(part, f"botão {index}")
    if wanted == "url":
        _check_suffix(index, button, given)
        return
    key = _PAYLOADS[wanted]
    if any(one.get("type") != key or not one.get(key) for one in given) or (wanted == "copy_code" and not given):
        raise Misfit(f"O botão {index} ({button.text}) precisa de um valor do tipo {key}.")


def _check_suffix(index: int, button: Button, given: list[Component]) -> None:
    said = given[0].get("text") if len(given) == 1 and given[0].get("type") == "text" else None
    if not isinstance(said, str) or not said.strip():
        raise Misfit(f"Falta o final do endereço do botão {index} ({button.text}), um valor do tipo text.")


def filled(shape: Shape, given: Sequence[Component]) -> str:
    """The template as the customer reads it: header, body and footer, each on lines of its own."""
    values = {str(part.get("type", "")).lower(): _values(part) for part in given}
    header = _fill(shape.header_text, values.get("header", {}))
    lines = (header, _fill(shape.body, values.get("body", {})), shape.footer)
    return "\n".join(line for line in lines if line)


def _values(part: Component) -> dict[str, str]:
    """By name, or by number from 1."""
    found = part.get("parameters")
    given = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return {str(one.get("parameter_name") or number): _shown(one) for number, one in enumerate(given, 1)}


def _shown(parameter: dict[str, Any]) -> str:
    value = parameter.get(str(parameter.get("type")))
    said = value.get("fallback_value") if isinstance(value, dict) else value
    return said if isinstance(said, str) else ""


def _fill(text: str, values: dict[str, str]) -> str:
    return VARIABLE.sub(lambda found: values.get(found[1]) or found[0], text)
