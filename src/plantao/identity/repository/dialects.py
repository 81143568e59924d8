"""What PostgreSQL and SQL Server say differently."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, ColumnElement, Connection, Select, Table, Uuid, any_, literal

MOST_PARAMETERS = 1000  # of one statement; SQL Server takes 2,100


def for_update(statement: Select[Any], table: Table, *, shared: bool = False) -> Select[Any]:
    """Locks the rows that are read until the transaction ends; `shared`: only against changes."""
    hint = "WITH (HOLDLOCK)" if shared else "WITH (UPDLOCK, HOLDLOCK)"
    return statement.with_for_update(read=shared).with_hint(table, hint, "mssql")


def among(connection: Connection, column: Column[UUID], values: Sequence[UUID]) -> Iterator[ColumnElement[bool]]:
    """Conditions that together find all rows with one of the values: one array, or as many lists as it takes."""
    if connection.dialect.name == "postgresql":
        yield column == any_(literal(list(values), ARRAY(Uuid)))
        return
    for begin in range(0, len(values), MOST_PARAMETERS):
        yield column.in_(values[begin : begin + MOST_PARAMETERS])
