"""One answer for everybody who asks within a second."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from plantao.kit.clock import Clock

LIFETIME = timedelta(seconds=1)


def day_start(now: datetime, zone: ZoneInfo) -> datetime:
    """The moment in which the day of `now` began in `zone`."""
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


class Fresh:
    """`compute(now, day)` is asked at most once a second, and never twice at once.

    Who asks while it computes waits for the same answer. An answer of yesterday is never given today, nor one
    from before `forget`.
    """

    def __init__(self, compute: Callable[[datetime, datetime], Awaitable[bytes]], clock: Clock, zone: ZoneInfo) -> None:
        self._compute = compute
        self._clock = clock
        self._zone = zone
        self._asked: tuple[datetime, datetime] | None = None
        self._task: asyncio.Task[bytes] | None = None

    async def get(self) -> bytes:
        """Raises what `compute` raises; the next who asks begins anew."""
        now = self._clock.now()
        day = day_start(now, self._zone)
        if self._task is None or not self._serves(self._task, now, day):
            self._asked = now, day
            self._task = asyncio.ensure_future(self._compute(now, day))
        # Shielded: a client that goes away does not take the answer from the others.
        return await asyncio.shield(self._task)

    def forget(self) -> None:
        """Something has changed: who asks from now on gets an answer that was begun after it."""
        self._task = None

    def _serves(self, task: asyncio.Task[bytes], now: datetime, day: datetime) -> bool:
        if self._asked is None or self._asked[1] != day:
            return False
        if not task.done():
            return True
        failed = task.cancelled() or task.exception() is not None
        return not failed and timedelta(0) <= now - self._asked[0] < LIFETIME
