"""The outbox: one at a time and in order per conversation, each to one sender, and ticks that only rise."""

import asyncio
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.conversations.world import NUMBER, fetch, hear, id_of, opened, say

from plantao.conversations import outbox, repository
from plantao.conversations.models import MessageStatus, SentBy
from plantao.conversations.outbox import Lane, Outgoing, StatusUpdate
from plantao.conversations.policy import STATUS_RANK
from plantao.conversations.sending import Author, Draft, append
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database

LEASE = timedelta(seconds=50)
TICKS = [s for s in MessageStatus if s is not MessageStatus.QUEUED]


async def claim(database: Database, clock: ManualClock, limit: int = 10) -> list[Outgoing]:
    async with database.transaction() as tx:
        return await outbox.claim(tx, [NUMBER], clock.now(), LEASE, limit)


async def apply(database: Database, *updates: StatusUpdate) -> list[StatusUpdate]:
    async with database.transaction() as tx:
        return await outbox.apply_statuses(tx, updates)


async def test_only_the_oldest_message_of_a_conversation_is_given_out(database: Database, clock: ManualClock) -> None:
    one = await opened(database, clock.now(), "5511999999991")
    two = await opened(database, clock.now(), "5511999999992")
    for content in ("1", "2", "3"):
        await say(database, one, f"a{content}", clock.now())
        await say(database, two, f"b{content}", clock.now())
    claimed = await claim(database, clock)
    assert {message.content for message in claimed} == {"a1", "b1"}
    first = next(message for message in claimed if message.content == "a1")
    assert (first.attempts, first.wa_id, first.conversation_id) == (1, "5511999999991", one)
    assert await claim(database, clock) == []
    await apply(database, StatusUpdate(MessageStatus.SENT, clock.now(), external_id="wamid.1", id=first.id))
    assert [message.content for message in await claim(database, clock)] == ["a2"]


async def test_a_claimed_message_is_free_again_only_after_its_lease(database: Database, clock: ManualClock) -> None:
    await say(database, await opened(database, clock.now()), "oi", clock.now())
    assert len(await claim(database, clock)) == 1
    clock.advance(seconds=49.9)
    assert await claim(database, clock) == []
    clock.advance(seconds=0.1)
    [again] = await claim(database, clock)
    assert again.attempts == 2


async def test_a_postponed_message_holds_back_the_later_ones(database: Database, clock: ManualClock) -> None:
    conversation_id = await opened(database, clock.now())
    for content in ("1", "2"):
        await say(database, conversation_id, content, clock.now())
    [first] = await claim(database, clock)
    async with database.transaction() as tx:
        await outbox.postpone(tx, [(first.id, clock.now() + timedelta(seconds=5))], refund_attempt=True)
        assert await outbox.next_due(tx, [NUMBER], clock.now()) == clock.now() + timedelta(seconds=5)
    assert await claim(database, clock) == []
    clock.advance(seconds=5)
    [again] = await claim(database, clock)
    assert (again.content, again.attempts) == ("1", 1)


async def test_the_limit_goes_to_those_who_wait_longest(database: Database, clock: ManualClock) -> None:
    for number in range(6):
        await say(database, await opened(database, clock.now(), f"551199999990{number}"), str(number), clock.now())
        clock.advance(seconds=1)
    assert {message.content for message in await claim(database, clock, limit=3)} == {"0", "1", "2"}


async def test_of_twenty_senders_each_message_goes_to_one(database: Database, clock: ManualClock) -> None:
    for number in range(60):
        await say(database, await opened(database, clock.now(), f"55119999999{number:02}"), str(number), clock.now())
    claims = await asyncio.gather(*(claim(database, clock, limit=7) for _ in range(20)))
    given_out = [message.content for found in claims for message in found]
    assert len(given_out) == len(set(given_out))
    rest: list[str] = []
    while found := await claim(database, clock):
        rest += [message.content for message in found]
    assert sorted(given_out + rest, key=int) == [str(number) for number in range(60)]


async def tick(database: Database, external_id: str) -> Any:
    query = "SELECT status, status_rank, due_at, error FROM messages WHERE external_id = :id"
    [found] = await fetch(database, query, id=external_id)
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(TICKS), min_size=1, max_size=4), min_size=1, max_size=5))
async def test_ticks_only_rise_in_whatever_order_and_company_they_come(
    database: Database, clock: ManualClock, batches: list[list[MessageStatus]]
) -> None:
    conversation_id = await opened(database, clock.now())
    message = await say(database, conversation_id, "oi", clock.now())
    wamid = f"wamid.{message.id}"
    await apply(database, StatusUpdate(MessageStatus.SENT, clock.now(), external_id=wamid, id=id_of(message)))
    best = STATUS_RANK[MessageStatus.SENT]
    for batch in batches:
        assert await apply(database, *(StatusUpdate(s, clock.now(), external_id=wamid) for s in batch)) == []
        best = max(best, *(STATUS_RANK[status] for status in batch))
        status, rank, due_at, _ = await tick(database, wamid)
        assert (STATUS_RANK[MessageStatus(status)], rank, due_at) == (best, best, None)


async def test_every_order_of_all_ticks_ends_alike(database: Database, clock: ManualClock) -> None:
    conversation_id = await opened(database, clock.now())
    for order in permutations(TICKS):
        message = await say(database, conversation_id, "oi", clock.now())
        wamid = f"wamid.{message.id}"
        for status in order:
            error = {"code": 1, "title": "x", "detail": None} if status is MessageStatus.FAILED else None
            update = StatusUpdate(status, clock.now(), external_id=wamid, id=id_of(message), error=error)
            await apply(database, update)
        assert await tick(database, wamid) == ("played", 40, None, None)


async def test_a_failure_after_a_delivery_is_not_believed_and_before_it_is_forgotten(
    database: Database, clock: ManualClock
) -> None:
    conversation_id = await opened(database, clock.now())
    error = {"code": 131026, "title": "Undeliverable", "detail": None}
    message = await say(database, conversation_id, "oi", clock.now())
    failed = StatusUpdate(MessageStatus.FAILED, clock.now(), external_id="w", id=id_of(message), error=error)
    await apply(database, failed)
    assert (await tick(database, "w"))[3] == error
    await apply(database, StatusUpdate(MessageStatus.DELIVERED, clock.now(), external_id="w"))
    assert await tick(database, "w") == ("delivered", 20, None, None)
    await apply(database, failed)
    assert await tick(database, "w") == ("delivered", 20, None, None)


@pytest.mark.parametrize("by", ["our id", "external id"])
async def test_a_tick_settles_a_message_whose_answer_was_lost(database: Database, clock: ManualClock, by: str) -> None:
    message = await say(database, await opened(database, clock.now()), "oi", clock.now())
    [claimed] = await claim(database, clock)
    update = StatusUpdate(MessageStatus.DELIVERED, clock.now(), external_id="w", id=id_of(message))
    assert await apply(database, update) == []
    if by == "external id":
        await apply(database, StatusUpdate(MessageStatus.READ, clock.now(), external_id="w"))
    clock.advance(hours=1)
    assert await claim(database, clock) == []
    assert (await tick(database, "w"))[0] == ("delivered" if by == "our id" else "read")
    assert claimed.id == id_of(message)


async def test_a_tick_never_touches_what_a_customer_wrote(database: Database, clock: ManualClock) -> None:
    await hear(database, clock.now(), "wamid.in", "oi")
    await apply(database, StatusUpdate(MessageStatus.READ, clock.now(), external_id="wamid.in"))
    assert (await tick(database, "wamid.in"))[0] == "delivered"


async def test_ticks_of_strangers_are_handed_back(database: Database, clock: ManualClock) -> None:
    message = await say(database, await opened(database, clock.now()), "oi", clock.now())
    known = StatusUpdate(MessageStatus.SENT, clock.now(), external_id="w", id=id_of(message))
    stranger = StatusUpdate(MessageStatus.SENT, clock.now(), external_id="another system's")
    assert await apply(database, stranger, known) == [stranger]


async def queue(database: Database, clock: ManualClock, sent_by: SentBy, count: int, first: int) -> None:
    """So many messages, each to a customer of its own, each a moment after the one before."""
    for number in range(first, first + count):
        conversation_id = await opened(database, clock.now(), f"55119{number:08}")
        async with database.transaction() as tx:
            conversation = await repository.lock(tx, conversation_id)
            assert conversation is not None
            await append(tx, conversation, Draft(f"{sent_by}"), Author(sent_by), clock.now())
        clock.advance(seconds=0.001)


async def turn(database: Database, clock: ManualClock, limit: int, **shares: int) -> list[str]:
    """Who is given out at once."""
    given = {Lane.PERSON: 0} | {Lane[name.upper()]: share for name, share in shares.items()}
    async with database.transaction() as tx:
        claimed = await outbox.claim(tx, [NUMBER], clock.now(), LEASE, limit, given)
    return sorted(message.sent_by for message in claimed)


async def test_a_person_goes_first_then_the_bot_then_programs(database: Database, clock: ManualClock) -> None:
    for index, sent_by in enumerate((SentBy.API, SentBy.SYSTEM, SentBy.BOT, SentBy.AGENT)):
        await queue(database, clock, sent_by, 3, index * 100)
    turns = [await turn(database, clock, 3, bot=0, program=0) for _ in range(4)]
    assert turns[0] == ["agent"] * 3
    assert (turns[1], turns[2]) == (["system"] * 3, ["bot"] * 3)  # one lane: who has waited longer
    assert turns[3] == ["api"] * 3


async def test_each_lane_has_its_share_whoever_else_waits(database: Database, clock: ManualClock) -> None:
    for index, sent_by in enumerate((SentBy.AGENT, SentBy.BOT, SentBy.API)):
        await queue(database, clock, sent_by, 8, index * 100)
    assert await turn(database, clock, 6, bot=2, program=1) == ["agent"] * 3 + ["api"] + ["bot"] * 2
    assert await turn(database, clock, 1, bot=0, program=1) == ["api"]
    assert await turn(database, clock, 1, bot=0, program=0) == ["agent"]


async def test_a_lane_that_is_held_is_left_alone(database: Database, clock: ManualClock) -> None:
    await queue(database, clock, SentBy.API, 2, 0)
    assert await turn(database, clock, 5, bot=2) == []
    assert await turn(database, clock, 5, bot=2, program=0) == ["api", "api"]


async def test_what_nobody_else_wants_is_for_who_wants_it(database: Database, clock: ManualClock) -> None:
    await queue(database, clock, SentBy.API, 6, 0)
    assert await turn(database, clock, 5, bot=1, program=1) == ["api"] * 5


async def test_a_claim_is_for_the_numbers_that_it_names(database: Database, clock: ManualClock) -> None:
    await say(database, await opened(database, clock.now(), number="1"), "um", clock.now())
    await say(database, await opened(database, clock.now(), number="2"), "dois", clock.now())
    async with database.transaction() as tx:
        assert [m.content for m in await outbox.claim(tx, ["2", "3"], clock.now(), LEASE, 5)] == ["dois"]
        assert [m.content for m in await outbox.claim(tx, ["1"], clock.now(), LEASE, 5)] == ["um"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=12))
async def test_nobody_starves(database: Database, clock: ManualClock, arrivals: list[tuple[int, int, int]]) -> None:
    """However persons and the bot press, with three slots a turn a program's message goes within as many turns as
    there are before it in its own lane."""
    await settle(database)
    kinds = (SentBy.AGENT, SentBy.BOT, SentBy.API)
    base, waited, waiting = int(clock.now().timestamp()) % 1000 * 10000, 0, 0
    for number, counts in enumerate(arrivals):
        for index, (sent_by, count) in enumerate(zip(kinds, counts, strict=True)):
            await queue(database, clock, sent_by, count, base + number * 100 + index * 10)
        waiting += counts[2]
        gone = (await turn(database, clock, 3, bot=1, program=1)).count("api")
        assert gone >= min(1, waiting)
        waiting, waited = waiting - gone, waited + 1
    assert waited == len(arrivals)


async def settle(database: Database) -> None:
    """Nothing waits any more."""
    async with database.transaction() as tx:
        await tx.run(text("UPDATE messages SET due_at = NULL WHERE due_at IS NOT NULL"))
