"""PostgreSQL's errors as SQL Server's."""

import re

import asyncpg
from tests.tds.errors import SqlError, syntax

_QUOTED = re.compile(r'"([^"]+)"')
RAISED = "TDS01"
"""The SQLSTATE of our triggers, whose DETAIL is the number that they throw."""
_KEY = re.compile(r"Key \((.+)\)=\((.+)\)")


async def translate_failure(
    found: asyncpg.PostgresError, command: str, database: str, connection: asyncpg.Connection
) -> SqlError:
    """`connection` must be usable again: it is asked what kind of constraint was broken."""
    match found:
        case asyncpg.UniqueViolationError():
            return await _unique(found, connection)
        case asyncpg.CheckViolationError() | asyncpg.ForeignKeyViolationError():
            return _conflict(found, command, database)
        case asyncpg.NotNullViolationError():
            table = f"{database}.dbo.{found.table_name}"
            text = f"Cannot insert the value NULL into column '{found.column_name}', table '{table}'; "
            return SqlError(515, 16, 2, f"{text}column does not allow nulls. {command} fails.")
        case asyncpg.DeadlockDetectedError() | asyncpg.SerializationError():
            return _victim()
        case _:
            return _other(found)


async def _unique(found: asyncpg.PostgresError, connection: asyncpg.Connection) -> SqlError:
    """A constraint is 2627, an index that no constraint made 2601."""
    query = "SELECT contype::text FROM pg_constraint WHERE conname = $1 AND conrelid = to_regclass($2)"
    kind = await connection.fetchval(query, found.constraint_name, f'"{found.schema_name}"."{found.table_name}"')
    key = _KEY.search(found.detail or "")
    end = f"The duplicate key value is ({key[2] if key else ''})."
    table, name = f"dbo.{found.table_name}", found.constraint_name
    if kind is None:
        text = f"Cannot insert duplicate key row in object '{table}' with unique index '{name}'. {end}"
        return SqlError(2601, 14, 1, text)
    word = "PRIMARY KEY" if kind == "p" else "UNIQUE KEY"
    text = f"Violation of {word} constraint '{name}'. Cannot insert duplicate key in object '{table}'. {end}"
    return SqlError(2627, 14, 1, text)


def _conflict(found: asyncpg.PostgresError, command: str, database: str) -> SqlError:
    table = found.table_name
    kind = "CHECK"
    if isinstance(found, asyncpg.ForeignKeyViolationError):
        kind = "REFERENCE" if "still referenced" in (found.detail or "") else "FOREIGN KEY"
        named = _QUOTED.findall(found.detail or "")
        table = named[-1] if named else table
    start = f'The {command} statement conflicted with the {kind} constraint "{found.constraint_name}".'
    return SqlError(547, 16, 0, f'{start} The conflict occurred in database "{database}", table "dbo.{table}".')


def _victim() -> SqlError:
    text = (
        "Transaction (Process ID 55) was deadlocked on lock resources with another process "
        "and has been chosen as the deadlock victim. Rerun the transaction."
    )
    return SqlError(1205, 13, 51, text, ends_batch=True, ends_transaction=True)


def _other(found: asyncpg.PostgresError) -> SqlError:
    text = str(found)
    if found.sqlstate == RAISED:
        return SqlError(int(found.detail or "50000"), 16, 1, text, ends_batch=True, ends_transaction=True)
    if found.sqlstate not in _KNOWN:
        return syntax(f"{found.sqlstate} {text}")
    number, severity, state, wording = _KNOWN[found.sqlstate]
    name = (_QUOTED.findall(text) or [text])[0]
    return SqlError(number, severity, state, wording.format(name=name, text=text), ends_batch=number in _UNCOMPILED)


_NO_OBJECT = (208, 16, 1, "Invalid object name '{name}'.")
_EXISTS = (2714, 16, 6, "There is already an object named '{name}' in the database.")
_NOT_CONVERTED = (8169, 16, 2, "Conversion failed when converting from a character string: {text}.")
_KNOWN = {
    "42P01": _NO_OBJECT,
    "42883": _NO_OBJECT,
    "3F000": _NO_OBJECT,
    "42703": (207, 16, 1, "Invalid column name '{name}'."),
    "42P07": _EXISTS,
    "42710": _EXISTS,
    "42804": (4145, 15, 1, "An expression of another type was expected: {text}."),
    "55P03": (1222, 16, 45, "Lock request time out period exceeded."),
    "22001": (2628, 16, 1, "String or binary data would be truncated."),
    "22003": (8115, 16, 2, "Arithmetic overflow error converting expression to another data type."),
    "22P02": _NOT_CONVERTED,
    "22007": _NOT_CONVERTED,
    "22008": _NOT_CONVERTED,
}
_UNCOMPILED = {208, 207, 2714, 4145}
