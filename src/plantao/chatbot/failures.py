"""Why an engine has no answer, and the circuit that spares it after too many failures."""

import time
from collections.abc import Callable

Monotonic = Callable[[], float]


class EngineFailure(Exception):
    """`reason`: one word, the label of a metric. `pause`: seconds during which asking again is in vain.

    `retry_after`: seconds after which the same question may succeed; None when it will not. `counts`: whether the
    service is to blame, not this one question.
    """

    def __init__(
        self, reason: str, *, retry_after: float | None = None, pause: float = 0.0, counts: bool = True
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.pause = pause
        self.counts = counts


class CircuitBreaker:
    """Opens after `threshold` failures in a row for `pause` seconds, or for as long as a failure asks for.

    Then one question is let through; the others go on waiting for what becomes of it.
    """

    def __init__(self, threshold: int = 5, pause: float = 30.0, now: Monotonic = time.monotonic) -> None:
        self._threshold = threshold
        self._pause = pause
        self._now = now
        self._failures = 0
        self._closed_until: float | None = None  # None: everybody may ask

    def allows(self) -> bool:
        """Whether to ask. Says so once when a pause has ended."""
        if self._closed_until is None:
            return True
        if self._now() < self._closed_until:
            return False
        self._closed_until = self._now() + self._pause
        return True

    def succeeded(self) -> None:
        self._failures = 0
        self._closed_until = None

    def failed(self, failure: EngineFailure) -> None:
        """Counts a failure that is the service's; one that is the question's own proves that the service works."""
        if not failure.counts:
            self.succeeded()
            return
        self._failures += 1
        if failure.pause or self._failures >= self._threshold:
            self._closed_until = self._now() + max(failure.pause, self._pause)
