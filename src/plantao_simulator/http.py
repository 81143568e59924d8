"""What both HTTP sides share: bounded bodies, JSON objects, and answers that never arrive."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from plantao_simulator.wire import JsonObject

Breaker = Callable[[tuple[str, int]], bool]


async def read_body(request: Request, limit: int) -> bytes:
    """The body; 413 as soon as more than `limit` bytes have come."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise HTTPException(413, f"the body is larger than {limit} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def json_object(body: bytes) -> JsonObject:
    """The body as a JSON object, {} if empty; ValueError if it is anything else."""
    value = json.loads(body or b"{}")
    if not isinstance(value, dict):
        message = "the body must be a JSON object"
        raise ValueError(message)
    return value


def part_of(content: bytes, media_type: str, asked: str, headers: dict[str, str]) -> Response:
    """The content, or the one `Range` of it that was asked for: players ask so to jump within a recording."""
    headers = headers | {"Accept-Ranges": "bytes"}
    wanted = re.fullmatch(r"bytes=(\d{1,12})-(\d{0,12})", asked)
    if wanted is None or int(wanted[1]) >= len(content):
        return Response(content, media_type=media_type, headers=headers)
    first, last = int(wanted[1]), min(int(wanted[2] or len(content)), len(content) - 1)
    headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
    return Response(content[first : last + 1], 206, media_type=media_type, headers=headers)


class NoAnswer(Response):
    """Closes the connection instead of answering, so the caller cannot know what happened.

    Under `run_server` not one byte comes back. Another server is left with a body that ends too early.
    """

    def __init__(self, breaker: Breaker | None) -> None:
        super().__init__()
        self._breaker = breaker

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._breaker and self._breaker(tuple(scope["client"])):
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"400")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
