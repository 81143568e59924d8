"""A client of `/ws/chat` that costs next to nothing: 200 of them must not be what is measured."""

import asyncio
import base64
import secrets
import struct
import time
from collections.abc import Callable
from typing import cast

import msgspec

OnFrame = Callable[[bytes, float], None]
HANDSHAKE_SECONDS = 30.0
_TEXT, _CLOSE, _PING, _PONG = 0x1, 0x8, 0x9, 0xA


class LiveLine(asyncio.Protocol):
    """Calls `on_frame` with each text frame and the time.perf_counter() at which it came."""

    def __init__(self, token: str, on_frame: OnFrame) -> None:
        self._token = token
        self._on_frame = on_frame
        self._buffer = b""
        self._open = False
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.WriteTransport | None = None

    @classmethod
    async def connect(cls, port: int, token: str, on_frame: OnFrame) -> "LiveLine":
        line = cls(token, on_frame)
        await asyncio.get_running_loop().create_connection(lambda: line, "127.0.0.1", port)
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            await line._opened
        return line

    def say(self, type_: str, **fields: object) -> None:
        self._write(_TEXT, msgspec.json.encode({"type": type_, **fields}))

    def close(self) -> None:
        assert self._transport is not None
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's do not inherit from it
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        head = (
            f"GET /ws/chat?token={self._token} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
            f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
        )
        self._transport.write(head.encode())

    def data_received(self, data: bytes) -> None:
        at = time.perf_counter()
        self._buffer += data
        if not self._open:
            self._open = self._skip_handshake()
        while self._open and self._take_frame(at):
            pass

    def _skip_handshake(self) -> bool:
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return False
        assert head.startswith(b"HTTP/1.1 101"), head
        self._buffer = rest
        self._opened.set_result(None)
        return True

    def _take_frame(self, at: float) -> bool:
        """The next whole frame, if there is one. A server's frames are not masked, ours are never fragmented."""
        if len(self._buffer) < 4:
            return False
        length, start = self._buffer[1], 2
        if length == 126:
            length, start = struct.unpack_from("!H", self._buffer, 2)[0], 4
        assert length != 127, "a frame of more than 64 KB"
        if len(self._buffer) < start + length:
            return False
        opcode, payload = self._buffer[0] & 0xF, self._buffer[start : start + length]
        self._buffer = self._buffer[start + length :]
        self._heard(opcode, payload, at)
        return True

    def _heard(self, opcode: int, payload: bytes, at: float) -> None:
        assert opcode != _CLOSE, f"the server closed a socket: {payload!r}"
        if opcode == _PING:
            self._write(_PONG, payload)
        elif opcode == _TEXT:
            self._on_frame(payload, at)

    def _write(self, opcode: int, payload: bytes) -> None:
        """Masked, as the protocol asks of a client, with a mask of zeros, which changes nothing."""
        assert self._transport is not None
        size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack("!H", len(payload))
        self._transport.write(bytes([0x80 | opcode]) + size + bytes(4) + payload)
