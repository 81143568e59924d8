"""The audit trail in SQL: rows are added and read, never changed."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from plantao.identity.models import AuditAction, AuditEntry, AuditFilters, Origin
from plantao.identity.tables import audit_entries


def add(
    connection: Connection,
    action: AuditAction,
    user_id: int,
    origin: Origin,
    now: datetime,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """`before` and `after` hold only what changed, and no secret."""
    values = {
        "at": now,
        "action": action,
        "user_id": user_id,
        "actor_id": origin.actor_id,
        "before": _json(before),
        "after": _json(after),
        "address": origin.address,
        "request_id": origin.request_id,
    }
    connection.execute(insert(audit_entries).inline(), values)


def count(connection: Connection, filters: AuditFilters) -> int:
    return connection.scalar(_filtered(select(func.count()).select_from(audit_entries), filters)) or 0


def page(connection: Connection, filters: AuditFilters, *, offset: int, limit: int) -> list[AuditEntry]:
    """Newest first."""
    statement = _filtered(select(audit_entries), filters).order_by(audit_entries.c.id.desc())
    return [_entry(row) for row in connection.execute(statement.offset(offset).limit(limit))]


def _filtered(statement: Select[Any], filters: AuditFilters) -> Select[Any]:
    columns = audit_entries.c
    equal = {columns.user_id: filters.user_id, columns.actor_id: filters.actor_id, columns.action: filters.action}
    statement = statement.where(*(column == value for column, value in equal.items() if value is not None))
    if filters.start is not None:
        statement = statement.where(columns.at >= filters.start)
    if filters.end is not None:
        statement = statement.where(columns.at <= filters.end)
    return statement


def _entry(row: Row[Any]) -> AuditEntry:
    origin = Origin(row.actor_id, row.address, row.request_id)
    before, after = json.loads(row.before), json.loads(row.after)
    return AuditEntry(row.id, row.at, AuditAction(row.action), row.user_id, origin, before, after)


def _json(value: dict[str, Any] | None) -> str:
    return json.dumps(value or {}, ensure_ascii=False)
