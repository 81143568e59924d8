"""One T-SQL statement as PostgreSQL's, with sqlglot and the rules in `rewrite`, `output` and `hints`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import ErrorLevel, exp
from sqlglot.errors import ParseError, UnsupportedError
from tests.tds import errors, hints, output, rewrite
from tests.tds.conversions import convert_to_columns
from tests.tds.preparse import prepare

_COMMANDS: dict[type[exp.Expr], str] = {
    exp.Query: "SELECT",
    exp.Insert: "INSERT",
    exp.Update: "UPDATE",
    exp.Delete: "DELETE",
}

_SPOKEN = (*_COMMANDS, exp.Create, exp.Alter, exp.Drop, exp.TruncateTable, exp.Merge)


@dataclass(frozen=True)
class Translated:
    """`names` are the answer's columns as the client wrote them; None leaves them to PostgreSQL.

    `locks` are to be taken before, in the same transaction. `command` is empty for DDL.
    """

    sql: str
    command: str
    names: tuple[str, ...] | None = None
    locks: tuple[str, ...] = ()


def parse(statement: str) -> exp.Expr:
    """Raises `SqlError` 102 for what is no T-SQL, or none that the stand-in knows."""
    text, returning = prepare(statement)
    try:
        parsed = sqlglot.parse_one(text, read="tsql")
    except ParseError as error:
        raise errors.syntax(str(error.errors[0].get("highlight") or statement[:60])) from error
    if not isinstance(parsed, _SPOKEN):
        raise errors.syntax(statement.split(maxsplit=1)[0])
    if returning:
        listed = sqlglot.parse_one(f"SELECT {returning}", read="tsql")
        parsed.set("returning", exp.Returning(expressions=listed.expressions))
    return parsed


def written_to(parsed: exp.Expr) -> str | None:
    """The table whose columns' types decide how values are converted."""
    if isinstance(parsed, exp.Insert | exp.Update):
        table = parsed.find(exp.Table)
        return table.name.lower() if table else None
    return None


def translate(
    parsed: exp.Expr,
    parameters: Mapping[str, exp.Expr],
    session: Callable[[str], exp.Expr],
    columns: Mapping[str, str],
) -> Translated:
    """`session` gives @@variables; `columns` are the types of the table written to. `parsed` is used up."""
    names = _names(parsed)
    command = next((word for kind, word in _COMMANDS.items() if isinstance(parsed, kind)), "")
    parsed = rewrite.types(parsed)
    parsed = rewrite.variables(parsed, parameters, session)
    parsed = rewrite.expressions(parsed)
    parsed = output.returning(parsed)
    locks = hints.lock(parsed)
    parsed = rewrite.names(parsed)
    convert_to_columns(parsed, columns)
    return Translated(_render(parsed), command, names, tuple(locks))


def _render(parsed: exp.Expr) -> str:
    try:
        return parsed.sql("postgres", unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        raise errors.syntax(str(error)) from error


def _names(parsed: exp.Expr) -> tuple[str, ...] | None:
    returning = parsed.args.get("returning")
    expressions = parsed.selects if isinstance(parsed, exp.Query) else returning.expressions if returning else []
    if not expressions or any(each.is_star for each in expressions):
        return None
    return tuple(each.alias_or_name if isinstance(each, exp.Alias | exp.Column) else "" for each in expressions)
