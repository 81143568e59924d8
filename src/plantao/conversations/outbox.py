"""The message row is its own outbox: `due_at` says when it may next be tried, null that nothing is left to do.

Of each conversation only the oldest pending message may go: order is kept by the claim itself. A claim moves
`due_at` beyond the time in which the attempt must have ended; a sender that dies leaves a row that becomes due
again, and by then a status that carries our id has usually said what became of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from plantao.conversations.events import OUTBOX, MessageStatusChanged, announce
from plantao.conversations.models import MessageStatus
from plantao.conversations.policy import STATUS_RANK
from plantao.conversations.views import DeliveryError, encode_json, message_id
from plantao.customers.models import CustomerId
from plantao.kit.db import Transaction, as_columns


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A claimed message, and whom it goes to. `attempts` counts this one; `reply_to` is the channel's id."""

    id: UUID
    conversation_id: UUID
    customer_id: CustomerId
    type: str
    content: str
    caption: str | None
    media: dict[str, Any] | None
    payload: dict[str, Any] | None
    attempts: int
    sent_by: str
    wa_id: str | None
    phone: str | None
    bsuid: str | None
    reply_to: str | None = None


# `pending` walks the small partial index in (conversation, seq) order and keeps each conversation's oldest. The
# outer conditions are checked again under the row's lock: of two senders at the same row one gets it.
CLAIM = text("""
    WITH pending AS (
        SELECT DISTINCT ON (conversation_id) id, due_at FROM messages
        WHERE due_at IS NOT NULL ORDER BY conversation_id, seq
    ), chosen AS (
        SELECT m.id FROM messages m
        WHERE m.id IN (SELECT id FROM pending WHERE due_at <= :now ORDER BY due_at LIMIT :limit) AND m.due_at <= :now
        FOR UPDATE SKIP LOCKED
    )
    UPDATE messages m SET due_at = :lease_until, attempts = m.attempts + 1
    FROM chosen, conversations c, customers k
    WHERE m.id = chosen.id AND c.id = m.conversation_id AND k.id = c.customer_id
    RETURNING m.id, m.conversation_id, c.customer_id, m.type, m.content, m.caption, m.media, m.payload, m.attempts,
              m.sent_by, k.wa_id, k.phone, k.bsuid, m.reply_to
""")

LATEST_INCOMING = text("""
    SELECT external_id FROM messages WHERE conversation_id = :id AND direction = 'incoming' ORDER BY seq DESC LIMIT 1
""")

NEXT_DUE = text("SELECT min(due_at) AS due_at FROM messages WHERE due_at IS NOT NULL")

COUNT_PENDING = text("SELECT count(*) AS pending FROM messages WHERE due_at IS NOT NULL")

POSTPONE = text("""
    UPDATE messages m SET due_at = new.due_at, attempts = m.attempts - new.refund
    FROM unnest(CAST(:id AS uuid[]), CAST(:due_at AS timestamptz[]), CAST(:refund AS int[])) AS new (id, due_at, refund)
    WHERE m.id = new.id AND m.due_at IS NOT NULL
""")

KNOWN = text("""
    SELECT id, external_id FROM messages WHERE external_id = ANY(CAST(:external_ids AS text[]))
    UNION
    SELECT id, NULL FROM messages WHERE id = ANY(CAST(:ids AS uuid[])) AND direction = 'outgoing'
""")

# The rank only rises. Any word from the channel means that the message is out: nothing is left to do. An echo of it
# that was not recognised has its id already; without one it is out all the same.
RAISE_STATUS = text("""
    UPDATE messages m SET
        external_id = coalesce(m.external_id, (
            SELECT new.external_id WHERE NOT EXISTS (SELECT FROM messages e WHERE e.external_id = new.external_id)
        )),
        status = CASE WHEN new.rank > m.status_rank THEN new.status ELSE m.status END,
        status_rank = greatest(m.status_rank, new.rank),
        error = CASE WHEN new.rank > m.status_rank THEN CAST(new.error AS jsonb) ELSE m.error END,
        due_at = NULL
    FROM unnest(
        CAST(:id AS uuid[]), CAST(:external_id AS text[]), CAST(:status AS text[]), CAST(:rank AS smallint[]),
        CAST(:error AS text[])
    ) AS new (id, external_id, status, rank, error), conversations c
    WHERE m.id = new.id AND c.id = m.conversation_id AND m.direction = 'outgoing'
      AND (new.rank > m.status_rank OR m.due_at IS NOT NULL OR m.external_id IS NULL)
    RETURNING m.id, m.conversation_id, m.status, m.error, c.assigned_to, c.status AS conversation_status
""")


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What a channel says of a message: by the channel's id, by ours (where statuses carry it back), or both."""

    status: MessageStatus
    at: datetime
    external_id: str | None = None
    id: UUID | None = None
    error: dict[str, Any] | None = None

    @property
    def rank(self) -> int:
        return STATUS_RANK[self.status]


async def claim(tx: Transaction, now: datetime, lease: timedelta, limit: int) -> list[Outgoing]:
    """Takes up to `limit` due messages, one of a conversation; nobody else gets them before `now + lease`."""
    rows = await tx.rows(CLAIM, {"now": now, "lease_until": now + lease, "limit": limit})
    return [Outgoing(**row._mapping) for row in rows]


async def latest_incoming(tx: Transaction, conversation_id: UUID) -> str | None:
    """The channel's id of what the customer wrote last."""
    row = await tx.first(LATEST_INCOMING, {"id": conversation_id})
    return row.external_id if row is not None else None


async def next_due(tx: Transaction) -> datetime | None:
    row = await tx.first(NEXT_DUE)
    return row.due_at if row is not None else None


async def count_pending(tx: Transaction) -> int:
    row = await tx.first(COUNT_PENDING)
    return int(row.pending) if row is not None else 0


async def postpone(tx: Transaction, until: Sequence[tuple[UUID, datetime]], *, refund_attempt: bool = False) -> None:
    """Makes claimed messages due at another moment; `refund_attempt` when nothing was tried."""
    rows = [{"id": id_, "due_at": due_at, "refund": int(refund_attempt)} for id_, due_at in until]
    await tx.run(POSTPONE, as_columns(rows))


async def apply_statuses(tx: Transaction, updates: Sequence[StatusUpdate]) -> list[StatusUpdate]:
    """Raises statuses and announces the changes. Answers the updates whose message is not known (yet)."""
    by_external_id, ids = await _known(tx, updates)
    best: dict[UUID, StatusUpdate] = {}
    unknown: list[StatusUpdate] = []
    for update in updates:
        found = update.id if update.id in ids else by_external_id.get(update.external_id or "")
        if found is None:
            unknown.append(update)
        elif found not in best or update.rank > best[found].rank:
            best[found] = update
    if best:
        await _raise(tx, best)
    return unknown


async def _known(tx: Transaction, updates: Sequence[StatusUpdate]) -> tuple[dict[str, UUID], set[UUID]]:
    parameters = {
        "external_ids": [u.external_id for u in updates if u.external_id is not None],
        "ids": [u.id for u in updates if u.id is not None],
    }
    rows = await tx.rows(KNOWN, parameters)
    return {row.external_id: row.id for row in rows if row.external_id}, {row.id for row in rows}


async def _raise(tx: Transaction, best: dict[UUID, StatusUpdate]) -> None:
    rows = [
        {
            "id": id_,
            "external_id": update.external_id,
            "status": update.status,
            "rank": update.rank,
            "error": encode_json(update.error).decode() if update.error else None,
        }
        for id_, update in sorted(best.items())
    ]
    for row in await tx.rows(RAISE_STATUS, as_columns(rows)):
        if row.status == best[row.id].status:
            _announce(tx, row, best[row.id])
    tx.publish(OUTBOX)  # the next message of the conversation may go


def _announce(tx: Transaction, row: Row[Any], update: StatusUpdate) -> None:
    error = DeliveryError(**row.error) if row.error else None
    event = MessageStatusChanged(row.conversation_id, message_id(row.id), row.status, update.at, error)
    announce(tx, event, assigned_to=row.assigned_to, status=row.conversation_status)
