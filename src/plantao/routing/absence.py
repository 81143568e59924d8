"""Agents who are gone: what they have not answered is somebody else's."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import structlog

from plantao.conversations.returning import return_unanswered
from plantao.kit.clock import Clock
from plantao.kit.db import Database
from plantao.routing import repository

log = structlog.get_logger(__name__)

GRACE = timedelta(minutes=2)  # for a browser that is started again, or a train in a tunnel
KEEP_PRESENCE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Absence:
    """The worker's step. Any number of processes may run it."""

    EVERY: ClassVar[float] = 5.0  # seconds

    database: Database
    clock: Clock

    async def step(self) -> float:
        now = self.clock.now()
        async with self.database.transaction() as tx:
            gone = await repository.gone(tx, now - GRACE)
            # Who is given something while gone gets the same grace: a leader may know that somebody is coming.
            returned = await return_unanswered(tx, gone, assigned_before=now - GRACE, now=now)
            await repository.prune_presence(tx, now - KEEP_PRESENCE)
        if returned:
            log.info("returned_to_queue", conversations=returned)
        return self.EVERY
