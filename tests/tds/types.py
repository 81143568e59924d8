"""The types of parameters as they come in: their TYPE_INFO, and their values as Python has them."""

import struct
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from tests.tds.buffer import Buffer

MAX = 0xFFFF
_DAY_ONE = date(1, 1, 1)
_PLP_NULL = 0xFFFFFFFFFFFFFFFF

_FIXED = {
    0x30: "int",
    0x32: "bit",
    0x34: "int",
    0x38: "int",
    0x3B: "float",
    0x3D: "datetime",
    0x3E: "float",
    0x7F: "bigint",
}
_FIXED_SIZE = {0x30: 1, 0x32: 1, 0x34: 2, 0x38: 4, 0x3B: 4, 0x3D: 8, 0x3E: 8, 0x7F: 8}
_SIZED = {0x24: "uniqueidentifier", 0x26: "int", 0x68: "bit", 0x6D: "float", 0x6F: "datetime"}
_SCALED = {0x29: "time", 0x2A: "datetime2", 0x2B: "datetimeoffset"}
_LONG = {0xA5: "varbinary", 0xAD: "varbinary", 0xA7: "varchar", 0xAF: "varchar", 0xE7: "nvarchar", 0xEF: "nvarchar"}


@dataclass(frozen=True)
class TypeInfo:
    """`name` is one name for a family: `int` is any integer, `nvarchar` also nchar. `size` is in bytes."""

    code: int
    name: str
    size: int = 0
    scale: int = 0


@dataclass(frozen=True)
class Value:
    """None is NULL, of a type all the same."""

    type: TypeInfo
    value: Any


def read_type(buffer: Buffer) -> TypeInfo:
    code = buffer.u8()
    if code in _FIXED:
        return TypeInfo(code, _FIXED[code], _FIXED_SIZE[code])
    if code in _SIZED:
        return TypeInfo(code, _SIZED[code], buffer.u8())
    if code == 0x28:
        return TypeInfo(code, "date", 3)
    if code in _SCALED:
        return TypeInfo(code, _SCALED[code], scale=buffer.u8())
    if code in {0x6A, 0x6C}:
        size, _precision, scale = buffer.u8(), buffer.u8(), buffer.u8()
        return TypeInfo(code, "decimal", size, scale)
    if code in _LONG:
        size = buffer.u16()
        if _LONG[code] != "varbinary":
            buffer.take(5)  # the collation
        return TypeInfo(code, _LONG[code], size)
    raise ValueError(f"type 0x{code:02X} is not spoken here")


def read_value(buffer: Buffer, info: TypeInfo) -> Value:
    raw = _raw(buffer, info)
    return Value(info, None if raw is None else _decode(info, raw))


def _raw(buffer: Buffer, info: TypeInfo) -> bytes | None:
    if info.code in _FIXED:
        return buffer.take(info.size)
    if info.code in _LONG and info.size == MAX:
        return _chunks(buffer)
    if info.code in _LONG:
        length = buffer.u16()
        return None if length == MAX else buffer.take(length)
    length = buffer.u8()
    return buffer.take(length) if length else None


def _chunks(buffer: Buffer) -> bytes | None:
    """A (max) value: its length, which may be unknown, then chunks, the last of them empty."""
    if buffer.u64() == _PLP_NULL:
        return None
    parts = []
    while length := buffer.u32():
        parts.append(buffer.take(length))
    return b"".join(parts)


def _decode(info: TypeInfo, raw: bytes) -> Any:
    return _DECODERS[info.name](info, raw)


def _decimal(info: TypeInfo, raw: bytes) -> Decimal:
    whole = int.from_bytes(raw[1:], "little")
    return Decimal(whole if raw[0] else -whole).scaleb(-info.scale)


def _time(info: TypeInfo, raw: bytes) -> time:
    return (datetime.combine(_DAY_ONE, time()) + _clock(raw, info.scale)).time()


def _datetime2(info: TypeInfo, raw: bytes) -> datetime:
    return datetime.combine(_day(raw[-3:]), time()) + _clock(raw[:-3], info.scale)


def _datetimeoffset(info: TypeInfo, raw: bytes) -> datetime:
    offset = timezone(timedelta(minutes=int.from_bytes(raw[-2:], "little", signed=True)))
    moment = datetime.combine(_day(raw[-5:-2]), time(), UTC) + _clock(raw[:-5], info.scale)
    return moment.astimezone(offset)


def _datetime(_: TypeInfo, raw: bytes) -> datetime:
    """Days since 1900, then 300ths of a second."""
    days, ticks = struct.unpack("<iI", raw)
    return datetime.combine(date(1900, 1, 1), time()) + timedelta(days=days, milliseconds=round(ticks * 10 / 3))


def _day(raw: bytes) -> date:
    return _DAY_ONE + timedelta(days=int.from_bytes(raw, "little"))


def _clock(raw: bytes, scale: int) -> timedelta:
    """The time of day, in units of 10 ** -scale seconds."""
    return timedelta(microseconds=int.from_bytes(raw, "little") * 10**6 // 10**scale)


_DECODERS: dict[str, Callable[[TypeInfo, bytes], Any]] = {
    "int": lambda _, raw: int.from_bytes(raw, "little", signed=len(raw) > 1),  # TINYINT has no sign
    "bigint": lambda _, raw: int.from_bytes(raw, "little", signed=True),
    "bit": lambda _, raw: raw[0],
    "float": lambda _, raw: struct.unpack("<f" if len(raw) == 4 else "<d", raw)[0],
    "decimal": _decimal,
    "nvarchar": lambda _, raw: raw.decode("utf-16-le"),
    "varchar": lambda _, raw: raw.decode("cp1252"),
    "uniqueidentifier": lambda _, raw: uuid.UUID(bytes_le=raw),
    "varbinary": lambda _, raw: raw,
    "date": lambda _, raw: _day(raw),
    "time": _time,
    "datetime2": _datetime2,
    "datetimeoffset": _datetimeoffset,
    "datetime": _datetime,
}
