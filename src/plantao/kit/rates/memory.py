"""Moving windows in this process's memory.

A storage of our own for the library `limits`: its own one wakes a task at every hit, which walks all keys through a
thread (with 10,000 keys and 200 hits a second that took a whole core: an attacker's gift), and grows without a bound.
This one does a few operations a hit, forgets the key that was used longest ago, and follows our clock.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass

from limits.aio.storage import MovingWindowSupport, Storage

from plantao.kit.clock import Clock

MAX_KEYS = 20_000  # some 20 MB, if each was used a few times


@dataclass(slots=True)
class _Window:
    hits: deque[float]  # Unix seconds, oldest first
    seconds: int


class MemoryWindows(Storage, MovingWindowSupport):
    """Exact: never more than `limit` hits of a key within any `expiry` seconds, while the key is remembered."""

    STORAGE_SCHEME = None

    def __init__(self, clock: Clock, max_keys: int = MAX_KEYS) -> None:
        super().__init__()
        self._clock = clock
        self._max_keys = max_keys
        self._windows: OrderedDict[str, _Window] = OrderedDict()

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return ()

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        now = self._clock.now().timestamp()
        window = self._windows.setdefault(key, _Window(deque(), expiry))
        self._windows.move_to_end(key)
        _forget(window, now)
        self._make_room(now)
        if len(window.hits) + amount > limit:
            return False
        window.hits.extend([now] * amount)
        return True

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:  # noqa: ARG002 - the library's signature
        """When the oldest hit was (now, without any), and how many there are."""
        now = self._clock.now().timestamp()
        window = self._windows.get(key)
        if window is None:
            return now, 0
        _forget(window, now)
        return (window.hits[0], len(window.hits)) if window.hits else (now, 0)

    def _make_room(self, now: float) -> None:
        """Forgets what is over, from the key used longest ago, and that key anyway when there are too many."""
        for _ in range(2):  # more than is added, so that they become fewer
            key, window = next(iter(self._windows.items()))
            over = not window.hits or window.hits[-1] <= now - window.seconds
            if len(self._windows) == 1 or not (over or len(self._windows) > self._max_keys):
                return
            del self._windows[key]

    async def check(self) -> bool:
        return True

    async def clear(self, key: str) -> None:
        self._windows.pop(key, None)

    async def reset(self) -> int | None:
        count = len(self._windows)
        self._windows.clear()
        return count

    # What only the library's other strategies ask for: the moving window keeps no counters.
    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise LookupError(f"no counter {key} to raise by {amount} for {expiry} s")

    async def get(self, key: str) -> int:
        raise LookupError(f"no counter {key}")

    async def get_expiry(self, key: str) -> float:
        raise LookupError(f"no counter {key}")


def _forget(window: _Window, now: float) -> None:
    hits, begin = window.hits, now - window.seconds
    while hits and hits[0] <= begin:
        hits.popleft()
