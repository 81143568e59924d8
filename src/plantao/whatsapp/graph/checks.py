"""The few questions that all limits are made of."""

from collections.abc import Sequence

from plantao.whatsapp.graph import words


class PayloadError(ValueError):
    """`field` breaks a limit; `message_pt` tells a person how."""

    def __init__(self, field: str, message_pt: str) -> None:
        super().__init__(f"{field}: {message_pt}")
        self.field = field
        self.message_pt = message_pt


def check_text(field: str, value: str, limit: int) -> None:
    if not value.strip():
        raise PayloadError(field, words.EMPTY)
    check_optional(field, value, limit)


def check_optional(field: str, value: str | None, limit: int) -> None:
    if value is not None and len(value) > limit:
        raise PayloadError(field, words.TOO_LONG.format(limit=limit))


def check_count(field: str, items: Sequence[object], high: int) -> None:
    if not 1 <= len(items) <= high:
        raise PayloadError(field, words.COUNT.format(low=1, high=high))


def check_distinct(field: str, values: Sequence[str]) -> None:
    if len(set(values)) != len(values):
        raise PayloadError(field, words.REPEATED)


def check_link(field: str, link: str, limit: int = 2048) -> None:
    if not link.startswith(("http://", "https://")):
        raise PayloadError(field, words.LINK)
    check_optional(field, link, limit)
