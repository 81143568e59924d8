"""How fast one client may talk: a limit kept in memory, for what a single connection sends."""

import time


class Pace:
    """Allows `rate` events a second on average and `burst` at once."""

    def __init__(self, rate: float, burst: int) -> None:
        self._interval = 1 / rate
        self._ahead = burst * self._interval
        self._used_until = 0.0

    def allows(self) -> bool:
        """Whether one more event may happen now; counts it if so."""
        now = time.monotonic()
        after = max(self._used_until, now) + self._interval
        if after - now > self._ahead:
            return False
        self._used_until = after
        return True
