"""A limit on failures, for what may be tried as often as it succeeds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from plantao.kit.errors import ServiceUnavailable
from plantao.kit.rates.limiter import RateLimiter, Window
from plantao.kit.rates.rate import Rate

MAX_WAITING = 100  # attempts of one key, behind those under way


@dataclass(slots=True)
class _Line:
    """Those who try with one key at this moment."""

    turn: asyncio.Condition = field(default_factory=asyncio.Condition)
    under_way: int = 0
    waiting: int = 0


@dataclass(slots=True)
class Attempt:
    """One that was let in. `window`: what is left, this attempt included once it has failed."""

    window: Window
    _limit: "FailureLimit"
    _key: str
    failed: bool = False

    async def fail(self) -> None:
        if not self.failed:
            self.failed = True
            self.window = await self._limit.count_failure(self._key)


class FailureLimit:
    """At most `rate` failures of a key; successes cost nothing.

    No more are under way at once than may still fail: a burst cannot outrun the counting, and those who succeed only
    wait for each other. Several processes see each other's failures, not what is under way elsewhere: a burst over
    all of them may fail `rate` times in each.
    """

    def __init__(self, limiter: RateLimiter, rate: Rate, name: str) -> None:
        self._limiter = limiter
        self._rate = rate
        self._name = name
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def attempt(self, key: str) -> AsyncIterator[Attempt]:
        """Raises `TooManyRequests`, and `ServiceUnavailable` when too many wait already."""
        line = self._lines.setdefault(key, _Line())
        attempt = Attempt(await self._enter(line, key), self, key)
        try:
            yield attempt
        finally:
            async with line.turn:
                line.under_way -= 1
                if attempt.failed:
                    line.turn.notify_all()  # it may have been the last one
                else:
                    line.turn.notify()
                self._tidy(line, key)

    @asynccontextmanager
    async def counting(self, key: str, *failures: type[Exception]) -> AsyncIterator[None]:
        """An attempt that has failed when the block raises one of these. Raises as `attempt` does."""
        async with self.attempt(key) as attempt:
            try:
                yield
            except failures:
                await attempt.fail()
                raise

    async def count_failure(self, key: str) -> Window:
        """Another process may have filled the window meanwhile: then it is full, and that is all."""
        return (await self._limiter.count(self._rate, self._name, key))[1]

    async def _enter(self, line: _Line, key: str) -> Window:
        if line.waiting >= MAX_WAITING:
            raise ServiceUnavailable("Muitos acessos ao mesmo tempo. Tente novamente.", headers={"Retry-After": "2"})
        line.waiting += 1
        try:
            async with line.turn:
                return await self._await_turn(line, key)
        finally:
            line.waiting -= 1
            self._tidy(line, key)

    async def _await_turn(self, line: _Line, key: str) -> Window:
        while True:
            window = await self._limiter.look(self._rate, self._name, key)
            if window.remaining <= 0:
                line.turn.notify_all()  # nobody else will get in either, nor be told by somebody who leaves
                raise self._limiter.refusal(window, self._name)
            if line.under_way < window.remaining:
                line.under_way += 1
                return window
            await line.turn.wait()

    def _tidy(self, line: _Line, key: str) -> None:
        if not line.under_way and not line.waiting and self._lines.get(key) is line:
            del self._lines[key]
