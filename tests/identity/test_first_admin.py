"""What the start of the server and the command line do without HTTP."""

import asyncio

import pytest
from tests.identity.people import PASSWORD, Desk

from plantao.identity.accounts import Accounts
from plantao.identity.errors import InvalidCredentials, InvalidToken
from plantao.identity.models import Role, User, UserChanges
from plantao.identity.passwords import PasswordHasher
from plantao.identity.repository.store import Store
from plantao.identity.service import IdentityService
from plantao.kit.clock import ManualClock
from plantao.kit.errors import NotFound, ValidationFailed

EMAIL = "Admin@email.com"


@pytest.fixture
def accounts(store: Store, clock: ManualClock, hasher: PasswordHasher) -> Accounts:
    return Accounts(store, clock, hasher)


async def test_the_first_start_creates_an_administrator(accounts: Accounts, identity: IdentityService) -> None:
    created = await accounts.ensure_first_admin(EMAIL, PASSWORD, name="Administrador")
    assert created is not None
    assert (created.email, created.name, created.role, created.is_active) == (EMAIL, "Administrador", Role.ADMIN, True)
    assert (await identity.log_in("admin@email.com", PASSWORD)).user == created


async def test_later_starts_leave_it_as_it_is(accounts: Accounts, identity: IdentityService) -> None:
    first = await accounts.ensure_first_admin(EMAIL, PASSWORD, name="Administrador")
    assert first is not None
    await accounts.create_user("outro@email.com", PASSWORD, name="Outro", role=Role.ADMIN)
    await accounts.change_user(first.id, UserChanges(password="OutraSenha456!", role=Role.USER))
    assert await accounts.ensure_first_admin("admin@EMAIL.com", PASSWORD, name="Administrador") is None
    assert (await accounts.get_user(first.id)).role is Role.USER
    with pytest.raises(InvalidCredentials):
        await identity.log_in(EMAIL, PASSWORD)


async def test_processes_that_start_at_once_create_one(
    store: Store, clock: ManualClock, hasher: PasswordHasher
) -> None:
    processes = [Accounts(store, clock, hasher) for _ in range(3)]
    outcomes = await asyncio.gather(*(each.ensure_first_admin(EMAIL, PASSWORD, name="A") for each in processes))
    assert sum(isinstance(outcome, User) for outcome in outcomes) == 1
    assert (await processes[0].list_users()).total == 1


async def test_only_the_demo_waives_the_password_rule(accounts: Accounts, identity: IdentityService) -> None:
    with pytest.raises(ValidationFailed):
        await accounts.ensure_first_admin("admin@email.com", "admin123", name="Admin")
    with pytest.raises(ValidationFailed, match="1024 bytes"):
        await accounts.ensure_first_admin("admin@email.com", "x" * 1025, name="Admin", waive_password_rule=True)
    created = await accounts.ensure_first_admin("admin@email.com", "admin123", name="Admin", waive_password_rule=True)
    assert (await identity.log_in("admin@email.com", "admin123")).user == created


async def test_a_password_is_reset_by_email(accounts: Accounts, desk: Desk, identity: IdentityService) -> None:
    person = await desk.person()
    assert await accounts.reset_password(person.user.email.upper(), "OutraSenha456!") == person.user
    with pytest.raises(InvalidToken):
        await identity.gate.authenticate(person.log_in.access_token)
    assert (await identity.log_in(person.user.email, "OutraSenha456!")).user == person.user
    with pytest.raises(NotFound):
        await accounts.reset_password("ninguem@email.com", "OutraSenha456!")
    with pytest.raises(ValidationFailed):
        await accounts.reset_password(person.user.email, "fraca")


@pytest.mark.any_store
@pytest.mark.parametrize(
    ("email", "password", "name", "field"),
    [("nada", PASSWORD, "X", "email"), ("a@b.com", "fraca", "X", "password"), ("a@b.com", PASSWORD, " ", "nome")],
)
async def test_the_rules_hold_without_http(
    accounts: Accounts, email: str, password: str, name: str, field: str
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await accounts.create_user(email, password, name=name, role=Role.USER)
    assert caught.value.field == field
    assert (await accounts.list_users()).total == 0
