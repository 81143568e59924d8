"""Conversations whose time has come are back on their agents' desks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

import structlog
from sqlalchemy import Row, text

from plantao.conversations.events import DESK, announce, updated
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
    RETURNING id, assigned_to, status, priority, snoozed_until
""")


async def wake_due(tx: Transaction, now: datetime) -> list[Row[Any]]:
    """Wakes those whose time has come, each once, and tells who sees them. Answers at most `AT_ONCE`."""
    woken = await tx.rows(WAKE_DUE, {"now": now, "limit": AT_ONCE})
    for row in woken:
        announce(tx, updated(row), assigned_to=row.assigned_to, status=row.status)
    if woken:
        tx.publish(DESK)
    return woken


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
            log.info("snoozed_woken", conversations=len(woken))
        return 0 if len(woken) == AT_ONCE else self.EVERY
