"""A process that dies with a file on its way: the rows say what is left to do."""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.stories.file_samples import JPEG
from tests.stories.harness import FAST, settings_for

from plantao.app import Parts, build_parts
from plantao.conversations import media_intake, repository
from plantao.conversations.arrivals import Incoming
from plantao.conversations.incoming import receive
from plantao.conversations.media_intake import WantedFile
from plantao.conversations.media_upkeep import MediaUpkeep
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
        return Sender(self.parts.database, self.parts.numbers, self.clock, Bell(), Receipts(), self.parts.media)

    def downloads(self) -> Downloads:
        return Downloads(self.parts.database, self.parts.numbers, self.clock, Bell(), self.parts.media)

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
        async with self.parts.media.staged([PNG], "image/png", None) as file, database.transaction() as tx:
            await append(tx, conversation, Draft("", MessageType.IMAGE, media=file.described), SYSTEM, now)

    async def one(self, query: str) -> Any:
        async with self.parts.database.transaction() as tx:
            return await tx.first(text(query))


@pytest.fixture
async def bench(database_url: str, tmp_path: Path) -> AsyncIterator[Bench]:
    clock = ManualClock(datetime.now(UTC))
    sim = create_simulator(SimulatorConfig(**FAST))
    async with run_server(sim):
        parts = build_parts(settings_for(sim, media_url=(tmp_path / "media").as_uri()), database_url, clock)
        customer = sim.customer("João", phone="5511999999999")
        sim.open_windows(customer)
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

    row = await bench.one("SELECT * FROM media_files")
    assert (row.attempts, row.due_at, row.mime_type, row.sha256) == (2, None, "image/png", media.sha256)
    assert await bench.parts.media.blobs.get(row.key) == PNG


class Killed(BaseException):
    """The process ends here: nothing after it runs."""


async def files(bench: Bench) -> list[str]:
    """What lies in the store."""
    directory = bench.parts.media.blobs._directory
    assert directory is not None
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())


async def expected(bench: Bench) -> None:
    """A customer's photo that is to be fetched."""
    media = bench.sim.media.add(JPEG, "image/jpeg", "foto.jpg")
    await bench.conversation({"id": media.id, "mime_type": "image/jpeg", "sha256": media.sha256})


# Each step of a download after which the process may die, and what of the photo then lies in the store.
STEPS = {
    "the object is announced": ("plantao.kit.blobs.Blobs.put", 0),
    "the object is written": ("plantao.kit.previews.Previews.look", 1),
    "the preview is written": ("plantao.conversations.media_intake.finish", 2),
    "the row is changed": ("plantao.conversations.media_intake._show", 2),
}


@pytest.mark.parametrize("step", STEPS)
async def test_dying_between_two_steps_of_a_download_leaves_one_file_in_the_end(
    bench: Bench, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await expected(bench)
    place, left = STEPS[step]

    async def die_here(*_arguments: object, **_more: object) -> None:
        raise Killed

    first = bench.downloads()
    with monkeypatch.context() as dying:
        dying.setattr(place, die_here)
        [wanted] = await claimed(bench)
        with pytest.raises(Killed):
            await first._receive(wanted)
    assert len(await files(bench)) == left
    assert (await bench.one("SELECT stored_at, key FROM media_files")) == (None, None)

    bench.clock.advance(hours=3)
    second = bench.downloads()
    await second.step()
    await second._in_flight.drain()
    row = await bench.one("SELECT * FROM media_files")
    assert await bench.parts.media.blobs.get(row.key) == JPEG
    await MediaUpkeep(bench.parts.media).step()
    assert await files(bench) == [row.key, row.thumbnail_key]
    assert (await bench.one("SELECT count(*) AS n FROM media_leftovers")).n == 0


async def claimed(bench: Bench) -> list[WantedFile]:
    async with bench.parts.database.transaction() as tx:
        return await media_intake.claim(tx, bench.clock.now(), timedelta(seconds=60), 1)


async def test_who_was_overtaken_stores_nothing(bench: Bench) -> None:
    await expected(bench)
    slow = bench.downloads()
    [wanted] = await claimed(bench)
    bench.clock.advance(minutes=30)
    fast = bench.downloads()
    await fast.step()
    await fast._in_flight.drain()
    kept = await bench.one("SELECT key FROM media_files")
    await slow._receive(wanted)
    assert await bench.one("SELECT key FROM media_files") == kept
    bench.clock.advance(hours=3)
    await MediaUpkeep(bench.parts.media).step()
    assert await files(bench) == [kept.key, f"{kept.key}.webp"]


async def test_a_wrong_checksum_is_not_stored(bench: Bench) -> None:
    media = bench.sim.media.add(PNG, "image/png", "foto.png")
    await bench.conversation({"id": media.id, "mime_type": "image/png", "sha256": "0" * 64})
    downloads = bench.downloads()
    await downloads.step()
    await downloads._in_flight.drain()
    row = await bench.one("SELECT attempts, due_at, stored_at FROM media_files")
    assert (row.attempts, row.stored_at) == (1, None)
    assert bench.clock.now() < row.due_at < bench.clock.now() + timedelta(seconds=5)
