"""How long to wait before a message is tried again: pure policy, told by numbers."""

import random
from datetime import timedelta
from typing import Final

from msgspec import Struct

from plantao.whatsapp.graph.errors import ErrorClass


class Backoff(Struct, frozen=True):
    """Waits of `first` x `factor`^n seconds, at most `longest`; none after `attempts` attempts."""

    first: float
    factor: float
    longest: float
    attempts: int


_BY_CLASS: Final = {
    # About 25 minutes in all: an outage of the network or of Meta.
    ErrorClass.RETRY: Backoff(1, 2, 300, 12),
    ErrorClass.THROTTLED_NUMBER: Backoff(2, 2, 300, 12),
    # Meta's own rule: 4^X seconds, X from 0.
    ErrorClass.THROTTLED_PAIR: Backoff(1, 4, 1024, 7),
    # An hour and a half to renew a token or settle a bill, with few calls meanwhile.
    ErrorClass.CONFIGURATION: Backoff(60, 2, 900, 9),
}
_BY_CODE: Final = {
    1: Backoff(2, 4, 60, 3),  # may be our own bad request
    131000: Backoff(2, 4, 60, 3),
    131053: Backoff(5, 4, 60, 2),  # Meta could not fetch a link
    4: Backoff(60, 2, 1800, 6),
    17: Backoff(60, 2, 1800, 6),
    32: Backoff(60, 2, 1800, 6),
    613: Backoff(60, 2, 1800, 6),
    80007: Backoff(60, 2, 1800, 6),
    131064: Backoff(60, 2, 1800, 6),
    131048: Backoff(3600, 2, 4 * 3600, 4),
    132069: Backoff(600, 2, 3600, 3),
    133015: Backoff(300, 2, 1800, 3),
    133016: Backoff(6 * 3600, 2, 24 * 3600, 3),
}


def retry_delay(
    error_class: ErrorClass, attempts: int, rng: random.Random, *, code: int | None = None
) -> timedelta | None:
    """The wait after `attempts` failed attempts (from 1); None to give up. `code` refines the class.

    Up to a quarter is added at random, so that what failed together does not come back together; nothing is
    taken away, because Meta's waits are minima.
    """
    backoff = _BY_CLASS.get(error_class)
    if backoff is None:
        return None
    backoff = _BY_CODE.get(code, backoff) if code is not None else backoff
    if attempts >= backoff.attempts:
        return None
    seconds = min(backoff.first * backoff.factor ** max(attempts - 1, 0), backoff.longest)
    return timedelta(seconds=seconds * rng.uniform(1, 1.25))
