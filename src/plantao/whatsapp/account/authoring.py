"""What Meta asks of a new template, without any I/O: told with the field's name before Meta is asked."""

import re
from collections.abc import Sequence
from typing import Any, Final

from plantao.kit.errors import ValidationFailed
from plantao.whatsapp.account.models import Component
from plantao.whatsapp.account.shape import VARIABLE, variables

MAX_NAME: Final = 512
MAX_BODY, MAX_HEADER, MAX_FOOTER = 1024, 60, 60
MAX_BUTTONS, MAX_BUTTON_TEXT = 10, 25
MAX_URL, MAX_PHONE = 2000, 20
HEADERS: Final = ("TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION")
TYPES: Final = ("HEADER", "BODY", "FOOTER", "BUTTONS")

_NAME: Final = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?")
_ADJACENT: Final = re.compile(r"\}\}\s*\{\{")


def check_new(name: str, language: str, category: str, components: Sequence[Component]) -> None:
    """Raises `ValidationFailed`; `field` is the part that is wrong: `name`, `body.text`, `buttons.url`."""
    if _NAME.fullmatch(name) is None:
        raise _wrong("name", f"O nome aceita letras minúsculas, números e sublinhado, no máximo {MAX_NAME}.")
    if _LANGUAGE.fullmatch(language) is None:
        raise _wrong("language", "Idioma inválido (exemplo: pt_BR).")
    parts = _by_type(components)
    if "BODY" not in parts:
        raise _wrong("components", "O template precisa de um corpo (BODY).")
    if category != "AUTHENTICATION":  # Meta itself writes those
        _check_body(parts["BODY"])
    if "HEADER" in parts:
        _check_header(parts["HEADER"])
    if "FOOTER" in parts and category != "AUTHENTICATION":
        _check_footer(parts["FOOTER"])
    if "BUTTONS" in parts:
        _check_buttons(parts["BUTTONS"].get("buttons"))


def parameter_format(components: Sequence[Component]) -> str:
    texts = [str(part.get("text") or "") for part in components]
    return "NAMED" if any(not name.isdigit() for text in texts for name in variables(text)) else "POSITIONAL"


def _by_type(components: Sequence[Component]) -> dict[str, Component]:
    found: dict[str, Component] = {}
    for part in components:
        kind = str(part.get("type", "")).upper()
        if kind not in TYPES:
            raise _wrong("components", f"Cada componente precisa de um tipo: {', '.join(TYPES)}.")
        if kind in found:
            raise _wrong("components", f"O componente {kind} vem duas vezes.")
        found[kind] = part
    return found


def _check_body(part: Component) -> None:
    text = _text(part, "body.text", MAX_BODY)
    names = _check_variables("body.text", text)
    if text.lstrip().startswith("{{") or text.rstrip().endswith("}}"):
        raise _wrong("body.text", "O corpo não pode começar nem terminar com uma variável.")
    example = part.get("example")
    if names and not _has_examples(example if isinstance(example, dict) else {}, names):
        raise _wrong(
            "body.example",
            f"Dê um exemplo para cada uma das {len(names)} variáveis (body_text ou body_text_named_params).",
        )


def _check_header(part: Component) -> None:
    kind = str(part.get("format", "")).upper()
    if kind not in HEADERS:
        raise _wrong("header.format", f"O formato do cabeçalho deve ser um destes: {', '.join(HEADERS)}.")
    if kind != "TEXT":
        return
    text = _text(part, "header.text", MAX_HEADER)
    if len(_check_variables("header.text", text)) > 1:
        raise _wrong("header.text", "O cabeçalho aceita uma variável.")
    if VARIABLE.search(text) and not part.get("example"):
        raise _wrong("header.example", "Dê um exemplo para a variável do cabeçalho (header_text).")


def _check_footer(part: Component) -> None:
    if VARIABLE.search(_text(part, "footer.text", MAX_FOOTER)):
        raise _wrong("footer.text", "O rodapé não aceita variáveis.")


def _check_variables(field: str, text: str) -> list[str]:
    """The variables of a text: all numbers from 1, or all names."""
    names = variables(text)
    if _ADJACENT.search(text):
        raise _wrong(field, "Duas variáveis não podem ficar lado a lado: escreva algo entre elas.")
    if VARIABLE.sub("", text).count("{{"):
        raise _wrong(field, "Uma variável é um número ou um nome entre chaves duplas: {{1}} ou {{nome}}.")
    numbers = [name for name in names if name.isdigit()]
    if numbers and len(numbers) < len(names):
        raise _wrong(field, "As variáveis são todas números ou todas nomes.")
    if numbers and sorted(map(int, numbers)) != list(range(1, len(numbers) + 1)):
        raise _wrong(field, "As variáveis devem ser numeradas em sequência: {{1}}, {{2}}, {{3}}.")
    return names


def _has_examples(example: dict[str, Any], names: list[str]) -> bool:
    positional, named = example.get("body_text"), example.get("body_text_named_params")
    if isinstance(positional, list) and positional and isinstance(positional[0], list):
        return len(positional[0]) == len(names)
    return isinstance(named, list) and len(named) == len(names)


def _check_buttons(buttons: Any) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= MAX_BUTTONS:
        raise _wrong("buttons", f"Informe de 1 a {MAX_BUTTONS} botões.")
    for button in buttons:
        if not isinstance(button, dict) or not isinstance(button.get("type"), str):
            raise _wrong("buttons.type", "Cada botão precisa de um tipo (QUICK_REPLY, URL, PHONE_NUMBER ...).")
        _check_button(button)
    texts = [button["text"] for button in buttons if button.get("text")]
    if len(set(texts)) < len(texts):
        raise _wrong("buttons.text", "Dois botões não podem ter o mesmo texto.")


def _check_button(button: Component) -> None:
    kind = button["type"].upper()
    if kind in ("QUICK_REPLY", "URL", "PHONE_NUMBER", "FLOW") or "text" in button:
        _text(button, "buttons.text", MAX_BUTTON_TEXT)
    if kind == "PHONE_NUMBER":
        _text(button, "buttons.phone_number", MAX_PHONE)
    if kind == "URL":
        _check_url(button)


def _check_url(button: Component) -> None:
    url = _text(button, "buttons.url", MAX_URL)
    if not url.startswith(("https://", "http://")):
        raise _wrong("buttons.url", "O endereço do botão precisa começar com https://.")
    names = _check_variables("buttons.url", url)
    if names and not (len(names) == 1 and url.endswith("}}")):
        raise _wrong("buttons.url", "O endereço do botão aceita uma variável, e no final.")
    if names and not button.get("example"):
        raise _wrong("buttons.example", "Dê um exemplo para a variável do endereço do botão.")


def _text(part: Component, field: str, limit: int) -> str:
    value = part.get(field.rpartition(".")[2])
    if not isinstance(value, str) or not value.strip():
        raise _wrong(field, "Não pode ficar vazio.")
    if len(value) > limit:
        raise _wrong(field, f"Deve ter no máximo {limit} caracteres.")
    return value


def _wrong(field: str, detail: str) -> ValidationFailed:
    return ValidationFailed(detail, field=field)
