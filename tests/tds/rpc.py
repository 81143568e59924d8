"""Remote procedure calls: the procedure's name or number, and its typed parameters."""

from dataclasses import dataclass

from tests.tds.buffer import Buffer
from tests.tds.types import Value, read_type, read_value

_NUMBERS = {
    10: "sp_executesql",
    11: "sp_prepare",
    12: "sp_execute",
    13: "sp_prepexec",
    15: "sp_unprepare",
}


@dataclass(frozen=True)
class Argument:
    """`name` keeps its @ and is empty for one given by place."""

    name: str
    output: bool
    value: Value


@dataclass(frozen=True)
class Call:
    procedure: str
    arguments: tuple[Argument, ...]


def parse_calls(data: bytes) -> list[Call]:
    """Raises ValueError for a type that the stand-in does not speak."""
    buffer = Buffer(data)
    buffer.skip_all_headers()
    calls = []
    while buffer.left:
        calls.append(_call(buffer))
    return calls


def _call(buffer: Buffer) -> Call:
    length = buffer.u16()
    if length == 0xFFFF:
        number = buffer.u16()
        procedure = _NUMBERS.get(number, f"procedure number {number}")
    else:
        procedure = buffer.text(length).lower().removeprefix("sys.").replace("[", "").replace("]", "")
    buffer.u16()  # options: recompile, no metadata
    arguments = []
    while buffer.left and buffer.peek() not in {0x80, 0xFE, 0xFF}:  # what parts calls of one batch
        arguments.append(_argument(buffer))
    if buffer.left:
        buffer.u8()
    return Call(procedure, tuple(arguments))


def _argument(buffer: Buffer) -> Argument:
    name = buffer.b_varchar()
    output = bool(buffer.u8() & 1)
    info = read_type(buffer)
    return Argument(name, output, read_value(buffer, info))
