"""Parameters as PostgreSQL literals.

Text stays an untyped literal, so that PostgreSQL gives it the type that its place asks for, as SQL Server converts
implicitly. A typed NULL is a plain one for the same reason.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlglot import exp
from tests.tds.errors import SqlError
from tests.tds.types import Value


def literal(parameter: Value) -> exp.Expr:
    if parameter.value is None:
        return exp.Null()
    if parameter.type.name == "int" and parameter.type.size == 8:
        return cast(number(parameter.value), "bigint")
    return _MAKERS[parameter.type.name](parameter.value)


def text(value: str) -> exp.Expr:
    if "\0" in value:
        raise SqlError(9420, 16, 1, "The stand-in's PostgreSQL cannot keep the character NUL in a text.")
    return exp.Literal.string(value)


def number(value: int | Decimal) -> exp.Expr:
    whole = exp.Literal.number(str(abs(value)))
    return exp.Neg(this=whole) if value < 0 else whole


def binary(digits: str) -> exp.Expr:
    return cast(exp.Literal.string(f"\\x{digits}"), "bytea")


def cast(value: exp.Expr, to: str) -> exp.Expr:
    return exp.Cast(this=value, to=exp.DataType.build(to, dialect="postgres"))


def _quoted(to: str) -> Callable[[Any], exp.Expr]:
    return lambda value: cast(exp.Literal.string(str(value)), to)


_MAKERS: dict[str, Callable[[Any], exp.Expr]] = {
    "int": number,
    "bigint": lambda value: cast(number(value), "bigint"),
    "bit": lambda value: cast(number(value), "smallint"),
    "decimal": lambda value: cast(number(value), "numeric"),
    "float": _quoted("double precision"),
    "nvarchar": text,
    "varchar": text,
    "varbinary": lambda value: binary(value.hex()),
    "uniqueidentifier": _quoted("uuid"),
    "datetimeoffset": _quoted("timestamptz"),
    "datetime2": _quoted("timestamp"),
    "datetime": _quoted("timestamp"),
    "date": _quoted("date"),
    "time": _quoted("time"),
}
