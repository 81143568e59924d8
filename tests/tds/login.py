"""The two requests before any SQL: PRELOGIN and LOGIN7."""

import struct
from dataclasses import dataclass

from tests.tds.buffer import Buffer

_VERSION, _ENCRYPTION, _END = 0, 1, 0xFF
_NOT_SUPPORTED, _REQUIRED = 2, 3
SERVER_VERSION = (16, 0, 4135)
"""SQL Server 2022, as PRELOGIN, LOGINACK and @@VERSION say."""


def prelogin_answer(*, encrypted: bool) -> bytes:
    """The version, encryption, MARS off: each option's head (token, offset, length), then all their bodies."""
    major, minor, build = SERVER_VERSION
    options = [
        (_VERSION, struct.pack(">BBHH", major, minor, build, 0)),
        (_ENCRYPTION, bytes([_REQUIRED if encrypted else _NOT_SUPPORTED])),
        (2, b"\0"),  # the instance is right
        (3, b""),  # thread id: the client's business
        (4, b"\0"),  # several active result sets: no
    ]
    offset = 5 * len(options) + 1
    heads = b""
    for token, body in options:
        heads += struct.pack(">BHH", token, offset, len(body))
        offset += len(body)
    return heads + bytes([_END]) + b"".join(body for _, body in options)


@dataclass(frozen=True)
class Login:
    """`packet_size` is what the client asks for, in bytes; 0 leaves it to us."""

    user: str
    password: str
    database: str
    program: str
    packet_size: int
    tds_version: int


def parse_login(data: bytes) -> Login:
    head = Buffer(data)
    head.take(4)
    tds_version, packet_size = head.u32(), head.u32()
    head.take(24)  # the client's version, process, options, time zone, language
    places = [(head.u16(), head.u16()) for _ in range(9)]

    def text(index: int) -> str:
        offset, characters = places[index]
        return data[offset : offset + 2 * characters].decode("utf-16-le")

    offset, characters = places[2]
    password = _clear(data[offset : offset + 2 * characters]).decode("utf-16-le")
    return Login(text(1), password, text(8), text(3), packet_size, tds_version)


def _clear(scrambled: bytes) -> bytes:
    """Each byte was turned (its halves swapped) and then XORed with 0xA5."""
    return bytes((byte ^ 0xA5) >> 4 | ((byte ^ 0xA5) << 4) & 0xF0 for byte in scrambled)
