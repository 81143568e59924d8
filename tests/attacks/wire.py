"""Bare connections: what no client library would send."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from tests.attacks.ground import check_error
from tests.stories.harness import System

SECONDS = 10  # in which the server has answered or closed, with the bounds that the tests set


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Wire:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """A server that has closed already is no failure: its answer may be there to read."""
        with contextlib.suppress(ConnectionError):
            self.writer.write(data)
            await self.writer.drain()

    async def answer(self, *, bodiless: bool = False) -> Answer | None:
        """The next answer, its error body checked; None when the connection is closed instead."""
        try:
            async with asyncio.timeout(SECONDS):
                return await self._answer(bodiless)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    async def _answer(self, bodiless: bool) -> Answer:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        size = 0 if bodiless else int(headers.get("content-length", 0))
        found = Answer(int(head[0].split()[1]), headers, await self.reader.readexactly(size))
        assert not [name for name in headers if name == "set-cookie" or name.startswith("access-control-")]
        if found.status >= 400 and not bodiless:
            check_error(found.status, found.json())
        return found

    async def closed(self) -> bool:
        """Whether the server closes the connection in time, whatever it says before."""
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(SECONDS):
                await self.reader.read()
        return True


@contextlib.asynccontextmanager
async def wire(system: System) -> AsyncIterator[Wire]:
    host, _, port = system.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def said(system: System, request: bytes, *, bodiless: bool = False) -> Answer | None:
    """The answer to one request on a connection of its own."""
    async with wire(system) as connection:
        await connection.send(request)
        return await connection.answer(bodiless=bodiless)


def get(target: str, *headers: str) -> bytes:
    return head("GET", target, *headers)


def head(method: str, target: str, *headers: str) -> bytes:
    """A request's head, as it is written here: nothing is quoted, nothing is checked."""
    lines = [f"{method} {target} HTTP/1.1", "Host: plantao.example", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")
