"""A worker sleeps until it is rung for, loses no ring, and does not die of its work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from plantao.kit import workers
from plantao.kit.wakeup import Bell
from plantao.kit.workers import Worker


class Steps:
    """Work that can be waited on. `answers` are given in turn, an exception is raised; then it is idle."""

    def __init__(self, *answers: float | Exception) -> None:
        self.answers = list(answers)
        self.count = 0
        self._news = asyncio.Condition()

    async def __call__(self) -> float:
        async with self._news:
            self.count += 1
            self._news.notify_all()
        answer = self.answers.pop(0) if self.answers else 60.0
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def until(self, count: int) -> None:
        async with asyncio.timeout(5), self._news:
            await self._news.wait_for(lambda: self.count >= count)


@asynccontextmanager
async def at_work(steps: Steps, bell: Bell, poll: float = 60.0) -> AsyncIterator[Worker]:
    worker = Worker("test", steps, bell, poll=poll)
    worker.start()
    yield worker
    await worker.stop()


async def test_it_goes_on_while_there_is_work_and_then_waits_for_its_bell() -> None:
    steps, bell = Steps(0, 0), Bell()
    async with at_work(steps, bell):
        await steps.until(3)
        await asyncio.sleep(0.02)
        assert steps.count == 3
        bell.ring()
        await steps.until(4)


async def test_a_ring_during_a_step_is_not_lost() -> None:
    bell = Bell()

    class Ringing(Steps):
        async def __call__(self) -> float:
            answer = await super().__call__()
            if self.count == 1:
                bell.ring()
            return answer

    steps = Ringing()
    async with at_work(steps, bell):
        await steps.until(2)
        await asyncio.sleep(0.02)
    assert steps.count == 2


async def test_it_looks_by_itself_after_the_time_it_was_told_or_the_poll() -> None:
    for answer, poll in ((0.01, 60.0), (60.0, 0.01)):
        steps = Steps(answer, answer)
        async with at_work(steps, Bell(), poll):
            await steps.until(3)


async def test_a_step_that_fails_is_tried_again_ever_more_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "FIRST_PAUSE", 0.01)
    steps = Steps(RuntimeError("1"), RuntimeError("2"), RuntimeError("3"))
    loop = asyncio.get_running_loop()
    started = loop.time()
    async with at_work(steps, Bell()):
        await steps.until(4)
    assert loop.time() - started >= 0.01 + 0.02 + 0.04


async def test_stopping_lets_the_step_in_flight_finish() -> None:
    done, may_end = [], asyncio.Event()

    async def step() -> float:
        await may_end.wait()
        done.append(True)
        return 0

    worker = Worker("test", step, Bell())
    worker.start()
    await asyncio.sleep(0)
    stopping = asyncio.create_task(worker.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    may_end.set()
    await stopping
    assert done == [True]


async def test_a_worker_that_never_started_can_be_stopped() -> None:
    await Worker("test", Steps(), Bell()).stop()
