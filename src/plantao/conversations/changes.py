"""Messages that their writers edited or deleted afterwards.

All changes of a message are kept, and what it says is computed from all of them: the same in whatever order, and
however often, they come. One that comes before its message waits.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, text

from plantao.conversations.events import MessageChanged, announce
from plantao.conversations.models import Direction
from plantao.conversations.views import MESSAGE_COLUMNS, encode_json, message_view
from plantao.kit.db import Transaction, as_columns

KEEP_WAITING: Final = timedelta(days=30)
MAX_PREVIOUS: Final = 20  # whoever edits without end is not told all of it at each look

RECORD = text("""
    INSERT INTO message_changes (external_id, original, direction, at, content)
    SELECT * FROM unnest(CAST(:external_id AS text[]), CAST(:original AS text[]), CAST(:direction AS text[]),
                         CAST(:at AS timestamptz[]), CAST(:content AS text[]))
    ON CONFLICT (external_id) DO NOTHING
""")

ORIGINALS = text("""
    SELECT id, external_id, direction, content, caption, media, payload FROM messages
    WHERE external_id = ANY(CAST(:originals AS text[])) ORDER BY id FOR UPDATE
""")

# Of these messages, all that ever changed them.
CHANGES = text("""
    SELECT original, direction, at, content FROM message_changes
    WHERE original = ANY(CAST(:originals AS text[])) ORDER BY at, external_id
""")

APPLY = text(f"""
    UPDATE messages m SET content = new.content, caption = new.caption, payload = CAST(new.payload AS jsonb)
    FROM unnest(CAST(:id AS uuid[]), CAST(:content AS text[]), CAST(:caption AS text[]), CAST(:payload AS text[]))
        AS new (id, content, caption, payload), conversations c
    WHERE m.id = new.id AND c.id = m.conversation_id
    RETURNING {MESSAGE_COLUMNS}, m.conversation_id, c.assigned_to, c.status AS conversation_status
""")

MARK_APPLIED = text("""
    UPDATE message_changes SET applied_at = :now WHERE original = ANY(CAST(:originals AS text[])) AND applied_at IS NULL
""")

# A message of ours learns its external id from the answer to its sending: a change may have been faster.
ARRIVED = text("""
    SELECT DISTINCT original FROM message_changes
    WHERE applied_at IS NULL AND EXISTS (SELECT FROM messages WHERE external_id = original)
""")

PRUNE = text("DELETE FROM message_changes WHERE applied_at IS NULL AND at < :before")


@dataclass(frozen=True, slots=True)
class Change:
    """`original`: the channel's id of the message; `external_id`: of the change. `content` is None for a deletion.

    `direction`: of the messages that its writer may change.
    """

    external_id: str
    original: str
    direction: Direction
    at: datetime
    content: str | None


async def change_messages(tx: Transaction, changes: Sequence[Change], now: datetime) -> None:
    """Keeps `changes`, and applies those whose message is there. The same one again changes nothing."""
    if not changes:
        return
    rows = [
        {
            "external_id": change.external_id,
            "original": change.original,
            "direction": change.direction,
            "at": change.at,
            "content": change.content,
        }
        for change in changes
    ]
    await tx.run(RECORD, as_columns(rows))
    await apply(tx, {change.original for change in changes}, now)


async def apply(tx: Transaction, originals: Collection[str], now: datetime) -> None:
    """Brings these messages, where they are there, up to all their changes, and announces what is new."""
    messages = await tx.rows(ORIGINALS, {"originals": list(originals)})
    if not messages:
        return
    found = [message.external_id for message in messages]
    by_original: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for change in await tx.rows(CHANGES, {"originals": found}):
        by_original[change.original, change.direction].append(change)
    now_saying = [_changed(m, by_original[m.external_id, m.direction]) for m in messages]
    if different := [row for row in now_saying if row is not None]:
        for row in await tx.rows(APPLY, as_columns(different)):
            event = MessageChanged(row.conversation_id, message_view(row))
            announce(tx, event, assigned_to=row.assigned_to, status=row.conversation_status)
    await tx.run(MARK_APPLIED, {"originals": found, "now": now})


def _changed(message: Row[Any], changes: Sequence[Row[Any]]) -> dict[str, Any] | None:
    """The message's columns after `changes` (in order); None when they are so already."""
    payload = dict(message.payload or {})
    edits = [change for change in changes if change.content is not None]
    texts = [(payload.get("previous") or [message.content])[0], *(edit.content for edit in edits)]
    if edits:
        payload |= {"previous": _few(texts[:-1]), "edited_at": _moment(edits[-1].at)}
    if deletions := [change for change in changes if change.content is None]:
        payload["deleted_at"] = _moment(deletions[0].at)
    if (message.content, message.payload or {}) == (texts[-1], payload):
        return None
    caption = texts[-1] if edits and message.media is not None else message.caption
    return {"id": message.id, "content": texts[-1], "caption": caption, "payload": encode_json(payload).decode()}


def _few(texts: list[str]) -> list[str]:
    """The first, by which the message is known again, and the last ones."""
    return texts if len(texts) <= MAX_PREVIOUS else [texts[0], *texts[1 - MAX_PREVIOUS :]]


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


async def apply_arrived(tx: Transaction, now: datetime) -> None:
    """Applies changes whose message was not known by its external id when they came, and forgets hopeless ones."""
    if rows := await tx.rows(ARRIVED):
        await apply(tx, [row.original for row in rows], now)
    await tx.run(PRUNE, {"before": now - KEEP_WAITING})
