"""Types of what clients send, where pydantic alone would take more than the API promises."""

import re
from datetime import date
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BeforeValidator

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]")


def _iso(value: Any) -> Any:
    """Refuses seconds since 1970, which pydantic would read: the document promises ISO 8601 only."""
    if isinstance(value, str) and not _ISO.match(value):
        raise ValueError("Deve ser uma data e hora ISO 8601.")
    return value


def _iso_day(value: Any) -> Any:
    if isinstance(value, date):  # ours, in an answer
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("Deve ser um dia ISO 8601, como 2026-12-25.")
    return value


IsoDay = Annotated[date, BeforeValidator(_iso_day)]
IsoMoment = Annotated[AwareDatetime, BeforeValidator(_iso)]
