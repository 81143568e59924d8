"""JSON of foreign origin to a tree that PostgreSQL can store, and back to text.

msgspec reads the usual body in a few microseconds, but refuses a whole body for one lone surrogate, one number
like 1e999, one broken UTF-8 byte or one deep nest. Such a body is read again by the standard library, so that the
damage stays within the item that has it.
"""

import json
import math
import re
from typing import Any, Final

import msgspec

MAX_DEPTH: Final = 64  # Meta's deepest payload has about a dozen levels
REPLACEMENT: Final = "\ufffd"

_FAST: Final = msgspec.json.Decoder()
_ENCODER: Final = msgspec.json.Encoder()
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
# A string (perhaps never closed) or a bracket. The possessive quantifier keeps this linear on hostile bodies.
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def read_json(body: bytes) -> Any:
    """The value in `body`, with NUL and lone surrogates replaced by U+FFFD in every string and key.

    Nests deeper than MAX_DEPTH and numbers that no JSON number type holds may come back as strings.
    Raises ValueError when the bytes are no JSON at all.
    """
    try:
        tree = _FAST.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return scrub(_read_damaged(body))
    return scrub(tree) if b"\\u0000" in body else tree


def to_json(value: Any) -> str:
    """Compact JSON text of a tree from `read_json`, no deeper than MAX_DEPTH: safe for a text or jsonb column."""
    try:
        text = _ENCODER.encode(value).decode()
    except RecursionError:
        return _ENCODER.encode(scrub(value)).decode()
    # Without that many brackets there cannot be a deeper nest, and the usual item has a dozen.
    is_shallow = text.count("{") + text.count("[") <= MAX_DEPTH
    return text if is_shallow else _ENCODER.encode(scrub(value)).decode()


def clean(text: str) -> str:
    """`text` without the characters that PostgreSQL refuses."""
    return _UNSTORABLE.sub(REPLACEMENT, text)


def scrub(value: Any, depth: int = 0) -> Any:
    """A copy of a JSON tree with clean strings, cut at MAX_DEPTH."""
    if isinstance(value, str):
        return clean(value)
    if not isinstance(value, dict | list):
        return value
    if depth > MAX_DEPTH:
        return "…"
    if isinstance(value, list):
        return [scrub(item, depth + 1) for item in value]
    return {clean(key): scrub(item, depth + 1) for key, item in value.items()}


def _read_damaged(body: bytes) -> Any:
    text = _cut_deep(body.decode("utf-8-sig", "replace"))
    return json.loads(text, strict=False, parse_int=_integer, parse_float=_number, parse_constant=str)


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= 20 else digits


def _number(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _cut_deep(text: str) -> str:
    """`text` with each nest below MAX_DEPTH replaced by a string: json.loads would recurse into it."""
    kept: list[str] = []
    depth = start = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth == MAX_DEPTH + 1:
                kept.append(text[start : token.start()] + '"…"')
        elif token[0] in "]}":
            if depth == MAX_DEPTH + 1:
                start = token.end()
            depth -= 1
    if depth <= MAX_DEPTH:
        kept.append(text[start:])
    return "".join(kept)
