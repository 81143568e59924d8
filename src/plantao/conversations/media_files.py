"""Files of messages in SQL: kept in pieces, found by an id that only those who see the conversation can use.

A file that we send is staged first, by a transaction of its own, and becomes its message's when that is written:
no conversation is locked while megabytes are copied. What stays loose is taken away again.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from plantao.kit.db import Database, Transaction
from plantao.kit.ids import uuid7

CHUNK = 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`conversation_id`: whose it is. `external_id`: the channel's id of it, good until `external_until`.

    `sha256`: of the bytes, in hex, when we stored them to send them.
    """

    id: UUID
    conversation_id: UUID
    mime_type: str
    filename: str | None
    size: int
    sha256: str | None
    external_id: str | None
    external_until: datetime | None


STAGE = text("""
    INSERT INTO media_files (id, mime_type, filename, size, sha256, created_at, stored_at)
    VALUES (:id, :mime_type, :filename, :size, :sha256, :now, :now)
""")

ADD_CHUNK = text("INSERT INTO media_chunks (file_id, position, data) VALUES (:id, :position, :data)")

ATTACH = text("UPDATE media_files SET message_id = :message_id WHERE id = :id")

DISCARD_LOOSE = text("DELETE FROM media_files WHERE id = :id AND message_id IS NULL")

PRUNE_LOOSE = text("DELETE FROM media_files WHERE message_id IS NULL AND created_at < :before")

FIND = text("""
    SELECT f.id, m.conversation_id, f.mime_type, f.filename, f.size, f.sha256, f.external_id, f.external_until
    FROM media_files f JOIN messages m ON m.id = f.message_id
    WHERE f.id = :id AND f.stored_at IS NOT NULL
""")

READ_CHUNK = text("SELECT data FROM media_chunks WHERE file_id = :id AND position = :position")

# What a customer sent has an id too, which is not ours to send.
UPLOADED_BEFORE = text("""
    SELECT f.external_id, f.external_until FROM media_files f JOIN messages m ON m.id = f.message_id
    WHERE f.sha256 = :sha256 AND f.mime_type = :mime_type AND f.external_until > :until AND m.direction = 'outgoing'
    ORDER BY f.external_until DESC LIMIT 1
""")

REMEMBER_UPLOAD = text("""
    UPDATE media_files SET external_id = :external_id, external_until = :until WHERE id = :id
""")


@asynccontextmanager
async def staged(
    database: Database, chunks: Sequence[bytes], mime_type: str, filename: str | None, now: datetime
) -> AsyncIterator[UUID]:
    """Stores a file for a message to come; takes it away again if the block attaches it to none."""
    id_ = uuid7()
    digest = await asyncio.to_thread(_sha256, chunks)
    size = sum(map(len, chunks))
    row = {"id": id_, "mime_type": mime_type, "filename": filename, "size": size, "sha256": digest, "now": now}
    async with database.transaction() as tx:
        await tx.run(STAGE, row)
        await add_chunks(tx, id_, 0, chunks)
    try:
        yield id_
    finally:
        async with database.transaction() as tx:
            await tx.run(DISCARD_LOOSE, {"id": id_})


def _sha256(chunks: Sequence[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


async def add_chunks(tx: Transaction, file_id: UUID, first: int, chunks: Sequence[bytes]) -> None:
    """Appends pieces of at most `CHUNK` bytes each, from position `first`."""
    for position, data in enumerate(chunks, first):
        await tx.run(ADD_CHUNK, {"id": file_id, "position": position, "data": data})


async def attach(tx: Transaction, file_id: str, message_id: UUID) -> None:
    await tx.run(ATTACH, {"id": UUID(file_id), "message_id": message_id})


async def find(tx: Transaction, file_id: UUID) -> StoredFile | None:
    """A file that is wholly here."""
    row = await tx.first(FIND, {"id": file_id})
    return StoredFile(**row._mapping) if row is not None else None


async def read(database: Database, file_id: UUID) -> AsyncIterator[bytes]:
    """The bytes, a piece at a time; no connection is held while somebody slow takes one."""
    position = 0
    while True:
        async with database.transaction() as tx:
            row: Any = await tx.first(READ_CHUNK, {"id": file_id, "position": position})
        if row is None:
            return
        yield row.data
        position += 1


async def uploaded_before(tx: Transaction, file: StoredFile, until: datetime) -> str | None:
    """The channel's id of the same bytes, brought there for another message and good beyond `until`; now this one's."""
    parameters = {"sha256": file.sha256, "mime_type": file.mime_type, "until": until}
    row = await tx.first(UPLOADED_BEFORE, parameters) if file.sha256 is not None else None
    if row is None:
        return None
    await remember_upload(tx, file.id, row.external_id, row.external_until)
    return str(row.external_id)


async def remember_upload(tx: Transaction, file_id: UUID, external_id: str, until: datetime) -> None:
    """The channel has the file under this id: a send that is tried again need not bring it again."""
    await tx.run(REMEMBER_UPLOAD, {"id": file_id, "external_id": external_id, "until": until})


async def prune_loose(tx: Transaction, before: datetime) -> None:
    """Files whose message was never written: a process died in between."""
    await tx.run(PRUNE_LOOSE, {"before": before})
