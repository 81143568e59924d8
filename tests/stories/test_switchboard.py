"""The watch over open sockets, while the database takes its time."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text
from starlette.types import Message

from plantao.databases import open_store
from plantao.identity.gate import Gate
from plantao.identity.models import Actor, Role, SecondFactorPolicy
from plantao.identity.tokens import AccessTokens
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.kit.hub import open_hub
from plantao.realtime.socket import TOKEN_REVOKED, Socket
from plantao.realtime.switchboard import Switchboard
from plantao.realtime.viewers import Viewers
from plantao.routing.presence import Presence
from plantao.settings import Settings

SECRET = "kNsv8Zw2QfY5tRbX3mLcD7hJpGx9uEaT"
LOCK = text("LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE")
WAITING = text("SELECT count(*) AS waiting FROM pg_locks WHERE NOT granted AND relation = 'sessions'::regclass")


async def until_somebody_waits(database: Database) -> None:
    async with asyncio.timeout(10):
        while True:
            async with database.transaction() as tx:
                if (await tx.rows(WAITING, {}))[0].waiting > 0:
                    return


async def test_who_comes_while_sessions_are_checked_stays(database: Database, clock: ManualClock) -> None:
    store = open_store(Settings.model_validate({"jwt_secret": SECRET}), database)
    gate = Gate(store, clock, AccessTokens([SECRET], clock), SecondFactorPolicy.OPTIONAL)
    hub = open_hub(None)
    viewers = Viewers(hub, database, clock)
    switchboard = Switchboard(hub, gate, Presence(database, clock), viewers, clock)
    said: dict[str, list[Message]] = {"first": [], "second": []}

    def socket(name: str) -> Socket:
        async def send(message: Message) -> None:
            said[name].append(message)

        return Socket(send, Actor(1, name, Role.USER, uuid4(), clock.now() + timedelta(hours=1)), database)

    first, second = socket("first"), socket("second")
    await switchboard.add(first)
    async with database.transaction() as tx:
        await tx.run(LOCK, {})
        check = asyncio.create_task(switchboard._close_unfit())
        await until_somebody_waits(database)
        await switchboard.add(second)
    await check
    await first.write_all()  # its session is not open: it was closed
    assert said["first"] == [{"type": "websocket.close", "code": TOKEN_REVOKED}]
    assert not second._closing.done()
    await store.aclose()
