"""A part of a file, as browsers ask for it to play sound and video (RFC 9110, section 14)."""

import re
from typing import Final, NamedTuple

from starlette.datastructures import Headers

from plantao.kit.errors import AppError, ErrorCode

_ONE_RANGE: Final = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE | re.ASCII)


class RangeNotSatisfiable(AppError):
    status = 416
    error_code = ErrorCode.RANGE_NOT_SATISFIABLE

    def __init__(self, size: int) -> None:
        super().__init__("O arquivo não tem essa parte.", headers={"Content-Range": f"bytes */{size}"})


class Part(NamedTuple):
    """From `start` to before `end`, in bytes."""

    start: int
    end: int

    def content_range(self, size: int) -> str:
        return f"bytes {self.start}-{self.end - 1}/{size}"


def wanted_part(headers: Headers, size: int, etag: str) -> Part | None:
    """What is asked for of `size` bytes; None for all of them. Raises `RangeNotSatisfiable`.

    Several ranges at once are answered with the whole, as the standard allows; so is what is no range at all, and a
    range of what the file was before (`If-Range`). A date there never fits: what is under an address never changes.
    """
    asked = _ONE_RANGE.fullmatch(headers.get("range", ""))
    if asked is None or asked[1] == asked[2] == "" or headers.get("if-range", etag) != etag:
        return None
    if asked[1] == "":
        part = Part(max(0, size - int(asked[2])), size)
    else:
        part = Part(int(asked[1]), min(int(asked[2]) + 1, size) if asked[2] else size)
        if asked[2] and int(asked[2]) < int(asked[1]):
            return None
    if part.start >= part.end:
        raise RangeNotSatisfiable(size)
    return part


def is_known(headers: Headers, etag: str) -> bool:
    """Whether the client has it already (`If-None-Match`)."""
    told = [tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")]
    return etag in told or told == ["*"]
