"""Meta's error objects, as they come in messages, statuses and values."""

from typing import Final

from plantao.whatsapp.wire.fields import JsonObject, label, obj, objects
from plantao.whatsapp.wire.models import WireError

_MAX_CODE: Final = 2**31 - 1  # the width of the column


def first_error(parent: JsonObject) -> WireError | None:
    """The first of `parent.errors`; Meta sends one."""
    for error in objects(parent, "errors"):
        return read_error(error)
    return None


def read_error(error: JsonObject) -> WireError:
    title = label(error, "title", 500) or label(error, "message", 500) or ""
    detail = label(obj(error, "error_data"), "details", 2000) or label(error, "message", 2000) or ""
    return WireError(code=_code(error), title=title, detail=detail)


def _code(error: JsonObject) -> int | None:
    code = label(error, "code", 12)
    if code is None or not (code.isascii() and code.isdecimal()):
        return None
    return int(code) if int(code) <= _MAX_CODE else None
