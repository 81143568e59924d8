"""What the store of files needs from time to time: nothing left over, nothing left behind in the database."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

import structlog
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from plantao.conversations import media_files, media_store
from plantao.conversations.media_store import MediaStore, Written
from plantao.kit.blobs import BlobMissing, BlobsUnavailable
from plantao.kit.errors import ServiceUnavailable

log = structlog.get_logger(__name__)

KEEP_LOOSE: Final = timedelta(hours=1)  # much longer than a request takes, and than somebody writes a caption
SWEPT_AT_ONCE: Final = 50
_FIRST: Final = UUID(int=0)

NEXT_IN_CHUNKS = text("""
    SELECT id FROM media_files WHERE key IS NULL AND stored_at IS NOT NULL AND id > :after ORDER BY id LIMIT 1
""")

MOVED = text("""
    UPDATE media_files SET key = :key, thumbnail_key = :thumbnail_key, sha256 = :sha256, width = :width,
                           height = :height, duration = :duration
    WHERE id = :id AND key IS NULL
""")

DROP_CHUNKS = text("DELETE FROM media_chunks WHERE file_id = :id")

SHOW_FACTS = text("UPDATE messages SET media = media || :found WHERE id = :message_id").bindparams(
    bindparam("found", type_=JSONB)
)


@dataclass(slots=True)
class MediaUpkeep:
    """`step` is a worker's. Any number of processes may do it: a row has one winner."""

    EVERY: ClassVar[float] = 600.0  # seconds
    BETWEEN_MOVES: ClassVar[float] = 0.2  # seconds: what people do goes first

    media: MediaStore
    _moved_to: UUID = _FIRST

    async def step(self) -> float:
        """Sweeps, and moves one file; answers when to be called again."""
        try:
            await self._forget_loose()
            swept = await self._sweep()
            moved = await self._move_next()
        except BlobsUnavailable:
            return self.EVERY  # the store has said so to the log
        return self.BETWEEN_MOVES if moved or swept == SWEPT_AT_ONCE else self.EVERY

    async def _forget_loose(self) -> None:
        now = self.media.clock.now()
        async with self.media.database.transaction() as tx:
            await media_files.prune_loose(tx, now - KEEP_LOOSE, now)

    async def _sweep(self) -> int:
        async with self.media.database.transaction() as tx:
            keys = await media_files.due_leftovers(tx, self.media.clock.now(), SWEPT_AT_ONCE)
            for key in keys:
                await self.media.blobs.delete(key)
            if keys:
                await media_files.claim_objects(tx, keys)
        return len(keys)

    async def _move_next(self) -> bool:
        async with self.media.database.transaction() as tx:
            row: Any = await tx.first(NEXT_IN_CHUNKS, {"after": self._moved_to})
        if row is None:
            self._moved_to = _FIRST  # what failed is tried again in the next round
            return False
        self._moved_to = row.id
        try:
            await self._move(row.id)
        except BlobMissing:
            log.error("media_chunks_missing", file_id=str(row.id))
        except ServiceUnavailable as error:
            if isinstance(error, BlobsUnavailable):
                raise
            log.warning("media_not_moved", file_id=str(row.id))
        return True

    async def _move(self, file_id: UUID) -> None:
        async with self.media.database.transaction() as tx:
            file = await media_files.find(tx, file_id)
        if file is None or file.key is not None:
            return
        written = await self.media.write(file.id, self.media.read(file), most=file.size)
        written = await self.media.look_into(written, file.mime_type)
        async with self.media.database.transaction() as tx:
            if (await tx.run(MOVED, written.columns | {"id": file.id})).rowcount == 0:
                return  # somebody else was faster: what we wrote is left over
            await media_store.claim_bytes(tx, written)
            await tx.run(DROP_CHUNKS, {"id": file.id})
            if file.message_id is not None:
                await tx.run(SHOW_FACTS, {"message_id": file.message_id, "found": _facts(written)})
        log.info("media_moved", file_id=str(file.id), size=file.size)


def _facts(written: Written) -> dict[str, Any]:
    seen = {name: getattr(written.preview, name) for name in ("width", "height", "duration")}
    return seen | {"thumbnail": written.preview.image is not None, "state": "available"}
