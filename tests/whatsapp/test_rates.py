"""Meta's limits, kept before Meta has to remind us."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantao.conversations.outbox import Outgoing
from plantao.customers.models import CustomerId
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.whatsapp import rates
from plantao.whatsapp.rates import NUMBER, PAIR, Limit, reserve_one

START = datetime(2026, 11, 23, tzinfo=UTC)
limits = st.builds(
    lambda interval, burst: Limit(timedelta(milliseconds=interval), timedelta(milliseconds=interval * burst)),
    st.integers(1, 10_000),
    st.integers(1, 60),
)


def run(limit: Limit, gaps: list[int]) -> list[datetime]:
    """When sends go that are tried after these gaps, in milliseconds; what may not go is not booked."""
    used, now, gone = None, START, []
    for gap in gaps:
        now += timedelta(milliseconds=gap)
        at, after = reserve_one(used, now, limit)
        if at <= now:
            used = after
            gone.append(now)
    return gone


@given(limits, st.lists(st.integers(0, 5_000), max_size=150))
def test_never_more_than_the_burst_at_once_nor_the_rate_for_long(limit: Limit, gaps: list[int]) -> None:
    gone = run(limit, gaps)
    burst = limit.burst // limit.interval
    for first, begin in enumerate(gone):
        for count, end in enumerate(gone[first:], start=1):
            assert count <= burst + (end - begin) / limit.interval + 1e-6


@given(limits)
def test_a_full_burst_may_go_at_once_and_then_one_an_interval(limit: Limit) -> None:
    burst = limit.burst // limit.interval
    assert len(run(limit, [0] * (burst + 10))) == burst
    interval = limit.interval // timedelta(milliseconds=1)
    assert len(run(limit, [0] * burst + [interval] * 20)) == burst + 20


@given(limits, st.lists(st.integers(0, 1_000), max_size=80))
def test_the_moment_that_is_named_is_the_first_at_which_it_may_go(limit: Limit, gaps: list[int]) -> None:
    used, now = None, START
    for gap in gaps:
        now += timedelta(milliseconds=gap)
        at, after = reserve_one(used, now, limit)
        if at > now:
            assert reserve_one(used, at, limit)[0] <= at
            just_before = at - timedelta(microseconds=1)
            assert reserve_one(used, just_before, limit)[0] > just_before
        else:
            used = after


def outgoing(customer: CustomerId | None = None) -> Outgoing:
    return Outgoing(
        id=uuid4(), conversation_id=uuid4(), customer_id=customer or CustomerId(uuid4()), type="text", content="oi",
        caption=None, media=None, payload=None, attempts=1, sent_by="bot", wa_id="55", phone=None, bsuid=None,
    )  # fmt: skip


async def allowed(database: Database, clock: ManualClock, messages: list[Outgoing]) -> int:
    async with database.transaction() as tx:
        return len(messages) - len(await rates.reserve(tx, "1", messages, clock.now()))


async def test_one_person_gets_45_at_once_and_then_one_in_six_seconds(database: Database, clock: ManualClock) -> None:
    customer = CustomerId(uuid4())
    assert await allowed(database, clock, [outgoing(customer) for _ in range(60)]) == 45
    clock.advance(seconds=6)
    assert await allowed(database, clock, [outgoing(customer) for _ in range(5)]) == 1
    assert await allowed(database, clock, [outgoing()]) == 1


async def test_the_number_sends_no_more_than_its_burst_whoever_it_is_to(database: Database, clock: ManualClock) -> None:
    burst = NUMBER.burst // NUMBER.interval
    assert await allowed(database, clock, [outgoing() for _ in range(100)]) == burst
    clock.advance(seconds=1)
    assert await allowed(database, clock, [outgoing() for _ in range(100)]) in (burst, burst + 1)


async def test_what_may_not_go_uses_nothing_up(database: Database, clock: ManualClock) -> None:
    customer = CustomerId(uuid4())
    await allowed(database, clock, [outgoing(customer) for _ in range(45)])
    for _ in range(100):
        assert await allowed(database, clock, [outgoing(customer)]) == 0
    clock.advance(seconds=6)
    assert await allowed(database, clock, [outgoing(customer)]) == 1


@pytest.mark.parametrize("of", ["pair", "number"])
async def test_a_hold_holds_until_its_moment(database: Database, clock: ManualClock, of: str) -> None:
    message, until = outgoing(), clock.now() + timedelta(seconds=30)
    async with database.transaction() as tx:
        if of == "pair":
            await rates.hold(tx, rates.pair_key(message.customer_id), until, PAIR)
        else:
            await rates.hold(tx, rates.number_key("1"), until, NUMBER)
    clock.advance(seconds=29.99)
    assert await allowed(database, clock, [message]) == 0
    clock.advance(seconds=0.01 + PAIR.interval.total_seconds())
    assert await allowed(database, clock, [message]) == 1


async def test_limits_that_no_longer_limit_are_forgotten(database: Database, clock: ManualClock) -> None:
    await allowed(database, clock, [outgoing()])
    async with database.transaction() as tx:
        await rates.prune(tx, clock.now() + timedelta(hours=1))
    assert await allowed(database, clock, [outgoing()]) == 1
