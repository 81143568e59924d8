"""Fetching what customers sent: Meta keeps it for seven days, and tells for five minutes at a time where it is.

A claimed row is fetched into the store, checked, and made its message's by one transaction. What fails is tried again,
ever more rarely, until Meta does not have it any more; the message says so, and a person may ask for it once more.
"""

import asyncio
import base64
import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog

from plantao.conversations import media_intake
from plantao.conversations.media_intake import WantedFile
from plantao.conversations.media_store import MediaStore, Written
from plantao.kit import metrics
from plantao.kit.clock import Clock
from plantao.kit.db import Database
from plantao.kit.errors import PayloadTooLarge, ServiceUnavailable
from plantao.kit.in_flight import InFlight
from plantao.kit.wakeup import Bell
from plantao.whatsapp.graph.errors import GraphFailure
from plantao.whatsapp.graph.files import MAX_FILE, FileRefused, transfer_seconds
from plantao.whatsapp.numbers import Numbers

log = structlog.get_logger(__name__)

CONCURRENCY: Final = 4
TOO_LARGE: Final = "the file is larger than 100 MB"
LEASE: Final = timedelta(seconds=60)  # to ask where the file is; and beyond the time that it may take to come
FIRST_WAIT, LONGEST_WAIT = 2.0, 3600.0  # seconds
TOLD_AFTER: Final = 3  # attempts: a hiccup is nobody's business
IDLE_SECONDS: Final = 60.0


class Damaged(Exception):
    """The bytes are not those that Meta announced."""


@dataclass(slots=True)
class Downloads:
    """`step` is the worker's; `drain` ends the transfers in flight, which the next start repeats."""

    database: Database
    numbers: Numbers
    clock: Clock
    bell: Bell
    media: MediaStore
    rng: random.Random = field(default_factory=random.Random)
    _in_flight: InFlight = field(init=False)

    def __post_init__(self) -> None:
        self._in_flight = InFlight("download", CONCURRENCY, on_end=self.bell.ring)

    async def step(self) -> float:
        """Starts fetching what is due; answers the seconds until the next file is."""
        free = self._in_flight.free
        if free == 0:
            return IDLE_SECONDS  # each transfer that ends rings the bell
        async with self.database.transaction() as tx:
            claimed = await media_intake.claim(tx, self.clock.now(), LEASE, free)
            due = await media_intake.next_due(tx) if not claimed else None
        for wanted in claimed:
            self._in_flight.start(self._fetch(wanted))
        if claimed:
            return 0
        return IDLE_SECONDS if due is None else max(0.001, (due - self.clock.now()).total_seconds())

    async def drain(self) -> None:
        """Gives back what is being fetched."""
        self._in_flight.cancel()
        await self._in_flight.drain()

    async def _fetch(self, wanted: WantedFile) -> None:
        try:
            await self._receive(wanted)
        except FileRefused as reason:
            await self._give_up(wanted, str(reason))
        except (GraphFailure, Damaged, TimeoutError, ServiceUnavailable) as failure:
            await self._again(wanted, failure)
        except asyncio.CancelledError:
            await self._postpone(wanted, timedelta())  # we are told to stop: the next start goes on at once
            raise

    async def _receive(self, wanted: WantedFile) -> None:
        graph = (self.numbers.of(wanted.number) or self.numbers.first).graph
        info = await graph.file_info(wanted.external_id)
        if info.size is not None and info.size > MAX_FILE:
            raise FileRefused(TOO_LARGE)
        seconds = transfer_seconds(info.size or MAX_FILE)
        await self._postpone(wanted, timedelta(seconds=seconds) + LEASE)
        try:
            async with asyncio.timeout(seconds), graph.download(info.url) as chunks:
                written = await self.media.write(wanted.id, chunks, MAX_FILE)
        except PayloadTooLarge:
            raise FileRefused(TOO_LARGE) from None
        _check(written, info.size, (wanted.sha256, info.sha256))
        await self._store(wanted, info.mime_type or wanted.mime_type, written)

    async def _store(self, wanted: WantedFile, declared: str | None, written: Written) -> None:
        mime_type = written.inspection.checked_type(declared)
        written = await self.media.look_into(written, mime_type)
        async with self.database.transaction() as tx:
            await media_intake.finish(tx, wanted, mime_type, written, self.clock.now())
        metrics.MEDIA_FETCHES.labels("stored").inc()

    async def _again(self, wanted: WantedFile, failure: Exception) -> None:
        log.warning("download_failed", file_id=str(wanted.id), attempt=wanted.attempts, error=str(failure))
        seconds = min(FIRST_WAIT * 2 ** min(wanted.attempts - 1, 20), LONGEST_WAIT) * self.rng.uniform(1, 1.25)
        delay = timedelta(seconds=seconds)
        if self.clock.now() + delay > wanted.external_until:
            await self._give_up(wanted, "not fetched within seven days")
            return
        await self._postpone(wanted, delay)
        if wanted.attempts == TOLD_AFTER:
            async with self.database.transaction() as tx:
                await media_intake.tell_delay(tx, wanted)
        metrics.MEDIA_FETCHES.labels("retried").inc()

    async def _give_up(self, wanted: WantedFile, reason: str) -> None:
        log.error("download_given_up", file_id=str(wanted.id), attempt=wanted.attempts, reason=reason)
        async with self.database.transaction() as tx:
            await media_intake.give_up(
                tx, wanted, "Não foi possível baixar o arquivo da Meta. Peça que seja reenviado."
            )
        metrics.MEDIA_FETCHES.labels("given_up").inc()

    async def _postpone(self, wanted: WantedFile, delay: timedelta) -> None:
        async with self.database.transaction() as tx:
            await media_intake.postpone(tx, wanted, self.clock.now() + delay)


def _check(written: Written, size: int | None, digests: tuple[str | None, ...]) -> None:
    """Raises `Damaged` for other bytes than those that were announced."""
    for stated in digests:
        if stated and not _is_digest(stated, written.inspection.sha256):
            raise Damaged("the checksum differs")
    if written.size == 0 or (size is not None and size != written.size):
        raise Damaged("the length differs")


def _is_digest(stated: str, digest: bytes) -> bool:
    """Meta writes a SHA-256 in base64 in webhooks and in hex in answers."""
    return stated.lower() == digest.hex() or stated == base64.b64encode(digest).decode()
