"""A page of the list and how many match, at a cost that does not grow with the years.

To count a million rows takes a hundred times as long as to read a page. So a total is counted at each request only as
far as `exact_up_to`, where a person could tell; what is larger is counted once for all who ask within a moment.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from plantao.conversations import listing
from plantao.conversations.listing import Filters
from plantao.conversations.searching import COUNTED
from plantao.kit.clock import Clock
from plantao.kit.db import Database
from plantao.kit.fresh import Fresh

EXACT_UP_TO = 10_000
# A large total is begun anew when somebody asks a second after the last, and given until it is twice as old.
LIFETIME = GRACE = timedelta(seconds=1)
MOST_KEPT = 200  # totals, each of other filters


class Page(NamedTuple):
    rows: Sequence[Any]
    total: int


class ConversationList:
    """One a process: its large totals are everybody's who asks with the same filters."""

    def __init__(
        self, database: Database, clock: Clock, *, exact_up_to: int = EXACT_UP_TO, most_kept: int = MOST_KEPT
    ) -> None:
        self._database = database
        self._clock = clock
        self._exact_up_to = exact_up_to
        self._most_kept = most_kept
        self._large: dict[Filters, Fresh[int]] = {}  # the longest unasked first

    async def page(self, filters: Filters, *, limit: int, offset: int, reader: int = 0) -> Page:
        """For the user `reader`, whose marks are told.

        `total` of a search is `COUNTED` at most; any other is of now, or larger than `exact_up_to`, without a bound in
        time, and at most two seconds old.
        """
        rows = await listing.page(self._database.reader, filters, limit=limit, offset=offset, reader=reader)
        total = await self._small_total(filters, len(rows), limit, offset)
        return Page(rows, await self._large_total(filters) if total is None else total)

    async def _small_total(self, filters: Filters, found: int, limit: int, offset: int) -> int | None:
        """None if it is large, or was when it was last looked at."""
        if found < limit and (found > 0 or offset == 0):
            return offset + found  # the last page says it
        if filters.search is not None:
            return await listing.count(self._database.reader, filters, at_most=COUNTED)
        if filters in self._large:
            return None
        total = await listing.count(self._database.reader, filters, at_most=self._exact_up_to + 1)
        return total if total <= self._exact_up_to else None

    async def _large_total(self, filters: Filters) -> int:
        # A bound in time is mostly some time before now, another at each request: nobody would ask for it again.
        if filters.start_date is not None or filters.end_date is not None:
            return await self._count(filters)
        total = await self._fresh(filters).get()
        if total <= self._exact_up_to:  # it has become small, and small ones are of now
            self._large.pop(filters, None)
            total = await self._count(filters)
        return total

    def _fresh(self, filters: Filters) -> Fresh[int]:
        fresh = self._large.pop(filters, None) or Fresh(lambda _now: self._count(filters), self._clock, LIFETIME, GRACE)
        self._large[filters] = fresh
        if len(self._large) > self._most_kept:
            del self._large[next(iter(self._large))]
        return fresh

    async def _count(self, filters: Filters) -> int:
        return await listing.count(self._database.reader, filters)
