"""Showing a customer that the message was seen and an answer is coming: a courtesy, never at the expense of work.

Calls beyond a modest rate, or that fail, are dropped: during an outage of the provider's network the answers
matter, not the dots.
"""

from collections import OrderedDict
from collections.abc import Iterable

import structlog

from plantao.kit.http.pacing import Pace
from plantao.kit.in_flight import InFlight
from plantao.whatsapp.graph.client import GraphClient
from plantao.whatsapp.graph.errors import GraphFailure

log = structlog.get_logger(__name__)

CALLS_PER_SECOND, BURST = 10, 10
REMEMBERED = 10_000  # messages


class Receipts:
    def __init__(self) -> None:
        self._pace = Pace(CALLS_PER_SECOND, BURST)
        self._in_flight = InFlight("receipt", BURST)
        self._read: OrderedDict[str, None] = OrderedDict()  # known to be read: said once

    def show(self, wamids: Iterable[str], *, typing: bool, graph: GraphClient) -> None:
        """Marks these messages, and all before them, as read; with `typing`, until an answer or for 25 seconds.

        `graph`: of the number that they were written to.
        """
        for wamid in wamids:
            if wamid in self._read and not typing:
                continue
            if self._in_flight.free <= 0 or not self._pace.allows():
                return
            self._in_flight.start(self._call(graph, wamid, typing=typing))

    async def drain(self) -> None:
        await self._in_flight.drain()

    async def _call(self, graph: GraphClient, wamid: str, *, typing: bool) -> None:
        try:
            await graph.mark_read(wamid, typing=typing)
        except GraphFailure as failure:
            log.info("receipt_dropped", error=str(failure))
            return
        self._read[wamid] = None
        if len(self._read) > REMEMBERED:
            self._read.popitem(last=False)
