"""Types of what clients send, where pydantic alone would take more than the API promises."""

import re
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BeforeValidator

_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]")


def _iso(value: Any) -> Any:
    """Refuses seconds since 1970, which pydantic would read: the document promises ISO 8601 only."""
    if isinstance(value, str) and not _ISO.match(value):
        raise ValueError("Deve ser uma data e hora ISO 8601.")
    return value


IsoMoment = Annotated[AwareDatetime, BeforeValidator(_iso)]
