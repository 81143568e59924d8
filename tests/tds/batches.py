"""A batch cut into its statements, and which of them steer the session instead of the database."""

import re
from collections.abc import Iterator
from typing import Final

from sqlglot import tokenize
from sqlglot.tokenizer_core import TokenType

_KEYWORDS = "SELECT|INSERT|UPDATE|DELETE|SET|IF|EXEC|DECLARE|CREATE|ALTER|DROP|COMMIT|ROLLBACK|BEGIN|SAVE|WITH|END|ELSE"
_NAME = rf"(?:\s+(?!(?:{_KEYWORDS})\b)(?P<name>[@\w\[\]]+))?"
_WORK = r"\s+(?:TRANSACTION|TRAN|WORK)\b"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


IF_TRANCOUNT: Final = _pattern(r"IF\s+\(?\s*@@TRANCOUNT\s*(?P<operator>>|=|<>|!=)\s*(?P<number>\d+)\s*\)?(?=\s|$)")
ISOLATION: Final = _pattern(
    r"SET\s+TRANSACTION\s+ISOLATION\s+LEVEL\s+"
    r"(?P<level>READ\s+UNCOMMITTED|READ\s+COMMITTED|REPEATABLE\s+READ|SERIALIZABLE|SNAPSHOT)\b"
)
IDENTITY_INSERT: Final = _pattern(r"SET\s+IDENTITY_INSERT\s+\S+\s+(?:ON|OFF)\b")
SWITCH: Final = _pattern(r"SET\s+(?P<options>[A-Z_]+(?:\s*,\s*[A-Z_]+)*)\s+(?P<state>ON|OFF)\b")
SETTING: Final = _pattern(r"SET\s+(?P<option>TEXTSIZE|LOCK_TIMEOUT|DATEFIRST|LANGUAGE|DATEFORMAT)\s+(?P<value>[-\w]+)")
BEGIN: Final = _pattern(rf"BEGIN\s+(?:TRANSACTION|TRAN)\b{_NAME}")
COMMIT: Final = _pattern(rf"COMMIT\b(?:{_WORK})?{_NAME}")
ROLLBACK: Final = _pattern(rf"ROLLBACK\b(?:{_WORK})?{_NAME}")
SAVE: Final = _pattern(rf"SAVE\s+(?:TRANSACTION|TRAN)\b{_NAME}")
USE: Final = _pattern(r"USE\s+\[?(?P<name>[^\];\s]+)\]?")
TRIGGER: Final = _pattern(r"CREATE\s+(?:OR\s+ALTER\s+)?TRIGGER\b")
_CONTROLS = (IF_TRANCOUNT, ISOLATION, IDENTITY_INSERT, SWITCH, SETTING, BEGIN, COMMIT, ROLLBACK, SAVE, USE)


def statements(batch: str) -> Iterator[str]:
    """In order. Statements end at a semicolon; a steering one may also be followed by the next without."""
    rest = batch
    while rest := rest.lstrip("; \t\r\n"):
        if TRIGGER.match(rest):
            yield rest  # a trigger is its batch's last statement
            return
        steering = next((found for each in _CONTROLS if (found := each.match(rest))), None)
        end = steering.end() if steering else _semicolon(rest)
        yield rest[:end].strip()
        rest = rest[end:]


def _semicolon(text: str) -> int:
    """Where the first statement of `text` ends."""
    if ";" not in text:
        return len(text)
    found = (token.start for token in tokenize(text, read="tsql") if token.token_type == TokenType.SEMICOLON)
    return next(found, len(text))
