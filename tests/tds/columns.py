"""Columns of an answer: what PostgreSQL returned, as SQL Server's types on the wire."""

import struct
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from tests.tds.buffer import b_varchar, units
from tests.tds.tokens import COLLATION

_NULLABLE = 0x0001 | 0x0008  # may be NULL, may be written to
_PLAIN_UNITS = 4000
_PLAIN_BYTES = 8000
_NUMERIC_PRECISION = 38


@dataclass(frozen=True)
class Column:
    """`info` is the TYPE_INFO, `encode` turns a value (None: NULL) into bytes with its length before it."""

    name: str
    info: bytes
    encode: Callable[[Any], bytes]

    def describe(self) -> bytes:
        return struct.pack("<IH", 0, _NULLABLE) + self.info + b_varchar(self.name[:128])


def column(name: str, oid: int, values: Sequence[Any]) -> Column:
    """A PostgreSQL column as SQL Server's; a type without a like is text.

    `smallint` stands for BIT. Text and bytes are of (max) length only when a value has to be.
    """
    if oid in _FIXED:
        info, pack = _FIXED[oid]
        return Column(name, info, lambda value: _sized(None if value is None else pack(value)))
    if oid == _NUMERIC:
        return _numeric(name, values)
    return _binary(name, values) if oid == _BYTEA else _text(name, values)


def metadata(columns: Sequence[Column]) -> bytes:
    return struct.pack("<BH", 0x81, len(columns)) + b"".join(each.describe() for each in columns)


def row(columns: Sequence[Column], values: Sequence[Any]) -> bytes:
    return b"\xd1" + b"".join(each.encode(value) for each, value in zip(columns, values, strict=True))


def _sized(raw: bytes | None) -> bytes:
    return b"\0" if raw is None else bytes([len(raw)]) + raw


def _short(raw: bytes | None) -> bytes:
    return b"\xff\xff" if raw is None else struct.pack("<H", len(raw)) + raw


def _chunked(raw: bytes | None) -> bytes:
    if raw is None:
        return b"\xff" * 8
    body = struct.pack("<I", len(raw)) + raw if raw else b""
    return struct.pack("<Q", len(raw)) + body + b"\0\0\0\0"


def _text(name: str, values: Sequence[Any]) -> Column:
    fits = all(value is None or units(str(value)) <= _PLAIN_UNITS for value in values)
    put = _short if fits else _chunked
    size = 2 * _PLAIN_UNITS if fits else 0xFFFF
    info = struct.pack("<BH", 0xE7, size) + COLLATION
    return Column(name, info, lambda v: put(None if v is None else str(v).encode("utf-16-le")))


def _binary(name: str, values: Sequence[Any]) -> Column:
    fits = all(value is None or len(value) <= _PLAIN_BYTES for value in values)
    put = _short if fits else _chunked
    return Column(name, struct.pack("<BH", 0xA5, _PLAIN_BYTES if fits else 0xFFFF), put)


def _numeric(name: str, values: Sequence[Any]) -> Column:
    """The scale is the largest among the values, for PostgreSQL does not tell the column's."""
    scale = max((max(0, -int(value.as_tuple().exponent)) for value in values if value is not None), default=0)

    def encode(value: Decimal | None) -> bytes:
        if value is None:
            return b"\0"
        whole = int(value.scaleb(scale))
        return _sized(bytes([whole >= 0]) + abs(whole).to_bytes(16, "little"))

    return Column(name, bytes([0x6C, 17, _NUMERIC_PRECISION, scale]), encode)


def _days(day: date) -> bytes:
    return (day.toordinal() - 1).to_bytes(3, "little")


def _clock(moment: time) -> bytes:
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return (seconds * 10**7 + moment.microsecond * 10).to_bytes(5, "little")


def _with_offset(moment: datetime) -> bytes:
    there = moment.astimezone(UTC)
    return _clock(there.time()) + _days(there.date()) + b"\0\0"


_BYTEA, _NUMERIC = 17, 1700
# By PostgreSQL's OID: TYPE_INFO, and how a value is packed. Times are in units of 100 nanoseconds (scale 7), SQL
# Server's own when no precision is given.
_FIXED: dict[int, tuple[bytes, Callable[[Any], bytes]]] = {
    16: (b"\x68\x01", lambda value: bytes([value])),
    21: (b"\x68\x01", lambda value: bytes([bool(value)])),
    23: (b"\x26\x04", lambda value: struct.pack("<i", value)),
    20: (b"\x26\x08", lambda value: struct.pack("<q", value)),
    700: (b"\x6d\x08", lambda value: struct.pack("<d", value)),
    701: (b"\x6d\x08", lambda value: struct.pack("<d", value)),
    2950: (b"\x24\x10", lambda value: uuid.UUID(str(value)).bytes_le),
    1082: (b"\x28", _days),
    1083: (b"\x29\x07", _clock),
    1114: (b"\x2a\x07", lambda value: _clock(value.time()) + _days(value.date())),
    1184: (b"\x2b\x07", _with_offset),
}
