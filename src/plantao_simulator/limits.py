"""Meta's two speed limits: the number's throughput (130429) and the pair of number and customer (131056)."""

from __future__ import annotations

from dataclasses import dataclass, field

from plantao_simulator.config import SimulatorConfig
from plantao_simulator.errors import GraphError


@dataclass(slots=True)
class TokenBucket:
    """Refills evenly and holds `size` tokens: one second's worth unless given."""

    per_second: float
    size: float = 0.0
    tokens: float = field(init=False)
    updated: float | None = None

    def __post_init__(self) -> None:
        self.size = self.size or self.per_second
        self.tokens = self.size

    def take(self, now: float) -> bool:
        """One of them; False if there is none left."""
        elapsed = max(0.0, now - self.updated) if self.updated is not None else 0.0
        self.tokens = min(self.size, self.tokens + elapsed * self.per_second)
        self.updated = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass(slots=True)
class PairLimit:
    """One message per `seconds` to a customer; a burst borrows from the time after it.

    Up to `burst` messages may go within one period, and each of them costs a period of silence: twenty at once
    close the pair for two minutes.
    """

    seconds: float
    burst: int
    started: float = float("-inf")
    count: int = 0

    def take(self, now: float) -> bool:
        if now - self.started < self.seconds and self.count < self.burst:
            self.count += 1
            return True
        if now < self.started + self.seconds * self.count:
            return False
        self.started, self.count = now, 1
        return True


class Limits:
    """Both limits for one business number. Incoming and outgoing messages share the throughput."""

    def __init__(self, config: SimulatorConfig, messages_per_second: float | None = None) -> None:
        self._config = config
        self._own_rate = messages_per_second
        self._number = TokenBucket(self._standard)
        self._pairs: dict[str, PairLimit] = {}

    @property
    def _standard(self) -> float:
        return self._own_rate or self._config.messages_per_second

    @property
    def messages_per_second(self) -> float:
        return self._number.per_second

    def set_rate(self, per_second: float | None) -> None:
        """Another throughput, full at once; None: the one of the settings."""
        self._number = TokenBucket(per_second or self._standard)

    def incoming(self, now: float) -> None:
        """A customer's message uses throughput too, but is never refused."""
        self._number.take(now)

    def outgoing(self, customer_id: str, now: float) -> None:
        """Raises 130429 or 131056 when the send is too fast."""
        if self._config.number_limit and not self._number.take(now):
            raise GraphError(130429)
        pair = self._pairs.setdefault(customer_id, PairLimit(self._config.pair_seconds, self._config.pair_burst))
        if self._config.pair_limit and not pair.take(now):
            raise GraphError(131056)
