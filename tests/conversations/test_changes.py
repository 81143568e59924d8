"""Changes that were faster than the message they change, where the message learns its id only afterwards."""

from datetime import timedelta

from tests.conversations.world import fetch, hear, id_of, opened, say

from plantao.conversations.changes import KEEP_WAITING, MAX_PREVIOUS, Change, apply_arrived, change_messages
from plantao.conversations.models import Direction, MessageStatus
from plantao.conversations.outbox import StatusUpdate, apply_statuses
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database


async def test_a_change_waits_for_the_answer_to_our_sending(database: Database, clock: ManualClock) -> None:
    message = await say(database, await opened(database, clock.now()), "Olá", clock.now())
    edit = Change("c1", "w1", Direction.OUTGOING, clock.now(), "Olá!")
    async with database.transaction() as tx:
        await change_messages(tx, [edit], clock.now())
        await apply_arrived(tx, clock.now())
    assert await fetch(database, "SELECT content FROM messages") == [("Olá",)]
    sent = StatusUpdate(MessageStatus.SENT, clock.now(), external_id="w1", id=id_of(message))
    async with database.transaction() as tx:
        await apply_statuses(tx, [sent])
        await apply_arrived(tx, clock.now())
    assert await fetch(database, "SELECT content FROM messages") == [("Olá!",)]
    [(applied_at,)] = await fetch(database, "SELECT applied_at FROM message_changes")
    assert applied_at == clock.now()


async def test_a_change_whose_message_never_comes_is_forgotten_in_time(database: Database, clock: ManualClock) -> None:
    old = Change("c1", "w1", Direction.INCOMING, clock.now() - KEEP_WAITING - timedelta(seconds=1), None)
    young = Change("c2", "w2", Direction.INCOMING, clock.now() - KEEP_WAITING + timedelta(seconds=1), None)
    async with database.transaction() as tx:
        await change_messages(tx, [old, young], clock.now())
        await apply_arrived(tx, clock.now())
    assert await fetch(database, "SELECT external_id FROM message_changes") == [("c2",)]


async def test_whoever_edits_without_end_is_told_in_short(database: Database, clock: ManualClock) -> None:
    await hear(database, clock.now(), "w0", "texto 0")
    for number in range(1, 31):
        at = clock.now() + timedelta(seconds=number)
        edit = Change(f"c{number}", "w0", Direction.INCOMING, at, f"texto {number}")
        async with database.transaction() as tx:
            await change_messages(tx, [edit], clock.now())
    [(content, payload)] = await fetch(database, "SELECT content, payload FROM messages")
    assert content == "texto 30"
    assert payload["previous"] == ["texto 0", *(f"texto {number}" for number in range(11, 30))]
    assert len(payload["previous"]) == MAX_PREVIOUS
