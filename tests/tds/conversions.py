"""Values on their way into a column: T-SQL converts text by itself, PostgreSQL only a bare literal."""

from collections.abc import Iterator, Mapping

from sqlglot import exp
from tests.tds.errors import SqlError
from tests.tds.rewrite import build

_PLAIN = ("text", "character", "integer", "bigint", "numeric", "double")


def convert_to_columns(parsed: exp.Expr, columns: Mapping[str, str]) -> None:
    """Raises `SqlError` 257 for text into VARBINARY, which SQL Server refuses to convert by itself."""
    for name, value in _assignments(parsed):
        kind = columns.get(name, "text")
        if kind == "bytea" and value.is_string:
            text = "Implicit conversion from data type nvarchar to varbinary is not allowed. "
            raise SqlError(257, 16, 3, text + "Use the CONVERT function to run this query.", ends_batch=True)
        if not kind.startswith(_PLAIN) and not isinstance(value, exp.Literal | exp.Null | exp.Cast):
            value.replace(exp.Cast(this=value.copy(), to=build(kind)))


def _assignments(parsed: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    if isinstance(parsed, exp.Update):
        for each in parsed.expressions:
            yield each.this.name, each.expression
    elif isinstance(parsed, exp.Insert) and isinstance(parsed.this, exp.Schema):
        names = [each.name for each in parsed.this.expressions]
        for row in _rows(parsed.expression):
            yield from zip(names, row, strict=False)


def _rows(source: exp.Expr) -> Iterator[list[exp.Expr]]:
    if isinstance(source, exp.Values):
        yield from (list(each.expressions) for each in source.expressions)
    elif isinstance(source, exp.Select):
        yield [each.unalias() for each in source.expressions]
