"""A tick that is faster than the answer to our own request finds its message all the same."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from tests.conversations.world import fetch, id_of, opened, say

from plantao.conversations import outbox
from plantao.conversations.models import MessageStatus
from plantao.conversations.outbox import StatusUpdate
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.whatsapp import early_statuses
from plantao.whatsapp.storing import store_statuses
from plantao.whatsapp.wire.models import InboundStatus


def wire(wamid: str, status: str, clock: ManualClock) -> InboundStatus:
    return InboundStatus(
        path="statuses[0]", wamid=wamid, status=MessageStatus(status), at=clock.now(), callback_data=None,
        recipient_wa_id=None, recipient_bsuid=None, error=None, billable=None, pricing_category=None,
    )  # fmt: skip


async def webhook_side(database: Database, clock: ManualClock, wamid: str, *statuses: str) -> None:
    async with database.transaction() as tx:
        await store_statuses(tx, [wire(wamid, status, clock) for status in statuses], clock.now())


async def sender_side(database: Database, clock: ManualClock, wamid: str, message_id: UUID) -> None:
    """What the sender does with Meta's answer."""
    async with database.transaction() as tx:
        await early_statuses.lock(tx, [wamid])
        early = await early_statuses.take(tx, wamid)
        sent = StatusUpdate(MessageStatus.SENT, clock.now(), external_id=wamid, id=message_id)
        await outbox.apply_statuses(tx, [sent])
        if early is not None:
            await outbox.apply_statuses(tx, [early])


async def tick(database: Database, wamid: str) -> str:
    [(status,)] = await fetch(database, "SELECT status FROM messages WHERE external_id = :id", id=wamid)
    return str(status)


@pytest.mark.parametrize("webhook_first", [True, False])
async def test_the_tick_is_found_whichever_side_comes_first(
    database: Database, clock: ManualClock, webhook_first: bool
) -> None:
    message = await say(database, await opened(database, clock.now()), "oi", clock.now())
    if webhook_first:
        await webhook_side(database, clock, "w", "delivered")
    await sender_side(database, clock, "w", id_of(message))
    if not webhook_first:
        await webhook_side(database, clock, "w", "delivered")
    assert await tick(database, "w") == "delivered"
    assert await fetch(database, "SELECT external_id FROM whatsapp_early_statuses") == []


async def test_the_tick_is_found_when_both_sides_come_at_once(database: Database, clock: ManualClock) -> None:
    conversation_id = await opened(database, clock.now())
    for number in range(50):
        message = await say(database, conversation_id, "oi", clock.now())
        wamid = f"w{number}"
        sides = [webhook_side(database, clock, wamid, "read"), sender_side(database, clock, wamid, id_of(message))]
        await asyncio.gather(*(sides if number % 2 else sides[::-1]))
        assert await tick(database, wamid) == "read"
    assert await fetch(database, "SELECT external_id FROM whatsapp_early_statuses") == []


async def test_of_several_early_ticks_the_highest_is_kept(database: Database, clock: ManualClock) -> None:
    await webhook_side(database, clock, "w", "read", "sent")
    await webhook_side(database, clock, "w", "delivered")
    message = await say(database, await opened(database, clock.now()), "oi", clock.now())
    await sender_side(database, clock, "w", id_of(message))
    assert await tick(database, "w") == "read"


async def test_ticks_that_never_find_their_message_are_forgotten_in_time(
    database: Database, clock: ManualClock
) -> None:
    await webhook_side(database, clock, "old", "sent")
    clock.advance(days=2)
    await webhook_side(database, clock, "young", "sent")
    async with database.transaction() as tx:
        await early_statuses.prune(tx, clock.now() - timedelta(days=1))
    assert await fetch(database, "SELECT external_id FROM whatsapp_early_statuses") == [("young",)]
