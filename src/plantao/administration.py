"""What the command line does in the database, without a server."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Row

from plantao.databases import migrate_all, open_store
from plantao.identity.accounts import Accounts
from plantao.identity.models import Role, User
from plantao.identity.passwords import PasswordHasher
from plantao.kit.clock import SystemClock
from plantao.kit.db import Database
from plantao.kit.errors import ValidationFailed
from plantao.kit.migrations import migrate
from plantao.settings import Settings
from plantao.whatsapp import ledger
from plantao.whatsapp.graph import account
from plantao.whatsapp.numbers import read_numbers

PAGE = 100


@asynccontextmanager
async def _migrated(url: str) -> AsyncIterator[Database]:
    await migrate(url)
    database = Database(url, pool_size=2)
    try:
        yield database
    finally:
        await database.dispose()


@asynccontextmanager
async def _accounts(settings: Settings, url: str) -> AsyncIterator[Accounts]:
    await migrate_all(settings, url)
    database = Database(url, pool_size=2)
    store = open_store(settings, database)
    try:
        yield Accounts(store, SystemClock(), PasswordHasher(threads=1))
    finally:
        await store.aclose()
        await database.dispose()


async def create(settings: Settings, url: str, email: str, password: str, name: str, role: str) -> User:
    """Raises `ValidationFailed`, `EmailTaken`."""
    if role not in set(Role):
        raise ValidationFailed(f"role must be one of {', '.join(Role)}", field="role")
    async with _accounts(settings, url) as accounts:
        return await accounts.create_user(email, password, name=name, role=Role(role))


async def everybody(settings: Settings, url: str) -> list[User]:
    found: list[User] = []
    async with _accounts(settings, url) as accounts:
        while page := (await accounts.list_users(page=len(found) // PAGE + 1, limit=PAGE)).users:
            found += page
            if len(page) < PAGE:
                break
    return found


async def reset(settings: Settings, url: str, email: str, password: str) -> None:
    """Raises `ValidationFailed`, `NotFound`."""
    async with _accounts(settings, url) as accounts:
        await accounts.reset_password(email, password)


async def reset_second_factor(settings: Settings, url: str, email: str) -> None:
    """Raises `ValidationFailed`, `NotFound`, `SecondFactorOff`."""
    async with _accounts(settings, url) as accounts:
        await accounts.reset_second_factor_of(email)


async def ledger_state(url: str, limit: int) -> tuple[int, list[Row[Any]]]:
    """How many rows wait to be materialised, and the newest parked items."""
    async with _migrated(url) as database, database.transaction() as tx:
        return await ledger.count_pending(tx), await ledger.parked(tx, limit)


async def replay(url: str, rows: Sequence[int] | None) -> int:
    async with _migrated(url) as database, database.transaction() as tx:
        return await ledger.replay(tx, rows)


async def subscribe(settings: Settings, callback: str | None) -> list[str]:
    """Our app hears of each business account from now on; answers their ids.

    Raises `ValidationFailed`, and `GraphFailure` as Meta answers.
    """
    token = settings.whatsapp_verify_token
    numbers = read_numbers(settings)
    done: list[str] = []
    try:
        for number in numbers:
            account_id = number.business_account_id
            if account_id is not None and account_id not in done:
                secret = token.get_secret_value() if token and callback else None
                await account.subscribe(number.graph, account_id, callback, secret)
                done.append(account_id)
    finally:
        await numbers.aclose()
    if not done:
        raise ValidationFailed("PLANTAO_WHATSAPP_BUSINESS_ACCOUNT_ID is not set")
    return done
