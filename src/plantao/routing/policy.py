"""Who is next, and how long that takes, as plain functions."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

PACE_WINDOW = timedelta(minutes=30)  # the recent past from which waits are estimated


@dataclass(frozen=True, slots=True)
class Candidate:
    """An online agent. `load`: conversations being served now."""

    user_id: int
    name: str
    load: int
    max_conversations: int

    @property
    def is_available(self) -> bool:
        return self.load < self.max_conversations


def choose(candidates: Iterable[Candidate], last_agent_id: int | None) -> Candidate | None:
    """The customer's last agent if available, else the least loaded; ties go to the lowest id."""
    available = [candidate for candidate in candidates if candidate.is_available]
    return min(available, key=lambda c: (c.user_id != last_agent_id, c.load, c.user_id), default=None)


def estimated_wait_minutes(position: int, assigned: int) -> int:
    """For who stands at `position` (from 1), when `assigned` left the queue within `PACE_WINDOW`; at least 1.

    With none assigned it counts as if one had been: a window's length for each place.
    """
    minutes = PACE_WINDOW.total_seconds() / 60
    return max(1, math.ceil(position * minutes / max(assigned, 1)))
