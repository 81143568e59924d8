"""Two at once: what the database has to decide."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text
from tests.identity.people import PASSWORD, Desk, client_of, until_blocked

from plantao.identity.errors import EmailTaken, InvalidCredentials, InvalidToken, LastAdministrator
from plantao.identity.models import LogIn, Role, User, UserChanges
from plantao.identity.passwords import PasswordHasher
from plantao.identity.repository import sessions, users
from plantao.identity.service import IdentityService
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.kit.ids import uuid7


@pytest.fixture
def hasher(real_hasher: PasswordHasher) -> PasswordHasher:
    """A log-in takes its time, and others can overtake it."""
    return real_hasher


async def test_two_administrators_cannot_demote_each_other_at_once(
    desk: Desk, identity: IdentityService, elsewhere: IdentityService
) -> None:
    one, other = await desk.person(Role.ADMIN), await desk.person(Role.ADMIN)
    async with client_of(identity) as client, client_of(elsewhere) as other_client:
        answers = await asyncio.gather(
            client.put(f"/users/{other.user.id}", json={"role": "user"}, headers=one.headers),
            other_client.put(f"/users/{one.user.id}", json={"is_active": False}, headers=other.headers),
        )
    # The second may find its own session revoked already.
    assert sorted(answer.status_code for answer in answers) in ([200, 401], [200, 409])
    assert await _administrators(identity) == 1


async def test_of_many_demotions_one_administrator_is_left(
    desk: Desk, identity: IdentityService, elsewhere: IdentityService
) -> None:
    admins = [await desk.user(Role.ADMIN) for _ in range(6)]
    changes = [UserChanges(role=Role.USER), UserChanges(is_active=False)]
    # In both directions, so that locks taken in the order of asking would be a deadlock.
    asked = [*admins, *reversed(admins)]
    work = [
        (identity, elsewhere)[number % 2].accounts.change_user(admin.id, changes[number % 2])
        for number, admin in enumerate(asked)
    ]
    outcomes = await asyncio.gather(*work, return_exceptions=True)
    assert all(isinstance(outcome, (User, LastAdministrator)) for outcome in outcomes), outcomes
    assert await _administrators(identity) == 1


async def _administrators(identity: IdentityService) -> int:
    return (await identity.accounts.list_users(role=Role.ADMIN, is_active=True)).total


async def test_the_second_demotion_waits_for_the_first(
    desk: Desk, database: Database, identity: IdentityService
) -> None:
    one, other = await desk.user(Role.ADMIN), await desk.user(Role.ADMIN)
    async with database.transaction() as transaction:
        await transaction.run(text("UPDATE users SET role = 'user' WHERE id = :id"), {"id": one.id})
        task = asyncio.create_task(identity.accounts.change_user(other.id, UserChanges(role=Role.USER)))
        await until_blocked(database)
    with pytest.raises(LastAdministrator):
        await task


async def test_of_two_users_with_one_email_one_is_created(
    desk: Desk, identity: IdentityService, elsewhere: IdentityService
) -> None:
    work = [
        service.accounts.create_user(email, PASSWORD, name="X", role=Role.USER)
        for service, email in ((identity, "a@b.com"), (elsewhere, "A@B.com"))
    ]
    outcomes = await asyncio.gather(*work, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {User, EmailTaken}


@pytest.mark.parametrize(
    "changes", ["is_active = false", "password_hash = 'other'"], ids=["deactivated", "other password"]
)
async def test_a_log_in_does_not_slip_past_a_revocation(
    desk: Desk, database: Database, identity: IdentityService, clock: ManualClock, changes: str
) -> None:
    """The change is written, its revocation ran, then the log-in that had verified the old password goes on."""
    user = await desk.user()
    async with database.transaction() as transaction:
        found = await transaction.connection.run_sync(users.find_credentials, user.email)
    assert found is not None
    async with database.transaction() as transaction:
        await transaction.run(text(f"UPDATE users SET {changes} WHERE id = :id"), {"id": user.id})
        await transaction.connection.run_sync(sessions.revoke_all_of, user.id, clock.now())
        task = asyncio.create_task(identity._open_session(found, None))
        await until_blocked(database)
    assert await task is None


async def test_a_revocation_finds_the_session_of_a_log_in_before_it(
    desk: Desk, database: Database, identity: IdentityService, clock: ManualClock
) -> None:
    """The session is opened, not yet committed, when the deactivation comes: it waits, then revokes it."""
    user = await desk.user()
    async with database.transaction() as transaction:
        found = await transaction.connection.run_sync(users.find_credentials, user.email)
    assert found is not None
    session_id, now = uuid7(), clock.now()
    async with database.transaction() as transaction:
        expires_at = now + timedelta(days=1)
        opened = partial(sessions.open_session, now=now, expires_at=expires_at)
        assert await transaction.connection.run_sync(opened, session_id, found)
        task = asyncio.create_task(identity.accounts.change_user(user.id, UserChanges(is_active=False)))
        await until_blocked(database)
    await task
    async with database.transaction() as transaction:
        row = await transaction.first(text("SELECT revoked_at FROM sessions"))
    assert row is not None
    assert row.revoked_at == now


async def test_log_ins_at_once_with_an_old_hash_all_succeed(
    desk: Desk, database: Database, identity: IdentityService
) -> None:
    user = await desk.user()
    weak = PasswordHasher(memory_kib=1024, passes=1)
    stored = await weak.hash(PASSWORD)
    weak.close()
    async with database.transaction() as transaction:
        await transaction.run(text("UPDATE users SET password_hash = :h"), {"h": stored})
    log_ins = await asyncio.gather(*(identity.log_in(user.email, PASSWORD) for _ in range(6)))
    assert len({log_in.refresh_token for log_in in log_ins}) == 6


async def test_the_old_password_is_dead_when_the_change_is_answered(desk: Desk, identity: IdentityService) -> None:
    user = await desk.user()
    log_ins = [asyncio.create_task(identity.log_in(user.email, PASSWORD)) for _ in range(4)]
    await identity.accounts.change_user(user.id, UserChanges(password="OutraSenha456!"))
    for outcome in await asyncio.gather(*log_ins, return_exceptions=True):
        if isinstance(outcome, LogIn):
            with pytest.raises(InvalidToken):
                await identity.gate.authenticate(outcome.access_token)
        else:
            assert isinstance(outcome, InvalidCredentials)
