"""What a template is made of, read from Meta's components: texts with variables, a header, buttons."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from plantao.whatsapp.account.models import Component

VARIABLE: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Button:
    """`kind`: QUICK_REPLY, URL, PHONE_NUMBER, COPY_CODE, FLOW, ...; a variable in `url` asks for a value."""

    kind: str
    text: str
    url: str

    @property
    def needs_url(self) -> bool:
        return self.kind in ("URL", "OTP") and VARIABLE.search(self.url) is not None


@dataclass(frozen=True, slots=True)
class Shape:
    """`header`: its format, or None. `others`: kinds of components that we know nothing of (CAROUSEL, ...)."""

    header: str | None
    header_text: str
    body: str
    footer: str
    buttons: tuple[Button, ...]
    others: frozenset[str]


def variables(text: str) -> list[str]:
    """`["1", "2"]`, or names; each once, in the order of the text."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


def shape_of(components: Sequence[Component]) -> Shape:
    parts = {str(part.get("type", "")).upper(): part for part in components}
    header = parts.pop("HEADER", None)
    body, footer, buttons = (parts.pop(name, {}) for name in ("BODY", "FOOTER", "BUTTONS"))
    return Shape(
        header=None if header is None else str(header.get("format") or "TEXT").upper(),
        header_text=_text(header or {}, "text"),
        body=_text(body, "text"),
        footer=_text(footer, "text"),
        buttons=tuple(_button(one) for one in _objects(buttons.get("buttons"))),
        others=frozenset(parts),
    )


def _button(value: Component) -> Button:
    return Button(str(value.get("type", "")).upper(), _text(value, "text"), _text(value, "url"))


def _text(value: Component, key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""


def _objects(values: Any) -> list[Component]:
    return [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []
