"""Conversations whose time has come are back on their agents' desks."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

import structlog
from sqlalchemy import text

from plantao.conversations.events import DESK
from plantao.conversations.noted import tell_noted
from plantao.kit.clock import Clock
from plantao.kit.db import Database, Transaction

log = structlog.get_logger(__name__)

AT_ONCE: Final = 500  # of what was to wake while no process ran, or all at eight in the morning

# The column is timer and claim in one: of any number of processes one finds it set. Who is working on a conversation
# has it locked, and may be waking it: skipped. It counts as given anew, for who is gone: an agent whose shift begins
# as it wakes has the grace that everybody has.
WAKE_DUE = text("""
    UPDATE conversations SET snoozed_until = NULL, assigned_at = :now
    WHERE id IN (
        SELECT id FROM conversations WHERE snoozed_until <= :now
        ORDER BY snoozed_until LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    RETURNING id
""")


async def wake_due(tx: Transaction, now: datetime) -> int:
    """Wakes those whose time has come, each once, and tells who sees them. Answers how many, at most `AT_ONCE`."""
    woken = await tx.rows(WAKE_DUE, {"now": now, "limit": AT_ONCE})
    if woken:
        await tell_noted(tx, [row.id for row in woken])
        tx.publish(DESK)
    return len(woken)


@dataclass(frozen=True, slots=True)
class Waking:
    """The worker's step. Any number of processes may run it; what was to wake while none ran wakes with the next."""

    EVERY: ClassVar[float] = 1.0  # seconds

    database: Database
    clock: Clock

    async def step(self) -> float:
        async with self.database.transaction() as tx:
            woken = await wake_due(tx, self.clock.now())
        if woken:
            log.info("snoozed_woken", conversations=woken)
        return 0 if woken == AT_ONCE else self.EVERY
