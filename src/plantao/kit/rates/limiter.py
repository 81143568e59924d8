"""Counts against rates. With Redis all processes count together; while it is away, each counts alone."""

import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError

from plantao.kit import metrics
from plantao.kit.clock import Clock
from plantao.kit.errors import AppError, ErrorCode
from plantao.kit.rates.memory import MemoryWindows
from plantao.kit.rates.rate import Rate

if TYPE_CHECKING:
    from plantao.kit.rates.shared import SharedWindows

T = TypeVar("T")
log = structlog.get_logger(__name__)

PAUSE_SECONDS = 2.0  # after Redis has failed, until one request tries it again


@dataclass(frozen=True, slots=True)
class Window:
    """How much of a rate is left. `reset`: Unix seconds at which the oldest hit stops to count."""

    limit: int
    remaining: int
    reset: float

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(math.ceil(self.reset)),
        }


class TooManyRequests(AppError):
    status = 429
    error_code = ErrorCode.RATE_LIMITED

    def __init__(self, window: Window, now: float) -> None:
        seconds = max(1, math.ceil(window.reset - now))
        headers = {**window.headers(), "Retry-After": str(seconds)}
        super().__init__(f"Muitas requisições. Tente novamente em {_in_words(seconds)}.", headers=headers)


def _in_words(seconds: int) -> str:
    amount, unit = (seconds, "segundo") if seconds < 120 else (math.ceil(seconds / 60), "minuto")
    return f"{amount} {unit}{'s' * (amount > 1)}"


class RateLimiter:
    """Keys name who is counted; their first part names what for, and is the metric's label."""

    def __init__(self, clock: Clock, redis_url: str | None = None) -> None:
        """Connects to nothing yet."""
        self._clock = clock
        self._alone = MovingWindowRateLimiter(MemoryWindows(clock))
        self._storage = _open_shared(redis_url) if redis_url else None
        self._together = MovingWindowRateLimiter(self._storage) if self._storage else None
        self._ask_again_at = 0.0

    async def hit(self, rate: Rate, *key: str) -> Window:
        """Counts one more. Raises `TooManyRequests`, and then it is not counted."""
        counted, window = await self.count(rate, *key)
        if not counted:
            raise self.refusal(window, key[0])
        return window

    async def count(self, rate: Rate, *key: str) -> tuple[bool, Window]:
        """Whether there was room for one more, and what is left."""
        item = _item(rate)
        return await self._ask(lambda windows: _hit(windows, item, key))

    async def look(self, rate: Rate, *key: str) -> Window:
        """How much is left; counts nothing."""
        item = _item(rate)
        return await self._ask(lambda windows: _look(windows, item, key))

    def refusal(self, window: Window, limit: str) -> TooManyRequests:
        """To be raised; counts that it was."""
        metrics.RATE_LIMITED.labels(limit).inc()
        return TooManyRequests(window, self._clock.now().timestamp())

    async def aclose(self) -> None:
        if self._storage is not None:
            await self._storage.aclose()

    async def _ask(self, question: Callable[[MovingWindowRateLimiter], Awaitable[T]]) -> T:
        if self._together is None:
            return await question(self._alone)
        if time.monotonic() >= self._ask_again_at:
            try:
                return await self._ask_redis(self._together, question)
            except (StorageError, OSError) as error:
                log.warning("limits_redis_away", error=type(error.__cause__ or error).__name__)
        metrics.RATE_LIMIT_FALLBACKS.inc()
        return await question(self._alone)

    async def _ask_redis(
        self, windows: MovingWindowRateLimiter, question: Callable[[MovingWindowRateLimiter], Awaitable[T]]
    ) -> T:
        """While it is away only one request in a while waits for it."""
        if self._ask_again_at:
            self._ask_again_at = time.monotonic() + PAUSE_SECONDS
        try:
            answer = await question(windows)
        except BaseException:
            self._ask_again_at = time.monotonic() + PAUSE_SECONDS
            raise
        self._ask_again_at = 0.0
        return answer


def _open_shared(redis_url: str) -> "SharedWindows":
    # Importing the client takes a quarter of a second, which a single process can spare.
    from plantao.kit.rates.shared import SharedWindows  # noqa: PLC0415

    return SharedWindows(redis_url)


def _item(rate: Rate) -> RateLimitItem:
    return RateLimitItemPerSecond(rate.amount, rate.seconds)


async def _hit(windows: MovingWindowRateLimiter, item: RateLimitItem, key: tuple[str, ...]) -> tuple[bool, Window]:
    allowed = await windows.hit(item, *key)
    return allowed, await _look(windows, item, key)


async def _look(windows: MovingWindowRateLimiter, item: RateLimitItem, key: tuple[str, ...]) -> Window:
    reset, remaining = await windows.get_window_stats(item, *key)
    return Window(item.amount, max(0, remaining), reset)
