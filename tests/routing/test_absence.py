"""What an agent who is gone has not answered goes back to the queue; everything else stays."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from tests.routing.desk import Desk

from plantao.conversations.models import ConversationStatus, MessageType
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.routing.absence import Absence

MARIA, CARLOS = 1, 2


@pytest.fixture
def desk(database: Database, clock: ManualClock) -> Desk:
    return Desk(database, clock)


async def served_by_maria(desk: Desk) -> UUID:
    await desk.connect(MARIA, node=0)
    conversation_id = await desk.ask()
    assert (await desk.find(conversation_id)).assigned_to == MARIA
    return conversation_id


async def test_what_was_never_answered_goes_back_after_two_minutes(desk: Desk, clock: ManualClock) -> None:
    conversation_id = await served_by_maria(desk)
    await desk.disconnect(MARIA, node=0)
    clock.advance(seconds=119)
    await desk.look_for_absent()
    assert (await desk.find(conversation_id)).assigned_to == MARIA
    clock.advance(seconds=1)
    await desk.look_for_absent()
    returned = await desk.find(conversation_id)
    assert (returned.status, returned.assigned_to) == (ConversationStatus.QUEUE, None)
    assert returned.last_agent_id == MARIA


async def test_only_the_customers_last_word_is_unanswered(desk: Desk, clock: ManualClock) -> None:
    answered, asked_again, reacted = [await served_by_maria(desk) for _ in range(3)]
    for conversation_id in (answered, asked_again, reacted):
        await desk.answer(conversation_id, MARIA)
    await desk.write(asked_again)
    await desk.write(reacted, MessageType.REACTION)
    await desk.disconnect(MARIA, node=0)
    clock.advance(minutes=3)
    await desk.look_for_absent()
    states = [(await desk.find(id_)).status for id_ in (answered, asked_again, reacted)]
    assert states == [ConversationStatus.IN_PROGRESS, ConversationStatus.QUEUE, ConversationStatus.IN_PROGRESS]
    await desk.note(answered, MARIA)  # a note is no answer, and takes none back
    await desk.write(answered)
    await desk.look_for_absent()
    assert (await desk.find(answered)).status is ConversationStatus.QUEUE


async def test_it_takes_the_place_that_it_had(desk: Desk, clock: ManualClock) -> None:
    first = await served_by_maria(desk)
    await desk.disconnect(MARIA, node=0)
    clock.advance(minutes=1)
    second = await desk.ask()
    clock.advance(minutes=1)
    await desk.look_for_absent()
    assert [row.id for row in await desk.queue()] == [first, second]


async def test_who_is_connected_to_another_process_keeps_everything(desk: Desk, clock: ManualClock) -> None:
    conversation_id = await served_by_maria(desk)
    await desk.connect(MARIA, node=1)
    await desk.disconnect(MARIA, node=0)
    for _ in range(20):
        clock.advance(seconds=15)
        await desk.heartbeat(node=1)
        await desk.look_for_absent()
    assert (await desk.find(conversation_id)).assigned_to == MARIA


async def test_a_process_that_dies_without_a_word_is_missed_too(desk: Desk, clock: ManualClock) -> None:
    conversation_id = await served_by_maria(desk)
    clock.advance(minutes=2)  # no heartbeat
    await desk.look_for_absent()
    assert (await desk.find(conversation_id)).assigned_to is None


async def test_a_free_colleague_gets_it_at_once(desk: Desk, clock: ManualClock) -> None:
    conversation_id = await served_by_maria(desk)
    await desk.disconnect(MARIA, node=0)
    clock.advance(minutes=2)
    await desk.connect(CARLOS, node=1)
    await desk.look_for_absent()
    await desk.assign()
    assert (await desk.find(conversation_id)).assigned_to == CARLOS


async def test_who_is_given_something_while_gone_has_the_same_grace(desk: Desk, clock: ManualClock) -> None:
    conversation_id = await served_by_maria(desk)
    await desk.give(conversation_id, CARLOS)
    await desk.heartbeat(node=0)
    clock.advance(seconds=119)
    await desk.look_for_absent()
    assert (await desk.find(conversation_id)).assigned_to == CARLOS
    clock.advance(seconds=1)
    await desk.look_for_absent()
    assert (await desk.find(conversation_id)).assigned_to is None


async def test_old_presence_is_swept(desk: Desk, database: Database) -> None:
    await desk.connect(MARIA, node=0)
    later = ManualClock(datetime(2026, 11, 25, tzinfo=UTC))
    await Absence(database, later).step()
    assert await desk.presence_rows() == 0


async def test_what_is_put_aside_stays_until_it_wakes(desk: Desk, clock: ManualClock) -> None:
    conversation_id = await served_by_maria(desk)
    await desk.snooze(conversation_id, MARIA, hours=16)
    await desk.disconnect(MARIA, node=0)
    clock.advance(hours=15)
    await desk.look_for_absent()
    assert (await desk.find(conversation_id)).assigned_to == MARIA
    clock.advance(hours=1)
    await desk.wake_due()
    clock.advance(seconds=119)  # a shift that begins as it wakes
    await desk.look_for_absent()
    assert (await desk.find(conversation_id)).assigned_to == MARIA
    clock.advance(seconds=1)
    await desk.look_for_absent()
    assert (await desk.find(conversation_id)).status is ConversationStatus.QUEUE


async def test_who_writes_to_somebody_who_is_gone_is_not_kept_waiting_by_it(desk: Desk, clock: ManualClock) -> None:
    conversation_id = await served_by_maria(desk)
    await desk.answer(conversation_id, MARIA)
    await desk.snooze(conversation_id, MARIA, hours=16)
    await desk.disconnect(MARIA, node=0)
    clock.advance(hours=2)
    await desk.write(conversation_id)
    await desk.look_for_absent()
    assert (await desk.find(conversation_id)).status is ConversationStatus.QUEUE
