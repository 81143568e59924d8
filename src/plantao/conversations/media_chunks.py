"""Files that version 2.0.0 kept in the database: read there until they have been moved."""

from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from plantao.kit.blobs import BlobMissing, Blobs
from plantao.kit.db import Database

CHUNK: Final = 1024 * 1024  # bytes of each but the last

READ = text("SELECT data FROM media_chunks WHERE file_id = :id AND position = :position")

KEY = text("SELECT key FROM media_files WHERE id = :id")


async def read(database: Database, blobs: Blobs, file_id: UUID, start: int, end: int) -> AsyncIterator[bytes]:
    """The bytes from `start` to before `end`; no connection is held while somebody slow takes a piece.

    A file that is moved meanwhile is read on where it is now. Raises `BlobMissing`.
    """
    at = start
    while at < end:
        data = await _chunk(database, file_id, at // CHUNK)
        if data is None:
            async for moved in blobs.read(await _key(database, file_id), at, end):
                yield moved
            return
        piece = data[at % CHUNK :][: end - at]
        if not piece:
            raise BlobMissing
        yield piece
        at += len(piece)


async def _chunk(database: Database, file_id: UUID, position: int) -> bytes | None:
    async with database.transaction() as tx:
        row: Any = await tx.first(READ, {"id": file_id, "position": position})
    return row.data if row is not None else None


async def _key(database: Database, file_id: UUID) -> str:
    async with database.transaction() as tx:
        row: Any = await tx.first(KEY, {"id": file_id})
    if row is None or row.key is None:
        raise BlobMissing
    key: str = row.key
    return key
