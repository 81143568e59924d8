"""For how long a signature alone is believed while the users' own database is away."""

from collections.abc import Iterator

import pytest
from tests.identity.people import KEY, Desk
from tests.tds import TdsServer

from plantao.identity.errors import InvalidToken
from plantao.identity.gate import GRACE
from plantao.identity.models import Role, SecondFactorPolicy, UserChanges
from plantao.identity.passwords import PasswordHasher
from plantao.identity.repository import sqlserver
from plantao.identity.repository.sqlserver import SqlServerStore
from plantao.identity.repository.store import StoreUnavailable
from plantao.identity.service import IdentityService
from plantao.kit.clock import ManualClock

pytestmark = pytest.mark.usefixtures("outage_ends")


@pytest.fixture
def outage_ends(sql_server: TdsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sqlserver, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(sqlserver, "LOG_IN_SECONDS", 0.0)
    yield
    sql_server.resume()


@pytest.fixture
async def store(empty_sql_server: TdsServer) -> SqlServerStore:
    return SqlServerStore(empty_sql_server.url("pymssql"), threads=2)


def begin_outage(server: TdsServer) -> None:
    server.stop_listening()
    server.drop_connections()


async def test_an_hour_after_the_last_answer_no_signature_is_believed(
    identity: IdentityService, desk: Desk, sql_server: TdsServer, clock: ManualClock
) -> None:
    person = await desk.person(Role.SUPERVISOR)
    before = await identity.gate.authenticate(person.log_in.access_token)
    begin_outage(sql_server)
    clock.advance(seconds=GRACE.total_seconds())
    assert await identity.gate.authenticate(person.log_in.access_token) == before
    assert await identity.gate.still_valid([before.session_id]) == {before.session_id}
    clock.advance(seconds=1)
    assert await identity.gate.still_valid([before.session_id]) == set()
    with pytest.raises(StoreUnavailable):
        await identity.gate.authenticate(person.log_in.access_token)


async def test_what_this_process_saw_end_stays_ended(
    identity: IdentityService, desk: Desk, sql_server: TdsServer
) -> None:
    ended = [await desk.person() for _ in range(3)]
    actors = [await identity.gate.authenticate(person.log_in.access_token) for person in ended]
    await identity.log_out(actors[0])
    await identity.end_session(actors[1], actors[1].session_id)
    await identity.accounts.change_user(actors[2].user_id, UserChanges(password="OutraSenha456!"))
    with pytest.raises(InvalidToken):  # seen by asking
        await identity.gate.authenticate(ended[2].log_in.access_token)
    begin_outage(sql_server)
    for person in ended:
        with pytest.raises(InvalidToken):
            await identity.gate.authenticate(person.log_in.access_token)
    assert await identity.gate.still_valid([actor.session_id for actor in actors]) == set()


async def test_who_must_set_up_a_second_factor_must_in_an_outage_too(
    store: SqlServerStore, sql_server: TdsServer, clock: ManualClock, hasher: PasswordHasher
) -> None:
    service = IdentityService(store, clock, [KEY], hasher, second_factor_policy=SecondFactorPolicy.ADMINS)
    person = await Desk(service).person(Role.ADMIN)
    begin_outage(sql_server)
    assert (await service.gate.authenticate(person.log_in.access_token)).restricted
