"""Who is next, as plain functions."""

from collections.abc import Iterable
from dataclasses import dataclass


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
