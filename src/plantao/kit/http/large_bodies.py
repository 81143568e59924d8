"""Bodies that carry files: who sends one is asked for first, and only so many bytes are in memory at once."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Final

import msgspec
from fastapi import Request, Response
from fastapi.routing import APIRoute

from plantao.kit.errors import ServiceUnavailable, ValidationFailed

LARGE: Final = 256 * 1024  # bytes; what is smaller is read in the event loop
MOST_FIELDS: Final = 100  # each one that is unknown costs time to refuse
MOST_AT_ONCE: Final = 160 * 1024 * 1024  # bytes of large bodies in this process: one of the largest, or many small ones


class Budget:
    """Counts bytes that are promised to requests."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._used = 0

    @contextmanager
    def reserved(self, size: int) -> Iterator[None]:
        """Raises `ServiceUnavailable` when it would be too much."""
        if self._used + size > self._most:
            raise ServiceUnavailable(
                "Muitos arquivos estão sendo enviados. Tente novamente em instantes.", headers={"Retry-After": "5"}
            )
        self._used += size
        try:
            yield
        finally:
            self._used -= size


_budget = Budget(MOST_AT_ONCE)


class LargeBodyRequest(Request):
    async def json(self) -> Any:
        """A large body is parsed in a thread, so that nobody else waits for it."""
        body = await self.body()
        found = await asyncio.to_thread(_parse, body) if len(body) > LARGE else await super().json()
        if isinstance(found, dict) and len(found) > MOST_FIELDS:
            raise ValidationFailed("O corpo tem campos demais.")
        return found


class LargeBodyRoute(APIRoute):
    """A route whose body may be large: a body that declares more than `LARGE` bytes is read only for who is let in.

    Which size is too large is the envelope's business (`RequestEnvelope`).
    """

    @staticmethod
    async def admit(request: Request) -> None:
        """To be overridden: raises for whose large body is not to be read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_large(request: Request) -> Response:
            size, request = _declared_size(request), LargeBodyRequest(request.scope, request.receive)
            if size <= LARGE:
                return await handle(request)
            await self.admit(request)
            with _budget.reserved(size):
                return await handle(request)

        return handle_large


def _declared_size(request: Request) -> int:
    declared = request.headers.get("content-length", "")
    return int(declared) if declared.isascii() and declared.isdecimal() else 0


def _parse(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise json.JSONDecodeError(str(error), "", 0) from None
