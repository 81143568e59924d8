"""How long somebody will wait, from how fast the queue has moved lately."""

from datetime import datetime, timedelta

from plantao.conversations import waiting
from plantao.kit.db import Transaction

WINDOW = timedelta(hours=1)
UNKNOWN_PACE = 5.0  # minutes each, when nobody was assigned in the window
LONGEST = 24 * 60


def minutes_for(position: int, assigned: int, window: timedelta = WINDOW) -> int:
    """Whole minutes until `position` (1: next) is served, at the pace of `assigned` in `window`; at least 1."""
    pace = window.total_seconds() / 60 / assigned if assigned else UNKNOWN_PACE
    return min(max(1, -int(-position * pace // 1)), LONGEST)


async def estimated_wait_minutes(tx: Transaction, position: int, now: datetime) -> int:
    """For a place in the queue; at least 1."""
    return minutes_for(position, await waiting.assigned_within(tx, now, WINDOW))
