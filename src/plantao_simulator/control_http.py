"""What the parts of the control API share: who may call, how bodies are read, how mistakes are told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from plantao_simulator.http import read_body

BODY_LIMIT = 5 * 1024 * 1024
Body = TypeVar("Body")
Endpoint = Callable[[Request], Awaitable[Response]]
Table = list[tuple[str, str, Endpoint]]
"""Verb, path below `/_sim`, endpoint."""


def guarded(endpoint: Endpoint) -> Endpoint:
    """Own pages and programs only; a ValueError of the simulator is the caller's 400."""

    async def call(request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            return JSONResponse({"error": "other sites may not call this"}, 403)
        try:
            return await endpoint(request)
        except (ValueError, msgspec.ValidationError) as error:
            return JSONResponse({"error": str(error)}, 400)

    return call


async def read(request: Request, kind: type[Body]) -> Body:
    return msgspec.json.decode(await read_body(request, BODY_LIMIT) or b"{}", type=kind)
