"""One answer for all who ask at once; an old one only for so long, and only while a new one is on its way."""

import asyncio
from datetime import datetime, timedelta

import pytest

from plantao.kit.clock import ManualClock
from plantao.kit.fresh import Fresh

LIFETIME, GRACE = timedelta(seconds=1), timedelta(seconds=1)


class Source:
    """Answers how often it was asked, once it may."""

    def __init__(self) -> None:
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None

    async def compute(self, _now: datetime) -> int:
        self.asked += 1
        number = self.asked
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return number


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def fresh(source: Source, clock: ManualClock) -> Fresh[int]:
    return Fresh(source.compute, clock, LIFETIME, GRACE)


async def test_an_old_answer_serves_while_the_next_is_computed(
    fresh: Fresh[int], source: Source, clock: ManualClock
) -> None:
    assert await fresh.get() == 1
    clock.advance(seconds=1)
    source.gate.clear()
    assert [await fresh.get() for _ in range(3)] == [1, 1, 1]
    await asyncio.sleep(0)
    assert source.asked == 2
    source.gate.set()
    clock.advance(seconds=1)  # the old one is too old now: who asks waits for the new one
    assert await fresh.get() == 2


async def test_after_a_pause_everybody_waits_for_one_new_answer(
    fresh: Fresh[int], source: Source, clock: ManualClock
) -> None:
    assert await fresh.get() == 1
    clock.advance(seconds=2)
    assert await asyncio.gather(*(fresh.get() for _ in range(10))) == [2] * 10


async def test_a_failure_behind_the_old_answer_is_no_answer(
    fresh: Fresh[int], source: Source, clock: ManualClock
) -> None:
    assert await fresh.get() == 1
    clock.advance(seconds=1)
    source.error = RuntimeError("away")
    assert await fresh.get() == 1
    await asyncio.sleep(0)  # the second question fails here, with nobody waiting for it
    with pytest.raises(RuntimeError, match="away"):
        await fresh.get()
    source.error = None
    assert await fresh.get() == 4


async def test_a_clock_that_was_set_back_makes_no_answer_eternal(source: Source, clock: ManualClock) -> None:
    fresh = Fresh(source.compute, clock, LIFETIME, GRACE)
    assert await fresh.get() == 1
    clock.advance(seconds=-60)
    assert await fresh.get() == 2


async def test_nothing_from_before_a_change_is_given_after_it(
    fresh: Fresh[int], source: Source, clock: ManualClock
) -> None:
    assert await fresh.get() == 1
    clock.advance(seconds=1)
    source.gate.clear()
    assert await fresh.get() == 1
    fresh.forget()
    source.gate.set()
    assert await fresh.get() == 3
