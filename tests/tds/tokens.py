"""The tokens of an answer."""

import struct
from dataclasses import dataclass, field

from tests.tds.buffer import b_varchar, us_varchar
from tests.tds.errors import SqlError
from tests.tds.login import SERVER_VERSION

SERVER_NAME = "STANDIN"
COLLATION = b"\x09\x04\xd0\x00\x34"
"""Latin1_General_CI_AS, the default of most servers; the stand-in compares exactly all the same."""
TDS_7_4 = b"\x74\x00\x00\x04"

MORE, FAILED, IN_TRANSACTION, COUNTED, ATTENTION = 0x01, 0x02, 0x04, 0x10, 0x20
_CODES = {"SELECT": 0xC1, "INSERT": 0xC3, "DELETE": 0xC4, "UPDATE": 0xC5, "MERGE": 0x117}


@dataclass
class Done:
    """`token` is 0xFD after a statement of a batch, 0xFF inside a procedure, 0xFE at its end."""

    token: int
    status: int = 0
    command: str = ""
    count: int = 0

    def render(self) -> bytes:
        return struct.pack("<BHHQ", self.token, self.status, _CODES.get(self.command, 0), self.count)


@dataclass
class Answer:
    """Tokens in order. Every DONE but the last says that more follows; `render` sees to it."""

    parts: list[bytes | Done] = field(default_factory=list)

    def add(self, *parts: bytes | Done) -> None:
        self.parts.extend(parts)

    def render(self) -> bytes:
        dones = [part for part in self.parts if isinstance(part, Done)]
        for done in dones[:-1]:
            done.status |= MORE
        return b"".join(part.render() if isinstance(part, Done) else part for part in self.parts)


def _token(kind: int, body: bytes) -> bytes:
    return struct.pack("<BH", kind, len(body)) + body


def login_ack() -> bytes:
    name = b_varchar("Microsoft SQL Server")
    version = struct.pack(">BBH", *SERVER_VERSION)
    return _token(0xAD, b"\x01" + TDS_7_4 + name + version)


def _change(kind: int, new: bytes, old: bytes) -> bytes:
    return _token(0xE3, bytes([kind]) + new + old)


def database_change(database: str) -> bytes:
    return _change(1, b_varchar(database), b_varchar("master"))


def language_change() -> bytes:
    return _change(2, b_varchar("us_english"), b_varchar(""))


def packet_size_change(size: int) -> bytes:
    return _change(4, b_varchar(str(size)), b_varchar(str(size)))


def collation_change() -> bytes:
    return _change(7, bytes([len(COLLATION)]) + COLLATION, b"\0")


def transaction_began(descriptor: int) -> bytes:
    return _change(8, b"\x08" + struct.pack("<Q", descriptor), b"\0")


def transaction_ended(descriptor: int, *, committed: bool) -> bytes:
    return _change(9 if committed else 10, b"\0", b"\x08" + struct.pack("<Q", descriptor))


def error(found: SqlError, line: int = 1) -> bytes:
    return _message(0xAA, found.number, found.state, found.severity, found.text, line)


def info(number: int, text: str, severity: int = 0) -> bytes:
    return _message(0xAB, number, 1, severity, text, 1)


def _message(kind: int, number: int, state: int, severity: int, text: str, line: int) -> bytes:
    names = us_varchar(text) + b_varchar(SERVER_NAME) + b_varchar("")
    return _token(kind, struct.pack("<iBB", number, state, severity) + names + struct.pack("<I", line))


def return_status(value: int) -> bytes:
    return struct.pack("<Bi", 0x79, value)


def return_value(ordinal: int, name: str, type_info: bytes, value: bytes) -> bytes:
    """An output parameter of a procedure."""
    head = struct.pack("<BH", 0xAC, ordinal) + b_varchar(name) + b"\x01"
    return head + struct.pack("<IH", 0, 0) + type_info + value
