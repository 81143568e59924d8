"""What the store of files needs from time to time: over a directory, and over a bucket."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.s3 import BUCKET, s3_server
from tests.stories.file_samples import JPEG, MB

from plantao.conversations import media_chunks, media_files
from plantao.conversations.media_files import StoredFile
from plantao.conversations.media_store import WRITING, MediaStore, pieces
from plantao.conversations.media_upkeep import MediaUpkeep
from plantao.kit.blobs import BlobMissing, Blobs, BlobsUnavailable, S3Access
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.kit.errors import NotFound, ServiceUnavailable
from plantao.kit.ids import uuid7


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Access]:
    with s3_server() as access:
        yield access


@dataclass
class Ground:
    media: MediaStore
    clock: ManualClock
    upkeep: MediaUpkeep

    async def legacy(self, data: bytes, mime_type: str = "application/pdf") -> UUID:
        """A file as version 2.0.0 kept it."""
        id_ = uuid7()
        row = dict.fromkeys(
            ("sha256", "key", "thumbnail_key", "width", "height", "duration", "uploaded_by", "filename")
        )
        async with self.media.database.transaction() as tx:
            facts = {"id": id_, "mime_type": mime_type, "size": len(data), "now": self.clock.now()}
            await tx.run(media_files.STAGE, row | facts)
            for position, at in enumerate(range(0, len(data), MB)):
                chunk = {"id": id_, "position": position, "data": data[at : at + MB]}
                await tx.run(text("INSERT INTO media_chunks VALUES (:id, :position, :data)"), chunk)
        return id_

    async def find(self, id_: UUID) -> StoredFile:
        async with self.media.database.transaction() as tx:
            found = await media_files.find(tx, id_)
        assert found is not None
        return found

    async def read(self, file: StoredFile, start: int = 0, end: int | None = None) -> bytes:
        return b"".join([chunk async for chunk in self.media.read(file, start, end)])

    async def count(self, table: str) -> int:
        async with self.media.database.transaction() as tx:
            row: Any = await tx.first(text(f"SELECT count(*) AS n FROM {table}"))
        found: int = row.n
        return found


@pytest.fixture(params=["directory", "s3"])
async def ground(request: pytest.FixtureRequest, tmp_path: Path, database: Database, clock: ManualClock) -> Ground:
    url = tmp_path.as_uri() if request.param == "directory" else f"s3://{BUCKET}/{tmp_path.name}"
    access = request.getfixturevalue("s3") if request.param == "s3" else None
    media = MediaStore(database, Blobs(url, access), clock)
    return Ground(media, clock, MediaUpkeep(media))


async def test_a_file_in_the_database_is_served_and_moved(ground: Ground) -> None:
    data = b"%PDF-" + os.urandom(2 * MB + 500)
    id_ = await ground.legacy(data)
    before = await ground.find(id_)
    assert before.key is None
    assert await ground.read(before) == data
    assert await ground.read(before, MB - 3, MB + 3) == data[MB - 3 : MB + 3]
    assert await ground.upkeep.step() < 1
    after = await ground.find(id_)
    assert after.key is not None
    assert await ground.read(after) == data
    assert await ground.read(before) == data  # who found it before the move
    assert (await ground.count("media_chunks"), await ground.count("media_leftovers")) == (0, 0)
    assert await ground.upkeep.step() == MediaUpkeep.EVERY


async def test_a_reader_is_not_cut_off_by_the_move(ground: Ground) -> None:
    data = b"%PDF-" + os.urandom(3 * MB)
    file = await ground.find(await ground.legacy(data))
    reading = ground.media.read(file, 5)
    first = await anext(reading)
    await ground.upkeep.step()
    assert first + b"".join([chunk async for chunk in reading]) == data[5:]


async def test_a_moved_photo_gets_its_small_one(ground: Ground) -> None:
    id_ = await ground.legacy(JPEG, "image/jpeg")
    await ground.upkeep.step()
    file = await ground.find(id_)
    assert (file.width, file.height) == (720, 540)
    assert (await ground.media.thumbnail(file))[:4] == b"RIFF"


async def test_one_broken_file_does_not_keep_the_others(ground: Ground) -> None:
    broken, whole = await ground.legacy(b"%PDF-1"), await ground.legacy(b"%PDF-2")
    async with ground.media.database.transaction() as tx:
        await tx.run(text("DELETE FROM media_chunks WHERE file_id = :id"), {"id": broken})
    await ground.upkeep.step()
    await ground.upkeep.step()
    assert (await ground.find(whole)).key is not None
    file = await ground.find(broken)
    assert file.key is None
    with pytest.raises(NotFound):
        await ground.media.opened(file, 0, file.size)


async def test_two_that_move_one_file_leave_one_object(ground: Ground) -> None:
    id_ = await ground.legacy(b"%PDF-1")
    file = await ground.find(id_)
    other = await ground.media.write(id_, pieces([b"%PDF-1"]), 100)
    await ground.upkeep.step()
    kept = await ground.find(id_)
    assert kept.key not in (None, other.key)
    ground.clock.advance(hours=3)
    await ground.upkeep._sweep()
    with pytest.raises(BlobMissing):
        await ground.media.blobs.get(other.key)
    assert await ground.read(kept) == await ground.read(file) == b"%PDF-1"


async def test_what_nobody_claimed_is_swept_and_comes_too_late_then(ground: Ground) -> None:
    id_ = uuid7()
    written = await ground.media.write(id_, pieces([b"%PDF-1"]), 100)
    ground.clock.advance(seconds=WRITING.total_seconds() - 1)
    await ground.upkeep.step()
    assert await ground.media.blobs.get(written.key) == b"%PDF-1"
    ground.clock.advance(seconds=2)
    await ground.upkeep.step()
    with pytest.raises(BlobMissing):
        await ground.media.blobs.get(written.key)
    with pytest.raises(ServiceUnavailable):
        await ground.media.keep(id_, written, "application/pdf", None, None)
    assert await ground.count("media_files") == 0


async def test_many_leftovers_are_swept_in_turns(ground: Ground) -> None:
    async with ground.media.database.transaction() as tx:
        await media_files.expect_objects(tx, [f"k{n}" for n in range(60)], ground.clock.now() - timedelta(seconds=1))
    assert await ground.upkeep.step() == MediaUpkeep.BETWEEN_MOVES
    assert await ground.upkeep.step() == MediaUpkeep.EVERY
    assert await ground.count("media_leftovers") == 0


async def test_a_store_that_is_away_is_come_back_to(tmp_path: Path, database: Database, clock: ManualClock) -> None:
    (tmp_path / "file").write_bytes(b"")
    away = MediaStore(database, Blobs((tmp_path / "file" / "below").as_uri()), clock)
    ground = Ground(away, clock, MediaUpkeep(away))
    id_ = await ground.legacy(b"%PDF-1")
    assert await ground.upkeep.step() == MediaUpkeep.EVERY
    assert await ground.read(await ground.find(id_)) == b"%PDF-1"
    with pytest.raises(BlobsUnavailable):
        await away.write(uuid7(), pieces([b"x"]), 1)


def test_a_piece_is_as_large_as_it_was() -> None:
    """Files were cut so by a version that is out there."""
    assert media_chunks.CHUNK == 1024 * 1024
