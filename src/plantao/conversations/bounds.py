"""What no database column and no screen can take, refused before anything is stored."""

import math
from typing import Any, Final

from plantao.kit.errors import ValidationFailed

MAX_TEXT: Final = 4096  # Meta's limit for a text
MAX_DEPTH: Final = 12
MAX_NODES: Final = 1000


def clean_text(value: str) -> str:
    """Refuses what no database column and no screen can take."""
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("O texto contém caracteres inválidos.")
    return value


def check_clean(name: str, value: str | None) -> None:
    try:
        clean_text(value or "")
    except ValueError as error:
        raise ValidationFailed(str(error), field=name) from None


def check_json(field: str, value: Any) -> None:
    """Storable and bounded; what it means is between the client and Meta."""
    nodes: list[tuple[Any, int]] = [(value, 0)]
    seen = 0
    while nodes:
        node, depth = nodes.pop()
        seen += 1
        if depth > MAX_DEPTH or seen > MAX_NODES:
            raise ValidationFailed("Os dados são grandes demais.", field=field)
        _check_node(field, node)
        children = [*node, *node.values()] if isinstance(node, dict) else node if isinstance(node, list) else ()
        nodes.extend((child, depth + 1) for child in children)


def _check_node(field: str, node: Any) -> None:
    if isinstance(node, float) and not math.isfinite(node):
        raise ValidationFailed("Os dados têm um número inválido.", field=field)
    if isinstance(node, str):
        if len(node) > MAX_TEXT:
            raise ValidationFailed(f"Cada texto deve ter no máximo {MAX_TEXT} caracteres.", field=field)
        check_clean(field, node)
