"""A process that dies with a file on its way: the rows say what is left to do."""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from tests.stories.harness import FAST, settings_for

from plantao.app import Parts, build_parts
from plantao.conversations import media_files, repository
from plantao.conversations.incoming import Incoming, receive
from plantao.conversations.models import Channel, MessageType
from plantao.conversations.sending import SYSTEM, Draft, append
from plantao.customers.models import Contact
from plantao.customers.service import place_contacts
from plantao.kit.clock import ManualClock
from plantao.kit.wakeup import Bell
from plantao.whatsapp.downloads import Downloads
from plantao.whatsapp.receipts import Receipts
from plantao.whatsapp.sender import Sender
from plantao_simulator import Simulator, SimulatorConfig, create_simulator, run_server

PNG = b"\x89PNG\r\n\x1a\n" + bytes(1000)


@dataclass
class Bench:
    sim: Simulator
    parts: Parts
    clock: ManualClock
    phone: str = "5511999999999"

    def sender(self) -> Sender:
        return Sender(self.parts.database, self.parts.numbers, self.clock, Bell(), Receipts())

    def downloads(self) -> Downloads:
        return Downloads(self.parts.database, self.parts.numbers, self.clock, Bell())

    async def conversation(self, media: dict[str, Any] | None = None) -> repository.Conversation:
        now = self.clock.now()
        async with self.parts.database.transaction() as tx:
            placed = await place_contacts(tx, [Contact(wa_id=self.phone)], now)
            said = Incoming(placed.customer_ids[0], "wamid.1", MessageType.IMAGE, "", now, media=media)
            await receive(tx, [said], Channel.WHATSAPP, now, self.parts.rules)
            found = await repository.latest_of(tx, placed.customer_ids[0], Channel.WHATSAPP)
        assert found is not None
        return found

    async def queue_photo(self) -> None:
        conversation = await self.conversation()
        now, database = self.clock.now(), self.parts.database
        async with media_files.staged(database, [PNG], "image/png", None, now) as id_, database.transaction() as tx:
            media = {"file": str(id_), "mime_type": "image/png", "size": len(PNG), "filename": None}
            await append(tx, conversation, Draft("", MessageType.IMAGE, media=media), SYSTEM, now)

    async def one(self, query: str) -> Any:
        async with self.parts.database.transaction() as tx:
            return await tx.first(text(query))


@pytest.fixture
async def bench(database_url: str) -> AsyncIterator[Bench]:
    clock = ManualClock(datetime.now(UTC))
    sim = create_simulator(SimulatorConfig(**FAST))
    async with run_server(sim):
        parts = build_parts(settings_for(sim), database_url, clock)
        customer = sim.customer("João", phone="5511999999999")
        customer.wrote_at = sim.now()
        yield Bench(sim, parts, clock)
        await parts.numbers.aclose()
        await parts.database.dispose()


async def die(sender: Sender) -> None:
    """As far as the database can tell: what was begun ends without a word."""
    for outlet in sender._outlets:
        outlet.in_flight.cancel()
    await sender.drain()


async def test_dying_between_upload_and_send_sends_once(bench: Bench) -> None:
    await bench.queue_photo()
    bench.sim.fail_next(kind="slow", on="upload", seconds=1)
    first = bench.sender()
    await first.step()
    async with asyncio.timeout(5):
        while not bench.sim.media.uploads:  # noqa: ASYNC110 - the stand-in tells nobody of uploads
            await asyncio.sleep(0.01)
    await die(first)

    second = bench.sender()
    await second.step()
    await second.drain()
    assert bench.sim.sends == []  # it is still the first one's
    bench.clock.advance(minutes=2)
    await second.step()
    await second.drain()
    assert [send.payload["type"] for send in bench.sim.sends] == ["image"]
    assert (await bench.one("SELECT status FROM messages WHERE direction = 'outgoing'")).status == "sent"


async def test_a_remembered_upload_is_used_until_it_is_about_to_end(bench: Bench) -> None:
    await bench.queue_photo()
    for days, uploads in ((0, 1), (20, 1), (10, 2)):
        bench.clock.advance(days=days)
        bench.sim.fail_next(kind="drop_request")
        sender = bench.sender()
        await sender.step()
        await sender.drain()
        assert len(bench.sim.media.uploads) == uploads


async def test_dying_in_a_download_leaves_it_to_the_next(bench: Bench) -> None:
    media = bench.sim.media.add(PNG, "image/png", "foto.png")
    stated = {
        "id": media.id,
        "mime_type": "image/png",
        "sha256": base64.b64encode(bytes.fromhex(media.sha256)).decode(),
    }
    await bench.conversation(stated)
    bench.sim.fail_next(kind="slow", on="download", seconds=1)
    first = bench.downloads()
    await first.step()
    leased = "SELECT attempts, due_at, stored_at FROM media_files"
    before = await bench.one(leased)
    assert (before.attempts, before.stored_at) == (1, None)
    assert before.due_at > bench.clock.now() + timedelta(seconds=30)
    await first.drain()  # told to stop, it gives the file back
    assert (await bench.one(leased)).due_at == bench.clock.now()
    second = bench.downloads()
    await second.step()
    await second._in_flight.drain()

    row = await bench.one("SELECT f.*, c.data FROM media_files f JOIN media_chunks c ON c.file_id = f.id")
    assert (row.attempts, row.due_at, row.data, row.mime_type) == (2, None, PNG, "image/png")


async def test_a_wrong_checksum_is_not_stored(bench: Bench) -> None:
    media = bench.sim.media.add(PNG, "image/png", "foto.png")
    await bench.conversation({"id": media.id, "mime_type": "image/png", "sha256": "0" * 64})
    downloads = bench.downloads()
    await downloads.step()
    await downloads._in_flight.drain()
    row = await bench.one("SELECT attempts, due_at, stored_at FROM media_files")
    assert (row.attempts, row.stored_at) == (1, None)
    assert bench.clock.now() < row.due_at < bench.clock.now() + timedelta(seconds=5)
