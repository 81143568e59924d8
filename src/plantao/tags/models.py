"""A tag, as it is kept and as it is shown."""

import unicodedata
from enum import StrEnum
from typing import Any, Final

import msgspec

MOST_TAGS: Final = 200
MOST_WORN: Final = 20  # by one conversation or customer


class TagColor(StrEnum):
    """What a screen makes of it is the screen's: readable on light and on dark."""

    GRAY = "gray"
    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    TEAL = "teal"
    BLUE = "blue"
    PURPLE = "purple"
    PINK = "pink"


class Tag(msgspec.Struct, frozen=True):
    id: int
    name: str
    color: TagColor


def tags_of(column: list[dict[str, Any]] | None) -> list[Tag]:
    """From a column made by `worn.column`: null without any."""
    return [Tag(one["id"], one["name"], TagColor(one["color"])) for one in column] if column else []


def key_of(name: str) -> str:
    """What two names have in common that people would take for one: `Sem Conexão` and `sem  conexao`."""
    parts = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return " ".join(letters.casefold().split())
