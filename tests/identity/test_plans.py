"""Every statement of identity finds its rows by an index, on the tables of a house that has been at work for years."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from tests.conftest import _execute
from tests.kit.test_migrations import sequential_scans

from plantao.identity.models import AuditFilters
from plantao.identity.repository import audit, second_factors, sessions, users
from plantao.kit.postgres import EmbeddedPostgres

NOW = datetime(2026, 11, 27, tzinfo=UTC)
ID = UUID(int=1)
FILL = (
    """INSERT INTO users (email, email_key, password_hash, name, role, is_active, created_at, updated_at)
       SELECT 'u' || n, 'u' || n, 'x', 'Pessoa ' || n, CASE WHEN n < 4 THEN 'admin' ELSE 'user' END, true, now(), now()
       FROM generate_series(1, 20000) n""",
    """INSERT INTO sessions (id, user_id, created_at, expires_at, revoked_at)
       SELECT md5('s' || n)::uuid, n % 20000 + 1, now(), now() + interval '30 days', CASE WHEN n % 20 > 0 THEN now() END
       FROM generate_series(1, 200000) n""",
    """INSERT INTO refresh_tokens (token_hash, session_id, expires_at)
       SELECT decode(md5('t' || n), 'hex'), md5('s' || n)::uuid, now() FROM generate_series(1, 200000) n""",
    """INSERT INTO recovery_codes (user_id, code_hash)
       SELECT n % 20000 + 1, decode(md5('r' || n), 'hex') FROM generate_series(1, 100000) n""",
    """INSERT INTO audit_entries (at, action, user_id, actor_id, before, after, address)
       SELECT now(), 'user.changed', n % 20000 + 1, n % 3 + 1, '{}', '{}', 'local' FROM generate_series(1, 200000) n""",
    "ANALYZE",
)
ASKED: dict[str, Callable[[Connection], Any]] = {
    "holder": lambda c: sessions.holder_of(c, ID, NOW),
    "still open": lambda c: sessions.still_open(c, [ID, UUID(int=2)], NOW),
    "own sessions": lambda c: sessions.open_of(c, 7, NOW),
    "revoke all": lambda c: sessions.revoke_all_of(c, 7, NOW),
    "revoke others": lambda c: sessions.revoke_others(c, 7, ID, NOW),
    "revoke one": lambda c: sessions.revoke(c, ID, NOW),
    "refresh": lambda c: sessions.use_refresh_token(c, b"x", NOW),
    "found token": lambda c: sessions.find_refresh_token(c, b"x"),
    "log-in": lambda c: users.find_credentials(c, "u7"),
    "user": lambda c: users.find(c, 7),
    "second page of users": lambda c: users.page(c, role=None, is_active=None, offset=20, limit=20),
    "recovery code": lambda c: second_factors.use_recovery_code(c, 7, b"x", NOW),
    "codes left": lambda c: second_factors.count_recovery_codes(c, 7),
    "newest of the trail": lambda c: audit.page(c, AuditFilters(), offset=0, limit=20),
    "trail of a user": lambda c: audit.page(c, AuditFilters(user_id=7), offset=0, limit=20),
    "trail by an actor": lambda c: audit.page(c, AuditFilters(actor_id=2), offset=0, limit=20),
    "count of a user": lambda c: audit.count(c, AuditFilters(user_id=7)),
}


@pytest.fixture(scope="module")
def large(cluster: EmbeddedPostgres, worker_database_url: str, worker_id: str) -> Iterator[str]:
    name = f"large_users_{worker_id}"
    asyncio.run(_execute(cluster.url("postgres"), f"CREATE DATABASE {name} TEMPLATE plantao_template"))
    asyncio.run(_execute(cluster.url(name), *FILL))
    yield cluster.url(name)
    with suppress(DBAPIError):
        asyncio.run(_execute(cluster.url("postgres"), f"DROP DATABASE {name} WITH (FORCE)"))


def scans(connection: Connection, ask: Callable[[Connection], Any]) -> set[str]:
    """The tables that any statement of `ask` reads from end to end."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    ask(connection)
    event.remove(connection, "before_cursor_execute", note)
    assert asked
    found: set[str] = set()
    for statement, parameters in asked:
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
        found |= sequential_scans((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
    return found


@pytest.mark.parametrize("name", ASKED)
async def test_nothing_reads_a_table_from_end_to_end(large: str, name: str) -> None:
    engine = create_async_engine(large, poolclass=NullPool)
    async with engine.connect() as connection:
        assert await connection.run_sync(scans, ASKED[name]) == set()
        await connection.rollback()


async def test_a_scan_would_be_seen(large: str) -> None:
    engine = create_async_engine(large, poolclass=NullPool)
    async with engine.connect() as connection:
        found = await connection.run_sync(scans, lambda c: c.execute(text("SELECT * FROM users WHERE name = 'x'")))
        await connection.rollback()
    assert found == {"users"}
