"""The bytes of messages' files: into the store and out of it.

An object is announced before it is written and claimed by the transaction that writes its row (`media_leftovers`): who
dies in between leaves something that housekeeping takes away, never a row without its bytes.
"""

import secrets
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import structlog

from plantao.conversations import media_chunks, media_files
from plantao.conversations.media_files import StoredFile
from plantao.kit.blobs import BlobMissing, Blobs
from plantao.kit.clock import Clock
from plantao.kit.db import Database, Transaction
from plantao.kit.errors import NotFound, PayloadTooLarge, ServiceUnavailable
from plantao.kit.ids import uuid7
from plantao.kit.inspection import Inspection
from plantao.kit.previews import NONE, Preview, Previews

log = structlog.get_logger(__name__)

WRITING: Final = timedelta(hours=2)  # much longer than the largest file may take


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes in the store that no row names yet: to be claimed by the transaction that writes one."""

    key: str
    inspection: Inspection
    preview: Preview = NONE

    @property
    def size(self) -> int:
        return self.inspection.size

    @property
    def sha256(self) -> str:
        return self.inspection.sha256.hex()

    @property
    def thumbnail_key(self) -> str | None:
        return thumbnail_key(self.key) if self.preview.image is not None else None

    @property
    def columns(self) -> dict[str, Any]:
        """What its row keeps, without the type."""
        seen = {name: getattr(self.preview, name) for name in ("width", "height", "duration")}
        names = ("key", "thumbnail_key", "size", "sha256")
        return seen | {name: getattr(self, name) for name in names}


def thumbnail_key(key: str) -> str:
    return f"{key}.webp"


async def claim_bytes(tx: Transaction, written: Written) -> None:
    """The transaction's row has these bytes. Raises `ServiceUnavailable` when they were taken for left over."""
    if not await media_files.claim_objects(tx, [written.key, thumbnail_key(written.key)]):
        raise ServiceUnavailable("O arquivo demorou demais para ser guardado. Tente novamente.")


@dataclass(frozen=True, slots=True)
class MediaStore:
    """Where to write files, and where to read them from."""

    database: Database
    blobs: Blobs
    clock: Clock
    previews: Previews = field(default_factory=Previews)

    async def write(self, file_id: UUID, chunks: AsyncIterable[bytes], most: int) -> Written:
        """Stores bytes. Raises `PayloadTooLarge` for more than `most`, `BlobsUnavailable`, and what `chunks` raises."""
        key = f"{file_id.hex[-2:]}/{file_id}-{secrets.token_hex(4)}"
        async with self.database.transaction() as tx:
            keys = [key, thumbnail_key(key)]
            await media_files.expect_objects(tx, keys, self.clock.now() + WRITING)
        inspection = Inspection()
        await self.blobs.put(key, inspection.watch(_bounded(chunks, most)))
        return Written(key, inspection)

    async def look_into(self, written: Written, mime_type: str) -> Written:
        """With what a screen shows before the file itself; a file that cannot be read has none."""
        chunks = self.blobs.read(written.key, 0, written.size)
        preview = await self.previews.look(chunks, written.size, mime_type)
        if preview.image is not None:
            await self.blobs.put(thumbnail_key(written.key), pieces([preview.image]))
        return Written(written.key, written.inspection, preview)

    async def keep(
        self, file_id: UUID, written: Written, mime_type: str, filename: str | None, user_id: int | None
    ) -> StoredFile:
        """Writes the row of a loose file: `user_id`'s, or that of whoever knows the id."""
        facts: dict[str, Any] = {"id": file_id, "mime_type": mime_type, "filename": filename, "uploaded_by": user_id}
        facts |= written.columns
        async with self.database.transaction() as tx:
            await claim_bytes(tx, written)
            await tx.run(media_files.STAGE, facts | {"now": self.clock.now()})
        facts |= dict.fromkeys(("conversation_id", "message_id", "external_id", "external_until"))
        return StoredFile(**facts)

    @asynccontextmanager
    async def staged(self, chunks: Sequence[bytes], mime_type: str, filename: str | None) -> AsyncIterator[StoredFile]:
        """Stores a file for a message to come; takes it away again if the block attaches it to none."""
        id_ = uuid7()
        written = await self.write(id_, pieces(chunks), most=sum(map(len, chunks)))
        file = await self.keep(id_, await self.look_into(written, mime_type), mime_type, filename, None)
        try:
            yield file
        finally:
            async with self.database.transaction() as tx:
                await media_files.discard_loose(tx, file.id, self.clock.now())

    def read(self, file: StoredFile, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end`, in pieces. Raises `BlobMissing`, `BlobsUnavailable`."""
        end = file.size if end is None else end
        if file.key is None:
            return media_chunks.read(self.database, self.blobs, file.id, start, end)
        return self.blobs.read(file.key, start, end)

    async def opened(self, file: StoredFile, start: int, end: int) -> AsyncIterator[bytes]:
        """As `read`; raises `NotFound` or `BlobsUnavailable` now, not in the middle of an answer."""
        chunks = self.read(file, start, end)
        with _told_missing(file):
            first = await anext(chunks)
        return _joined(first, chunks)

    async def thumbnail(self, file: StoredFile) -> bytes:
        """WebP. Raises `NotFound`, `BlobsUnavailable`."""
        if file.thumbnail_key is None:
            raise NotFound("Arquivo não encontrado.")
        with _told_missing(file):
            return await self.blobs.get(file.thumbnail_key)


async def pieces(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def _bounded(chunks: AsyncIterable[bytes], most: int) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise PayloadTooLarge(f"O arquivo deve ter no máximo {most // 1024**2} MB.")
        yield chunk


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


@contextmanager
def _told_missing(file: StoredFile) -> Iterator[None]:
    try:
        yield
    except BlobMissing:
        log.error("media_object_missing", file_id=str(file.id), key=file.key)
        raise NotFound("Arquivo não encontrado.") from None
