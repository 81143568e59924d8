"""Files that customers sent, in SQL: the row says when to fetch which, like the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from plantao.conversations.events import MEDIA, MessageMedia, announce
from plantao.conversations.media_store import Written, claim_bytes
from plantao.conversations.media_views import Media, MediaState, public_media
from plantao.conversations.views import message_id
from plantao.kit.db import Transaction, as_columns
from plantao.kit.ids import uuid7

AVAILABLE = timedelta(days=7)  # so long a channel keeps what a customer sent

EXPECT = text("""
    INSERT INTO media_files
        (id, message_id, mime_type, filename, sha256, external_id, external_until, created_at, due_at)
    SELECT id, message_id, mime_type, filename, sha256, external_id, until, :now, :now
    FROM unnest(
        CAST(:id AS uuid[]), CAST(:message_id AS uuid[]), CAST(:mime_type AS text[]), CAST(:filename AS text[]),
        CAST(:sha256 AS text[]), CAST(:external_id AS text[]), CAST(:until AS timestamptz[])
    ) AS new (id, message_id, mime_type, filename, sha256, external_id, until)
""")

CLAIM = text("""
    UPDATE media_files SET due_at = :lease_until, attempts = attempts + 1
    WHERE id IN (
        SELECT id FROM media_files WHERE due_at <= :now ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    RETURNING id, message_id, mime_type, filename, sha256, external_id, external_until, attempts,
        (SELECT c.phone_number_id FROM messages m JOIN conversations c ON c.id = m.conversation_id
         WHERE m.id = message_id) AS number
""")

NEXT_DUE = text("SELECT min(due_at) AS due_at FROM media_files WHERE due_at IS NOT NULL")

COUNT_PENDING = text("SELECT count(*) AS pending FROM media_files WHERE due_at IS NOT NULL")

POSTPONE = text(
    "UPDATE media_files SET due_at = :due_at WHERE id = :id AND attempts = :attempts AND due_at IS NOT NULL"
)

# The number of the attempt is the claim: who took too long, so that another process began anew, stores nothing.
STORED = text("""
    UPDATE media_files SET due_at = NULL, stored_at = :now, mime_type = :mime_type, size = :size, sha256 = :sha256,
                           key = :key, thumbnail_key = :thumbnail_key, width = :width, height = :height,
                           duration = :duration
    WHERE id = :id AND attempts = :attempts AND due_at IS NOT NULL
""")

GIVEN_UP = text("UPDATE media_files SET due_at = NULL WHERE id = :id AND attempts = :attempts AND due_at IS NOT NULL")

AGAIN = text("""
    UPDATE media_files SET due_at = :now, attempts = 0
    WHERE id = :id AND due_at IS NULL AND stored_at IS NULL RETURNING message_id
""")

SHOWN = text("SELECT m.media FROM media_files f JOIN messages m ON m.id = f.message_id WHERE f.id = :id")

# The message's error is its file's: what comes in is not delivered by us, so it has no other.
SHOW = text("""
    UPDATE messages m SET media = m.media || :found, error = :error
    FROM conversations c WHERE m.id = :message_id AND c.id = m.conversation_id
    RETURNING m.id, m.conversation_id, m.media, c.assigned_to, c.status
""").bindparams(bindparam("found", type_=JSONB), bindparam("error", type_=JSONB(none_as_null=True)))


@dataclass(frozen=True, slots=True)
class WantedFile:
    """A claimed file. `attempts` counts this one."""

    id: UUID
    message_id: UUID
    mime_type: str | None
    filename: str | None
    sha256: str | None
    external_id: str
    external_until: datetime
    attempts: int
    number: str | None  # of ours, that it was sent to

    @property
    def key(self) -> dict[str, Any]:
        return {"id": self.id, "attempts": self.attempts}


def named(media: dict[str, Any]) -> dict[str, Any]:
    """What the channel says of a file, with the id that it has with us from now on."""
    return media | {"file": str(uuid7()), "state": MediaState.PENDING}


async def expect(tx: Transaction, wanted: Sequence[tuple[UUID, dict[str, Any], datetime]], now: datetime) -> None:
    """Notes files to fetch: the message's id, what the channel says of the file (`named`), when it was sent."""
    rows = [
        {
            "id": UUID(media["file"]),
            "message_id": id_,
            "mime_type": media.get("mime_type"),
            "filename": media.get("filename"),
            "sha256": media.get("sha256"),
            "external_id": media["id"],
            "until": sent_at + AVAILABLE,
        }
        for id_, media, sent_at in wanted
    ]
    await tx.run(EXPECT, as_columns(rows) | {"now": now})
    tx.publish(MEDIA)


async def claim(tx: Transaction, now: datetime, lease: timedelta, limit: int) -> list[WantedFile]:
    rows = await tx.rows(CLAIM, {"now": now, "lease_until": now + lease, "limit": limit})
    return [WantedFile(**row._mapping) for row in rows]


async def next_due(tx: Transaction) -> datetime | None:
    row = await tx.first(NEXT_DUE)
    return row.due_at if row is not None else None


async def count_pending(tx: Transaction) -> int:
    row = await tx.first(COUNT_PENDING)
    return int(row.pending) if row is not None else 0


async def postpone(tx: Transaction, wanted: WantedFile, until: datetime) -> None:
    """When it may be claimed again: a lease while it is on the way, a wait after a failure."""
    await tx.run(POSTPONE, wanted.key | {"due_at": until})


async def finish(tx: Transaction, wanted: WantedFile, mime_type: str, written: Written, now: datetime) -> bool:
    """The file is here: from now on its message shows where. False when somebody else was given it meanwhile.

    Raises `ServiceUnavailable` when its bytes were taken away meanwhile.
    """
    stored = written.columns | {"mime_type": mime_type}
    if (await tx.run(STORED, stored | wanted.key | {"now": now})).rowcount == 0:
        return False
    await claim_bytes(tx, written)
    found = {name: stored[name] for name in ("mime_type", "size", "width", "height", "duration")}
    found |= {"file": str(wanted.id), "thumbnail": written.thumbnail_key is not None, "error": None}
    await _show(tx, wanted.message_id, found | {"state": MediaState.AVAILABLE})
    return True


async def tell_delay(tx: Transaction, wanted: WantedFile) -> None:
    """The file has not come at once: its message says that it is being tried again."""
    trouble = "O arquivo ainda não pôde ser baixado da Meta. Tentando de novo."
    await _show(tx, wanted.message_id, {"file": str(wanted.id), "state": MediaState.PENDING, "error": trouble})


async def give_up(tx: Transaction, wanted: WantedFile, detail: str) -> None:
    """The file will not come: its message says so."""
    if (await tx.run(GIVEN_UP, wanted.key)).rowcount:
        error = {"code": None, "title": "Arquivo não recebido", "detail": detail}
        found = {"file": str(wanted.id), "state": MediaState.FAILED, "error": detail}
        await _show(tx, wanted.message_id, found, error)


async def ask_again(tx: Transaction, file_id: UUID, now: datetime) -> Media | None:
    """Fetches what was given up once more, from now on; answers how its message shows it.

    What was not given up stays as it is: here, or on its way.
    """
    row: Any = await tx.first(AGAIN, {"id": file_id, "now": now})
    if row is None:
        return public_media((await tx.rows(SHOWN, {"id": file_id}))[0].media)
    tx.publish(MEDIA)
    return await _show(tx, row.message_id, {"state": MediaState.PENDING, "error": None})


async def _show(
    tx: Transaction, shown_by: UUID, found: dict[str, Any], error: dict[str, Any] | None = None
) -> Media | None:
    row: Any = await tx.first(SHOW, {"message_id": shown_by, "found": found, "error": error})
    media = public_media(row.media)
    event = MessageMedia(row.conversation_id, message_id(row.id), media)
    announce(tx, event, assigned_to=row.assigned_to, status=row.status)
    return media
