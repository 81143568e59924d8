"""What SQL Server is told, held to expected text: no SQL Server runs here, so it stays plain and is read by people."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyotp
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, event
from tests.identity.people import KEY, PASSWORD
from tests.tds import TdsServer
from tests.tds.drivers import drivers

from plantao.identity.models import LOCAL, AuditFilters, Role, UserChanges
from plantao.identity.passwords import PasswordHasher
from plantao.identity.repository.sqlserver import SqlServerStore
from plantao.identity.service import IdentityService
from plantao.kit.clock import ManualClock
from plantao.kit.migrations import migrations_directory

EXPECTED = Path(__file__).parent / "tsql"
PARAMETER = re.compile(r"%\(\w+\)[sd]|%[sd]")


def plain(statement: str) -> str:
    """One line, parameters as `?`, whichever driver it is for."""
    return " ".join(PARAMETER.sub("?", statement).split())


def test_the_schema_is_the_expected_one() -> None:
    written = io.StringIO()
    config = Config(output_buffer=written)
    config.set_main_option("script_location", str(migrations_directory() / "sqlserver"))
    command.upgrade(config, "head", sql=True)
    assert written.getvalue().strip() == (EXPECTED / "schema.sql").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("driver", drivers())
async def test_the_statements_are_the_expected_ones(
    empty_sql_server: TdsServer, clock: ManualClock, hasher: PasswordHasher, driver: str
) -> None:
    """Everything that the service can be asked, once."""
    store = SqlServerStore(empty_sql_server.url(driver), threads=1)
    statements: dict[str, None] = {}
    for engine in (store._reader, store._writer):
        event.listen(engine, "before_cursor_execute", recorder(statements))
    await everything(IdentityService(store, clock, [KEY], hasher), clock)
    await store.aclose()
    found = "\n".join(sorted(statements))
    assert found == (EXPECTED / "statements.sql").read_text(encoding="utf-8").strip()


def recorder(statements: dict[str, None]) -> Callable[..., None]:
    def record(_connection: Engine, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("SELECT 1"):
            statements[plain(statement) + ";"] = None

    return record


async def everything(identity: IdentityService, clock: ManualClock) -> None:
    await identity.accounts.ensure_first_admin("a@provedor.example", PASSWORD, name="Ana")
    user = await identity.accounts.create_user("b@provedor.example", PASSWORD, name="Bia", role=Role.USER)
    first = await identity.log_in("b@provedor.example", PASSWORD)
    log_in = await identity.refresh(first.refresh_token)
    actor = await identity.gate.authenticate(log_in.access_token)
    await identity.gate.still_valid([actor.session_id, actor.session_id])
    await identity.open_sessions(actor)
    await identity.end_other_sessions(actor)
    await identity.second_factors.state(actor)
    secret = (await identity.second_factors.start(actor, PASSWORD)).secret
    codes = await identity.second_factors.confirm(actor, pyotp.TOTP(secret).at(clock.now()), LOCAL)
    clock.advance(minutes=1)
    other = await identity.log_in("b@provedor.example", PASSWORD, codes[0])
    await identity.second_factors.disable(actor, PASSWORD, codes[1], LOCAL)
    await identity.end_session(actor, (await identity.gate.authenticate(other.access_token)).session_id)
    await identity.log_out(actor)
    changes = UserChanges("c@provedor.example", "OutraSenha456!", "Bianca", Role.ADMIN, is_active=True)
    await identity.accounts.change_user(user.id, changes)
    await identity.accounts.list_users(role=Role.ADMIN, is_active=True, page=2)
    filters = AuditFilters(user.id, 1, None, clock.now(), clock.now())
    await identity.accounts.audit_trail(filters)
    await identity.accounts.get_user(user.id)
