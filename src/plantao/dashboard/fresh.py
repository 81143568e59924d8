"""One answer for everybody who asks within a second, on one day."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from plantao.kit.clock import Clock
from plantao.kit.fresh import Fresh

LIFETIME = timedelta(seconds=1)


def day_start(now: datetime, zone: ZoneInfo) -> datetime:
    """The moment in which the day of `now` began in `zone`."""
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


class FreshToday:
    """`compute(now, day)` is asked at most once a second, and never twice at once.

    Who asks while it computes waits for the same answer. An answer of yesterday is never given today, nor one
    from before `forget`.
    """

    def __init__(self, compute: Callable[[datetime, datetime], Awaitable[bytes]], clock: Clock, zone: ZoneInfo) -> None:
        self._clock = clock
        self._zone = zone
        self._day: datetime | None = None
        self._fresh = Fresh(lambda now: compute(now, day_start(now, zone)), clock, LIFETIME)

    async def get(self) -> bytes:
        """Raises what `compute` raises; the next who asks begins anew."""
        day = day_start(self._clock.now(), self._zone)
        if day != self._day:
            self._day = day
            self._fresh.forget()
        return await self._fresh.get()

    def forget(self) -> None:
        """Something has changed: who asks from now on gets an answer that was begun after it."""
        self._fresh.forget()
