"""One answer for everybody who asks within a moment."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from plantao.kit.clock import Clock

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Asked(Generic[T]):
    at: datetime
    task: asyncio.Task[T]

    def answered_within(self, now: datetime, age: timedelta) -> bool:
        """Whether the answer is there, is none of a failure, and was asked for less than `age` ago."""
        failed = not self.task.done() or self.task.cancelled() or self.task.exception() is not None
        return not failed and timedelta(0) <= now - self.at < age


class Fresh(Generic[T]):
    """`compute(now)` is asked at most once within `lifetime`, and never twice at once.

    Who asks while it computes waits for the same answer. With `grace`, who asks when an answer is older than
    `lifetime`, but by less than that, is given it at once while the next one is computed: only who asks after a
    pause waits.
    """

    def __init__(
        self,
        compute: Callable[[datetime], Awaitable[T]],
        clock: Clock,
        lifetime: timedelta,
        grace: timedelta = timedelta(0),
    ) -> None:
        self._compute = compute
        self._clock = clock
        self._lifetime = lifetime
        self._grace = grace
        self._newest: _Asked[T] | None = None
        self._former: _Asked[T] | None = None

    async def get(self) -> T:
        """Raises what `compute` raises; the next who asks begins anew."""
        now = self._clock.now()
        newest = self._newest
        if newest is None or (newest.task.done() and not newest.answered_within(now, self._lifetime)):
            self._former, newest = newest, self._ask(now)
            self._newest = newest
        former = self._former
        if former and not newest.task.done() and former.answered_within(now, self._lifetime + self._grace):
            return former.task.result()
        # Shielded: a client that goes away does not take the answer from the others.
        return await asyncio.shield(newest.task)

    def forget(self) -> None:
        """Something has changed: who asks from now on gets an answer that was begun after it."""
        self._newest = self._former = None

    def _ask(self, now: datetime) -> _Asked[T]:
        task = asyncio.ensure_future(self._compute(now))
        task.add_done_callback(_look)
        return _Asked(now, task)


def _look(task: asyncio.Task[T]) -> None:
    """Nobody may be waiting any more; a failure without a witness is no news, for the next who asks tries again."""
    if not task.cancelled():
        task.exception()
