"""Waking by the clock, whoever looks at it; by an answer elsewhere; and two customers who turn out to be one."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from tests.conversations.test_echoes import echo
from tests.conversations.world import fetch, hear, opened

from plantao.conversations import repository, waking
from plantao.conversations.assigning import hand_to
from plantao.conversations.events import TOPIC, Broadcast, read_broadcast
from plantao.conversations.merging import merge_conversations
from plantao.conversations.snoozing import SNOOZE
from plantao.conversations.waking import Waking
from plantao.customers.models import CustomerId
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.kit.hub import InProcessHub

MARIA = 7


class House:
    """A database, and what was told after each commit."""

    def __init__(self, url: str) -> None:
        self.hub, self.told = InProcessHub(), list[Broadcast]()
        self.hub.subscribe(self._hear)
        self.database = Database(url, self.hub)

    def _hear(self, topic: str, message: bytes) -> None:
        if topic == TOPIC:
            self.told.append(read_broadcast(message))

    def updates(self) -> list[UUID]:
        return [one.conversation_id for one in self.told if '"conversation_updated"' in one.frame]


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    house = House(database_url)
    yield house
    await house.database.dispose()


async def asleep(database: Database, clock: ManualClock, phone: str, hours: float = 1) -> UUID:
    """A customer's conversation, which Maria has put aside."""
    id_ = await opened(database, clock.now(), phone)
    async with database.transaction() as tx:
        conversation = await repository.lock(tx, id_)
        assert conversation is not None
        await hand_to(tx, conversation, MARIA, "Maria", reason=None, now=clock.now())
        await tx.run(SNOOZE, {"id": id_, "until": clock.now() + timedelta(hours=hours)})
    return id_


SLEEPING = "SELECT id FROM conversations WHERE snoozed_until IS NOT NULL ORDER BY id"


async def test_of_several_processes_one_wakes_it(house: House, clock: ManualClock) -> None:
    ids = [await asleep(house.database, clock, f"55119{number:08}") for number in range(20)]
    later = await asleep(house.database, clock, "5511888888888", hours=2)
    clock.advance(hours=1)
    house.told.clear()
    await asyncio.gather(*(Waking(house.database, clock).step() for _ in range(8)))
    assert sorted(house.updates()) == sorted(ids)
    assert await fetch(house.database, SLEEPING) == [(later,)]
    assert all((one.assigned_to, one.waiting) == (MARIA, False) for one in house.told)


async def test_what_was_due_while_nobody_ran_wakes_with_the_next(
    house: House, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waking, "AT_ONCE", 2)
    for number in range(3):
        await asleep(house.database, clock, f"55119{number:08}")
    clock.advance(days=3)
    worker = Waking(house.database, clock)
    assert [await worker.step(), await worker.step()] == [0, Waking.EVERY]  # there may be more: at once again
    assert await fetch(house.database, SLEEPING) == []


async def test_a_step_neither_waits_nor_takes_what_somebody_works_on(house: House, clock: ManualClock) -> None:
    id_ = await asleep(house.database, clock, "5511999999999")
    clock.advance(hours=1)
    house.told.clear()
    async with house.database.transaction() as tx:
        await repository.lock(tx, id_)
        await asyncio.wait_for(Waking(house.database, clock).step(), 5)
        assert house.updates() == []
    await Waking(house.database, clock).step()
    assert house.updates() == [id_]


async def test_an_answer_from_elsewhere_wakes_it(house: House, clock: ManualClock) -> None:
    await asleep(house.database, clock, "5511999999999")
    await echo(house.database, clock, "Já vamos aí")
    assert await fetch(house.database, SLEEPING) == []
    assert len(house.updates()) == 1


async def test_a_batch_wakes_only_those_who_wrote(house: House, clock: ManualClock) -> None:
    first = await asleep(house.database, clock, "5511999999999")
    second = await asleep(house.database, clock, "5511988888888")
    house.told.clear()
    await hear(house.database, clock.now(), "w1", "oi", "5511999999999")
    assert await fetch(house.database, SLEEPING) == [(second,)]
    assert house.updates() == [first]


async def test_a_duplicate_that_sleeps_can_end(house: House, clock: ManualClock) -> None:
    loser = await asleep(house.database, clock, "5511999999999")
    winner = await opened(house.database, clock.now(), "5511988888888")
    async with house.database.transaction() as tx:
        rows = [await repository.lock(tx, id_) for id_ in (loser, winner)]
        gone, kept = (CustomerId(row.customer_id) for row in rows if row is not None)
        await merge_conversations(tx, {gone: kept}, clock.now())
    assert await fetch(house.database, SLEEPING) == []
