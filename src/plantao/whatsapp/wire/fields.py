"""Reading one key of a foreign object: the right type, a bounded size, or nothing. Never a surprise."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

_KINDS: Final = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}

JsonObject = dict[str, Any]

MAX_ID: Final = 512
MAX_NAME: Final = 200
MAX_TEXT: Final = 100_000

_PHONE: Final = re.compile(r"[0-9]{5,15}")
_BSUID: Final = re.compile(r"[A-Za-z]{2}\.[A-Za-z0-9._-]{1,200}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)
_LARGEST: Final = 1e12
_EARLIEST: Final = int(datetime(2009, 1, 1, tzinfo=UTC).timestamp())  # WhatsApp's first year
_LATEST: Final = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())


class Malformed(Exception):
    """One item cannot be read; the message is the reason, one English line without the item's values."""


def obj(parent: JsonObject, key: str) -> JsonObject:
    """The object at `key`, or an empty one."""
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def objects(parent: JsonObject, key: str) -> Iterator[JsonObject]:
    """The objects of the list at `key`; whatever else is there is passed over."""
    values = parent.get(key)
    return (value for value in values if isinstance(value, dict)) if isinstance(values, list) else iter(())


def text(parent: JsonObject, key: str, limit: int = MAX_TEXT) -> str | None:
    """The string (or number, as text) at `key`, cut at `limit` characters."""
    value = parent.get(key)
    if isinstance(value, str):
        return value[:limit]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (f"{value:.15g}" if isinstance(value, float) else str(value))[:limit]
    return None


def label(parent: JsonObject, key: str, limit: int = MAX_NAME) -> str | None:
    """A short text on one line without outer blanks; None when nothing is left."""
    value = text(parent, key, limit)
    return (" ".join(value.split()) or None) if value else None


def number(parent: JsonObject, key: str) -> float | None:
    """The finite number at `key`, also when it is written as text."""
    value = parent.get(key)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if -_LARGEST <= value <= _LARGEST else None


def ident(parent: JsonObject, key: str) -> str | None:
    """An identifier. A cut one would name something else, so a longer one than MAX_ID raises Malformed."""
    value = text(parent, key, MAX_ID + 1)
    if value is None:
        return None
    if len(value) > MAX_ID:
        raise Malformed(f"{key} is longer than {MAX_ID} characters")
    return value.strip() or None


def is_phone(value: str | None) -> bool:
    """Meta also puts BSUIDs into `from` and `wa_id`: only 5 to 15 ASCII digits are a phone."""
    return value is not None and _PHONE.fullmatch(value) is not None


def is_bsuid(value: str | None) -> bool:
    """A business-scoped user id: a country, a point, and letters and digits (`BR.1349…`, `BR.ENT.1181…`)."""
    return value is not None and _BSUID.fullmatch(value) is not None


def instant(parent: JsonObject, key: str) -> datetime | None:
    """A Unix time in seconds or milliseconds, number or string, as UTC; None when absent or absurd."""
    value = text(parent, key, 32)
    if value is None or not (value.isascii() and value.isdecimal()):
        return None
    number = int(value)
    seconds = number / 1000 if number >= _EARLIEST * 1000 else number
    return datetime.fromtimestamp(seconds, UTC) if _EARLIEST <= seconds < _LATEST else None


def kind_of(value: Any) -> str:
    """What a value is, for a reason a person reads."""
    return _KINDS.get(type(value), "a number")
