"""TDS packets: a header of eight bytes (type, status, length, process, number, window), then data."""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

DEFAULT_SIZE = 4096
_HEADER = struct.Struct(">BBHHBB")
_END_OF_MESSAGE = 0x01
_IGNORE = 0x02
_RESET = 0x08 | 0x10


class PacketType(IntEnum):
    BATCH = 1
    RPC = 3
    ANSWER = 4
    ATTENTION = 6
    TRANSACTION_MANAGER = 14
    LOGIN7 = 16
    PRELOGIN = 18


@dataclass(frozen=True)
class Message:
    """Whole, however many packets it came in.

    `ignored` is a request that its sender took back half-way; `reset` comes from a pool that starts anew with an old
    connection.
    """

    type: int
    data: bytes
    ignored: bool = False
    reset: bool = False


class Source(Protocol):
    async def readexactly(self, length: int, /) -> bytes: ...


async def read_message(reader: Source) -> Message:
    """Raises `asyncio.IncompleteReadError` or `ConnectionError` when the client has gone."""
    parts: list[bytes] = []
    reset = False
    while True:
        kind, status, length, _, _, _ = _HEADER.unpack(await reader.readexactly(_HEADER.size))
        parts.append(await reader.readexactly(length - _HEADER.size))
        reset = reset or bool(status & _RESET)
        if status & _END_OF_MESSAGE:
            return Message(kind, b"".join(parts), bool(status & _IGNORE), reset)


def packets(data: bytes, size: int, kind: PacketType = PacketType.ANSWER, *, process: int = 0) -> bytes:
    """`data` cut into packets of `size` bytes at most, headers included; no data is one empty packet."""
    room = size - _HEADER.size
    chunks = [data[at : at + room] for at in range(0, len(data), room)] or [b""]
    made = []
    for number, chunk in enumerate(chunks, start=1):
        status = _END_OF_MESSAGE if number == len(chunks) else 0
        made.append(_HEADER.pack(kind, status, _HEADER.size + len(chunk), process, number % 256, 0) + chunk)
    return b"".join(made)
