"""Small tables stay small."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from plantao.conversations import changes
from plantao.kit.clock import Clock
from plantao.kit.db import Database
from plantao.whatsapp import early_statuses, rates
from plantao.whatsapp.account import alerts

KEEP_EARLY_STATUSES = timedelta(days=30)  # as long as Meta tries to deliver a message
KEEP_ALERTS = timedelta(days=365)
KEEP_RATES = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Housekeeping:
    EVERY: ClassVar[float] = 600.0  # seconds

    database: Database
    clock: Clock

    async def step(self) -> float:
        now = self.clock.now()
        async with self.database.transaction() as tx:
            await early_statuses.prune(tx, now - KEEP_EARLY_STATUSES)
            await alerts.prune(tx, now - KEEP_ALERTS)
            await changes.apply_arrived(tx, now)
            await rates.prune(tx, now - KEEP_RATES)
        return self.EVERY
