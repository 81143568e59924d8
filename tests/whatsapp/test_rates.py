"""Meta's limits, kept before Meta has to remind us."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantao.conversations.outbox import Lane, Outgoing
from plantao.customers.models import CustomerId
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.whatsapp import rates, sending_state
from plantao.whatsapp.rates import PAIR, Limit, free_slots, number_limit, reserve_one

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


@given(limits, st.lists(st.integers(0, 2_000), max_size=60))
def test_as_many_slots_are_free_as_may_be_reserved_one_by_one(limit: Limit, gaps: list[int]) -> None:
    used, now = None, START
    for gap in gaps:
        now += timedelta(milliseconds=gap)
        free, count = free_slots(used, now, limit), 0
        while (found := reserve_one(used, now, limit))[0] <= now and count <= 60:
            used, count = found[1], count + 1
        assert count == free


@settings(deadline=None)
@given(st.sampled_from(sorted(rates.PER_SECOND)), st.lists(st.integers(0, 300), max_size=12))
def test_no_second_has_more_than_the_number_may(throughput: str, gaps: list[int]) -> None:
    limit, used, now, gone = number_limit(throughput), None, START, []
    for gap in gaps:
        now += timedelta(milliseconds=gap)
        for _ in range(free_slots(used, now, limit)):
            used = reserve_one(used, now, limit)[1]
            gone.append(now)
    for begin in set(gone):
        within = sum(1 for moment in gone if begin <= moment < begin + timedelta(seconds=1))
        assert within <= rates.PER_SECOND[throughput]


def outgoing(customer: CustomerId | None = None, sent_by: str = "agent") -> Outgoing:
    return Outgoing(
        id=uuid4(), conversation_id=uuid4(), customer_id=customer or CustomerId(uuid4()), type="text", content="oi",
        caption=None, media=None, payload=None, attempts=1, sent_by=sent_by, wa_id="55", phone=None, bsuid=None,
        address=None,
    )  # fmt: skip


async def books(database: Database, clock: ManualClock, number: str = "1", account: str = "a") -> rates.Books:
    async with database.transaction() as tx:
        return await rates.open_books(tx, number, account, "STANDARD", clock.now())


async def allowed(database: Database, clock: ManualClock, messages: list[Outgoing]) -> int:
    """How many of these go: as many as the number may, and their customers."""
    async with database.transaction() as tx:
        found = await rates.open_books(tx, "1", "a", "STANDARD", clock.now())
        claimed = messages[: found.slots]
        return len(claimed) - len(await rates.reserve(tx, found, claimed)) if claimed else 0


async def flow(database: Database, clock: ManualClock, seconds: float, messages: list[Outgoing]) -> int:
    """As `allowed`, tried a hundred times a second."""
    gone = 0
    for _ in range(int(seconds * 100)):
        gone += await allowed(database, clock, messages[gone:])
        clock.advance(seconds=0.01)
    return gone


async def test_one_person_gets_45_in_a_burst_and_then_one_in_six_seconds(
    database: Database, clock: ManualClock
) -> None:
    customer = CustomerId(uuid4())
    assert await flow(database, clock, 2, [outgoing(customer) for _ in range(60)]) == 45
    clock.advance(seconds=6)
    assert await allowed(database, clock, [outgoing(customer) for _ in range(5)]) == 1
    assert await allowed(database, clock, [outgoing()]) == 1


async def test_a_number_sends_eighty_a_second_whoever_it_is_to_and_another_has_its_own(
    database: Database, clock: ManualClock
) -> None:
    assert 72 <= await flow(database, clock, 1, [outgoing() for _ in range(200)]) <= 80
    assert (await books(database, clock, "2")).slots == 8


async def test_what_may_not_go_uses_nothing_up(database: Database, clock: ManualClock) -> None:
    customer = CustomerId(uuid4())
    await flow(database, clock, 2, [outgoing(customer) for _ in range(45)])
    for _ in range(100):
        assert await allowed(database, clock, [outgoing(customer)]) == 0
    clock.advance(seconds=6)
    assert await allowed(database, clock, [outgoing(customer)]) == 1


async def test_what_comes_in_uses_the_number_too_and_leaves_a_quarter(database: Database, clock: ManualClock) -> None:
    sent = []
    for incoming in (0, 0, 40, 40, 200, 200):
        part = []
        for _ in range(10):  # as it comes, a tenth of it each tenth of a second
            part.append(await flow(database, clock, 0.1, [outgoing() for _ in range(50)]))
            async with database.transaction() as tx:
                await rates.count_received(tx, ["1"] * (incoming // 10))
        sent.append(sum(part))
    assert 72 <= sent[1] <= 80
    assert 30 <= sent[3] <= 42
    assert 10 <= sent[5] <= 25


async def test_set_throughput_is_what_a_number_is_paced_by(database: Database, clock: ManualClock) -> None:
    async with database.transaction() as tx:
        for level in ("COEXISTENCE", "HIGH"):
            await sending_state.set_throughput(tx, "1", level)
        assert (await sending_state.state(tx, "1")).throughput == "HIGH"
        high = await rates.open_books(tx, "1", "a", "HIGH", clock.now())
        low = await rates.open_books(tx, "2", "a", "COEXISTENCE", clock.now())
        unknown = await rates.open_books(tx, "3", "a", "NOT_APPLICABLE", clock.now())
    assert (high.slots, low.slots, unknown.slots) == (100, 2, 8)


async def test_the_bot_and_programs_have_their_share_and_no_debts(database: Database, clock: ManualClock) -> None:
    # Ten seconds of a campaign that nobody disputes, at full speed.
    assert await flow(database, clock, 10, [outgoing(sent_by="api") for _ in range(2000)]) >= 700
    seen, found = [], await books(database, clock)
    for _ in range(100):
        clock.advance(seconds=0.01)
        found = await books(database, clock)
        seen.append(found.shares[Lane.PROGRAM])
        if found.slots:
            await allowed(database, clock, [outgoing(sent_by="api" if found.shares[Lane.PROGRAM] else "agent")])
    assert 15 <= sum(1 for free in seen if free) <= 60  # about a quarter of a second's messages, soon again
    assert found.shares[Lane.PERSON] == 0


@pytest.mark.parametrize("of", ["pair", "number", "account", "programs"])
async def test_a_hold_holds_what_it_is_on_until_its_moment(database: Database, clock: ManualClock, of: str) -> None:
    message, until = outgoing(), clock.now() + timedelta(seconds=30)
    key, burst = {
        "pair": (rates.pair_key("1", message.customer_id), PAIR.burst),
        "number": (rates.number_key("1"), number_limit("STANDARD").burst),
        "account": (rates.account_key("a"), timedelta()),
        "programs": (rates.programs_key("1"), timedelta()),
    }[of]
    async with database.transaction() as tx:
        await rates.hold(tx, key, until, burst)
    clock.advance(seconds=29.9)
    held = await books(database, clock)
    assert (Lane.PROGRAM in held.shares) is (of != "programs")
    assert (held.slots == 0) is (of in ("number", "account"))
    assert held.opens_at >= (until if held.slots == 0 else clock.now())
    assert await allowed(database, clock, [message]) == (1 if of == "programs" else 0)
    other = await books(database, clock, number="2", account="a" if of != "account" else "b")
    assert other.slots == 8
    clock.advance(seconds=0.1 + PAIR.interval.total_seconds())
    assert await allowed(database, clock, [message]) == 1
    assert Lane.PROGRAM in (await books(database, clock)).shares


async def test_an_account_that_is_held_holds_all_its_numbers(database: Database, clock: ManualClock) -> None:
    async with database.transaction() as tx:
        await rates.hold(tx, rates.account_key("a"), clock.now() + timedelta(seconds=30))
    assert [(await books(database, clock, number)).slots for number in ("1", "2")] == [0, 0]


async def test_limits_that_no_longer_limit_are_forgotten(database: Database, clock: ManualClock) -> None:
    await allowed(database, clock, [outgoing()])
    async with database.transaction() as tx:
        await rates.prune(tx, clock.now() + timedelta(hours=1))
    assert await allowed(database, clock, [outgoing()]) == 1
