"""Files of messages in SQL: found by an id that only those who see the conversation can use.

The bytes are in the store (`media_store`). A file that we send is written first, by a transaction of its own, and
becomes its message's when that is written: no conversation is locked while megabytes are copied. What stays loose is
taken away again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from plantao.kit.db import Transaction
from plantao.kit.errors import ValidationFailed


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`conversation_id`: whose it is; null while it is loose, and then `uploaded_by`'s, if anybody's.

    `key`, `thumbnail_key`: of the objects in the store; without a key it is still in the database.
    `sha256`: of the bytes, in hex, when there is a key. `external_id`: the channel's id, good until `external_until`.
    """

    id: UUID
    conversation_id: UUID | None
    message_id: UUID | None
    mime_type: str
    filename: str | None
    size: int
    sha256: str | None
    key: str | None
    thumbnail_key: str | None
    width: int | None
    height: int | None
    duration: float | None
    uploaded_by: int | None
    external_id: str | None
    external_until: datetime | None

    @property
    def described(self) -> dict[str, Any]:
        """What a message keeps of its file."""
        facts = {name: getattr(self, name) for name in ("mime_type", "size", "filename", "width", "height", "duration")}
        return facts | {"file": str(self.id), "state": "available", "thumbnail": self.thumbnail_key is not None}


STAGE = text("""
    INSERT INTO media_files
        (id, mime_type, filename, size, sha256, key, thumbnail_key, width, height, duration, uploaded_by, created_at,
         stored_at)
    VALUES
        (:id, :mime_type, :filename, :size, :sha256, :key, :thumbnail_key, :width, :height, :duration, :uploaded_by,
         :now, :now)
""")

# Once: a file that has a message keeps it.
ATTACH = text("""
    UPDATE media_files SET message_id = :message_id
    WHERE id = :id AND message_id IS NULL AND (uploaded_by IS NULL OR uploaded_by = CAST(:user_id AS int))
""")

_FORGET = """
    INSERT INTO media_leftovers (key, due_at)
    SELECT object, CAST(:now AS timestamptz) FROM gone, unnest(ARRAY[key, thumbnail_key]) AS object
    WHERE object IS NOT NULL
"""

DISCARD_LOOSE = text(f"""
    WITH gone AS (DELETE FROM media_files WHERE id = :id AND message_id IS NULL RETURNING key, thumbnail_key)
    {_FORGET}
""")

PRUNE_LOOSE = text(f"""
    WITH gone AS (
        DELETE FROM media_files WHERE message_id IS NULL AND created_at < :before RETURNING key, thumbnail_key
    )
    {_FORGET}
""")

LOOSE_BYTES = text("""
    SELECT coalesce(sum(size), 0) AS size FROM media_files WHERE message_id IS NULL AND uploaded_by = :user_id
""")

FIND = text("""
    SELECT f.id, m.conversation_id, f.message_id, f.mime_type, f.filename, f.size, f.sha256, f.key, f.thumbnail_key,
           f.width, f.height, f.duration, f.uploaded_by, f.external_id, f.external_until
    FROM media_files f LEFT JOIN messages m ON m.id = f.message_id
    WHERE f.id = :id AND f.stored_at IS NOT NULL
""")

# Ids belong to one of our numbers. What a customer sent has an id too, which is not ours to send.
UPLOADED_BEFORE = text("""
    SELECT f.external_id, f.external_until
    FROM media_files f JOIN messages m ON m.id = f.message_id JOIN conversations c ON c.id = m.conversation_id
    WHERE f.sha256 = :sha256 AND f.mime_type = :mime_type AND f.external_until > :until AND m.direction = 'outgoing'
      AND c.phone_number_id IS NOT DISTINCT FROM (SELECT phone_number_id FROM conversations WHERE id = :conversation_id)
    ORDER BY f.external_until DESC LIMIT 1
""")

REMEMBER_UPLOAD = text("""
    UPDATE media_files SET external_id = :external_id, external_until = :until WHERE id = :id
""")

EXPECT_OBJECTS = text("""
    INSERT INTO media_leftovers (key, due_at)
    SELECT key, CAST(:until AS timestamptz) FROM unnest(CAST(:keys AS text[])) AS key
""")

CLAIM_OBJECTS = text("DELETE FROM media_leftovers WHERE key = ANY(CAST(:keys AS text[]))")

DUE_LEFTOVERS = text("""
    SELECT key FROM media_leftovers WHERE due_at <= :now ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
""")


async def attach(tx: Transaction, file_id: str, message_id: UUID, user_id: int | None = None) -> None:
    """Makes a loose file the message's. Raises `ValidationFailed` when it is another's, gone, or taken."""
    parameters = {"id": UUID(file_id), "message_id": message_id, "user_id": user_id}
    if (await tx.run(ATTACH, parameters)).rowcount == 0:
        raise ValidationFailed("O arquivo não está mais disponível. Envie-o outra vez.", field="media_id")


async def find(tx: Transaction, file_id: UUID) -> StoredFile | None:
    """A file that is wholly here."""
    row = await tx.first(FIND, {"id": file_id})
    return StoredFile(**row._mapping) if row is not None else None


async def uploaded_before(tx: Transaction, file: StoredFile, until: datetime) -> str | None:
    """The channel's id of the same bytes, brought there for another message and good beyond `until`; now this one's."""
    parameters = {
        "sha256": file.sha256,
        "mime_type": file.mime_type,
        "until": until,
        "conversation_id": file.conversation_id,
    }
    row = await tx.first(UPLOADED_BEFORE, parameters) if file.sha256 is not None else None
    if row is None:
        return None
    await remember_upload(tx, file.id, row.external_id, row.external_until)
    return str(row.external_id)


async def remember_upload(tx: Transaction, file_id: UUID, external_id: str, until: datetime) -> None:
    """The channel has the file under this id: a send that is tried again need not bring it again."""
    await tx.run(REMEMBER_UPLOAD, {"id": file_id, "external_id": external_id, "until": until})


async def discard_loose(tx: Transaction, file_id: UUID, now: datetime) -> None:
    await tx.run(DISCARD_LOOSE, {"id": file_id, "now": now})


async def prune_loose(tx: Transaction, before: datetime, now: datetime) -> None:
    """Files whose message was never written: a process died in between, or somebody thought better of it."""
    await tx.run(PRUNE_LOOSE, {"before": before, "now": now})


async def loose_bytes(tx: Transaction, user_id: int) -> int:
    """How much a user has brought that no message has."""
    row = await tx.first(LOOSE_BYTES, {"user_id": user_id})
    return int(row.size) if row is not None else 0


async def expect_objects(tx: Transaction, keys: Sequence[str], until: datetime) -> None:
    """Objects that are about to be written. If no file has claimed them by then, they are swept."""
    await tx.run(EXPECT_OBJECTS, {"keys": list(keys), "until": until})


async def claim_objects(tx: Transaction, keys: Sequence[str]) -> bool:
    """These objects are a file's, whose row this transaction writes. False if they have been swept meanwhile."""
    return (await tx.run(CLAIM_OBJECTS, {"keys": list(keys)})).rowcount == len(keys)


async def due_leftovers(tx: Transaction, now: datetime, limit: int) -> list[str]:
    """Objects that nobody will claim: locked, so that who comes late finds them gone."""
    return [row.key for row in await tx.rows(DUE_LEFTOVERS, {"now": now, "limit": limit})]
