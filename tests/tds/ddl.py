"""Statements whose PostgreSQL form is another one altogether: mostly schema changes that sqlglot does not turn over."""

import re
from collections.abc import Callable
from re import Match

import sqlglot
from tests.tds.rewrite import types_text

_NAME = r"(?:\[?dbo\]?\.)?\[?(?P<{}>\w+)\]?"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.DOTALL)


_TRIGGER = _pattern(
    rf"CREATE\s+TRIGGER\s+{_NAME.format('name')}\s+ON\s+{_NAME.format('table')}\s+INSTEAD\s+OF\s+UPDATE\s*,\s*DELETE\s+"
    r"AS\s+(?:BEGIN\s+)?THROW\s+(?P<number>\d+)\s*,\s*N?'(?P<text>(?:[^']|'')*)'\s*,\s*\d+\s*;?\s*(?:END\s*;?\s*)?$"
)
_DROP_TRIGGER = _pattern(rf"DROP\s+TRIGGER\s+(?P<exists>IF\s+EXISTS\s+)?{_NAME.format('name')}\s*$")
_DROP_INDEX = _pattern(
    rf"DROP\s+INDEX\s+(?P<exists>IF\s+EXISTS\s+)?\[?(?P<name>\w+)\]?\s+ON\s+{_NAME.format('table')}\s*$"
)
_ALTER_COLUMN = _pattern(
    rf"ALTER\s+TABLE\s+{_NAME.format('table')}\s+ALTER\s+COLUMN\s+\[?(?P<name>\w+)\]?\s+"
    r"(?P<type>\w+(?:\s*\([^)]*\))?)(?:\s+COLLATE\s+\w+)?(?:\s+(?P<null>(?:NOT\s+)?NULL))?\s*$"
)
_ADD_DEFAULT = _pattern(
    rf"ALTER\s+TABLE\s+{_NAME.format('table')}\s+ADD\s+(?:CONSTRAINT\s+\S+\s+)?DEFAULT\s+(?P<value>.+?)\s+"
    r"FOR\s+\[?(?P<name>\w+)\]?\s*$"
)
_RENAME = _pattern(
    r"EXEC(?:UTE)?\s+sp_rename\s+N?'(?:\[?dbo\]?\.)?\[?(?P<table>\w+)\]?(?:\.\[?(?P<column>\w+)\]?)?'\s*,\s*"
    r"N?'?\[?(?P<to>\w+)\]?'?(?:\s*,\s*N?'?(?P<kind>\w+)'?)?\s*$"
)


def schema_change(statement: str) -> list[str] | None:
    """The statements to run instead, or None for one that takes the ordinary way."""
    for pattern, make in _MAKERS:
        if found := pattern.match(statement):
            return make(found)
    return None


def _create_trigger(found: Match[str]) -> list[str]:
    """It fires once a statement, even for no row, and before the change: INSTEAD OF never lets it happen."""
    name, table = found["name"].lower(), found["table"].lower()
    calls = f"sys.throw('{found['number']}', '{found['text']}')"
    return [f'CREATE TRIGGER "{name}" BEFORE UPDATE OR DELETE ON dbo."{table}" EXECUTE FUNCTION {calls}']


def _drop_trigger(found: Match[str]) -> list[str]:
    """PostgreSQL wants to know the table."""
    name, missing = found["name"].lower(), "NULL" if found["exists"] else "RAISE undefined_object"
    return [
        f"""DO $$ DECLARE place regclass := (SELECT tgrelid FROM pg_trigger WHERE tgname = '{name}'); BEGIN
        IF place IS NULL THEN {missing}; ELSE EXECUTE format('DROP TRIGGER "{name}" ON %s', place); END IF; END $$"""
    ]


def _drop_index(found: Match[str]) -> list[str]:
    return [f'DROP INDEX {found["exists"] or ""} dbo."{found["name"].lower()}"']


def _alter_column(found: Match[str]) -> list[str]:
    """A column that says nothing of NULL allows it from then on."""
    table, name, kind = found["table"].lower(), found["name"].lower(), types_text(found["type"])
    refuses = (found["null"] or "NULL").upper() != "NULL"
    typed = f'ALTER COLUMN "{name}" TYPE {kind} USING "{name}"::{kind}'
    return [f'ALTER TABLE dbo."{table}" {typed}, ALTER COLUMN "{name}" {"SET" if refuses else "DROP"} NOT NULL']


def _add_default(found: Match[str]) -> list[str]:
    value = sqlglot.transpile(f"SELECT {found['value']}", read="tsql", write="postgres")[0].removeprefix("SELECT ")
    return [f'ALTER TABLE dbo."{found["table"].lower()}" ALTER COLUMN "{found["name"].lower()}" SET DEFAULT {value}']


def _rename(found: Match[str]) -> list[str]:
    table, column, to = found["table"].lower(), found["column"], found["to"].lower()
    if (found["kind"] or "").upper() == "INDEX":
        return [f'ALTER INDEX dbo."{(column or table).lower()}" RENAME TO "{to}"']
    what = f'COLUMN "{column.lower()}" TO "{to}"' if column else f'TO "{to}"'
    return [f'ALTER TABLE dbo."{table}" RENAME {what}']


_MAKERS: tuple[tuple[re.Pattern[str], Callable[[Match[str]], list[str]]], ...] = (
    (_TRIGGER, _create_trigger),
    (_DROP_TRIGGER, _drop_trigger),
    (_DROP_INDEX, _drop_index),
    (_ALTER_COLUMN, _alter_column),
    (_ADD_DEFAULT, _add_default),
    (_RENAME, _rename),
)
