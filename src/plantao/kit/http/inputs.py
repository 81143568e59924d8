"""Types of what clients send, where pydantic alone would take more than the API promises."""

import re
from datetime import date
from typing import Annotated, Any, Final, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ValidationError

M = TypeVar("M", bound=BaseModel)

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


def read_query(model: type[M], request: Request) -> M:
    """The parameters of a query as FastAPI reads `Annotated[model, Query()]`, for a model without lists and aliases.

    Of one that is named twice the last counts. Raises `RequestValidationError`.
    """
    try:
        return model.model_validate(dict(request.query_params))
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise RequestValidationError([{**one, "loc": ("query", *one["loc"])} for one in found]) from None
