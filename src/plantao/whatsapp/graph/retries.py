"""How long to wait before a message is tried again: pure policy, told by numbers."""

import random
from datetime import timedelta

from plantao.whatsapp.graph.error_table import BACKOFF_OF_CLASS, ErrorClass
from plantao.whatsapp.graph.errors import explain


def retry_delay(
    error_class: ErrorClass, attempts: int, rng: random.Random, *, code: int | None = None
) -> timedelta | None:
    """The wait after `attempts` failed attempts (from 1); None to give up. `code` refines the class.

    Up to a quarter is added at random, so that what failed together does not come back together; nothing is
    taken away, because Meta's waits are minima.
    """
    known = explain(code)
    backoff = known.backoff if known.error_class is error_class else BACKOFF_OF_CLASS.get(error_class)
    if backoff is None or attempts >= backoff.attempts:
        return None
    seconds = min(backoff.first * backoff.factor ** max(attempts - 1, 0), backoff.longest)
    return timedelta(seconds=seconds * rng.uniform(1, 1.25))
