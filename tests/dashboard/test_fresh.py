"""One computation for all who ask within a second; never yesterday's, never from before a change."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from plantao.dashboard.fresh import FreshToday, day_start
from plantao.kit.clock import ManualClock

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


class Source:
    """Counts how often it is asked, and answers the day that it was asked for, once it may."""

    def __init__(self) -> None:
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None

    async def compute(self, _now: datetime, day: datetime) -> bytes:
        self.asked += 1
        number = self.asked
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return f"{number} {day:%Y-%m-%d}".encode()


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def fresh(source: Source, clock: ManualClock) -> FreshToday:
    return FreshToday(source.compute, clock, SAO_PAULO)


async def test_a_second_long_one_answer_serves(fresh: FreshToday, source: Source, clock: ManualClock) -> None:
    first = await fresh.get()
    clock.advance(milliseconds=999)
    assert await fresh.get() == first
    clock.advance(milliseconds=1)
    assert await fresh.get() != first
    assert source.asked == 2


async def test_who_asks_meanwhile_waits_for_the_same(fresh: FreshToday, source: Source, clock: ManualClock) -> None:
    source.gate.clear()
    waiting = [asyncio.create_task(fresh.get()) for _ in range(50)]
    await asyncio.sleep(0)
    clock.advance(seconds=5)  # a slow database does not get a second question
    late = asyncio.create_task(fresh.get())
    await asyncio.sleep(0)
    waiting[0].cancel()
    source.gate.set()
    assert len({await task for task in [*waiting[1:], late]}) == 1
    assert source.asked == 1


async def test_yesterdays_answer_is_not_given_today(source: Source) -> None:
    clock = ManualClock(datetime(2026, 11, 24, 2, 59, 59, 900_000, tzinfo=UTC))  # 23:59:59.9 in São Paulo
    fresh = FreshToday(source.compute, clock, SAO_PAULO)
    assert await fresh.get() == b"1 2026-11-23"
    clock.advance(milliseconds=100)
    assert await fresh.get() == b"2 2026-11-24"


async def test_a_change_is_seen_by_who_asks_after_it(fresh: FreshToday, source: Source) -> None:
    source.gate.clear()
    before = asyncio.create_task(fresh.get())
    await asyncio.sleep(0)
    fresh.forget()
    after = asyncio.create_task(fresh.get())
    await asyncio.sleep(0)
    source.gate.set()
    assert await before != await after


async def test_a_failure_is_told_and_not_kept(fresh: FreshToday, source: Source) -> None:
    source.error = OSError("away")
    with pytest.raises(OSError, match="away"):
        await fresh.get()
    source.error = None
    assert (await fresh.get()).startswith(b"2 ")


def test_the_day_begins_at_midnight_there() -> None:
    noon = datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert day_start(noon, SAO_PAULO) == datetime(2026, 11, 23, 3, tzinfo=UTC)
    assert day_start(datetime(2026, 11, 24, 2, 59, tzinfo=UTC), SAO_PAULO) == day_start(noon, SAO_PAULO)
    # The day on which the clocks go forward has 23 hours.
    assert day_start(datetime(2026, 3, 8, 20, tzinfo=UTC), ZoneInfo("America/New_York")).astimezone(UTC).hour == 5
