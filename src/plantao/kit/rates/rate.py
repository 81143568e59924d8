"""A rate, as settings write it: `5/15 minutes`."""

import re
from dataclasses import dataclass

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
MAX_AMOUNT, MAX_SECONDS = 1_000_000, 31 * 86_400
_RATE = re.compile(r"(\d{1,7})\s*(?:/|\sper\s)\s*(\d{1,7})?\s*(second|minute|hour|day)s?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `amount` times within any `seconds`."""

    amount: int
    seconds: int

    def times(self, factor: int) -> "Rate":
        return Rate(min(self.amount * factor, MAX_AMOUNT), self.seconds)


def parse_rate(text: str) -> Rate:
    """`100/minute`, `5/15 minutes`, `3 per hour`. Raises ValueError."""
    match = _RATE.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError(f"{text!r} is no rate such as 100/minute or 5/15 minutes")
    rate = Rate(int(match[1]), int(match[2] or 1) * SECONDS[match[3]])
    if not (1 <= rate.amount <= MAX_AMOUNT and 1 <= rate.seconds <= MAX_SECONDS):
        raise ValueError(f"{text!r} is out of bounds: 1 to {MAX_AMOUNT} times, within 1 second to 31 days")
    return rate
