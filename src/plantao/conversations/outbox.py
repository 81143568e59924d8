"""The message row is its own outbox: `due_at` says when it may next be tried, null that nothing is left to do.

Of each conversation only the oldest pending message may go: order is kept by the claim itself. A claim moves
`due_at` beyond the time in which the attempt must have ended; a sender that dies leaves a row that becomes due
again, and by then a status that carries our id has usually said what became of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from plantao.conversations.events import OUTBOX, MessageStatusChanged, announce
from plantao.conversations.models import MessageStatus, SentBy
from plantao.conversations.policy import STATUS_RANK
from plantao.conversations.views import DeliveryError, encode_json, message_id
from plantao.customers.models import CustomerId
from plantao.kit.db import Transaction, as_columns


class Lane(IntEnum):
    """Who goes first."""

    PERSON = 0
    BOT = 1
    PROGRAM = 2


_LANES: Final = {
    SentBy.AGENT: Lane.PERSON,
    SentBy.BOT: Lane.BOT,
    SentBy.SYSTEM: Lane.BOT,
    SentBy.API: Lane.PROGRAM,
}


def lane_of(sent_by: str) -> Lane:
    return _LANES[SentBy(sent_by)]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A claimed message, and whom it goes to. `attempts` counts this one; `reply_to` is the channel's id.

    `address`: the other form of the customer's number, when it goes there; `wa_id` then is the same.
    """

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
    address: str | None
    reply_to: str | None = None


# Of each conversation, the oldest message that waits: an index answers it for one conversation, whatever the others
# hold. A subquery with LIMIT, because the planner cannot turn that into a join over all that waits.
_IS_OLDEST = """
    m.seq = (SELECT e.seq FROM messages e WHERE e.conversation_id = m.conversation_id AND e.due_at IS NOT NULL
             ORDER BY e.seq LIMIT 1)
"""
_QUEUES = "unnest(CAST(:numbers AS text[]), CAST(:senders AS text[]), CAST(:lanes AS int[]), CAST(:shares AS int[]))"

# Each queue (a number of ours and a kind of sender) is read along the index, longest waiting first. What a lane has
# for certain goes first, then lane by lane. The conditions of `chosen` are checked again under the row's lock: of two
# senders at the same row one gets it.
CLAIM = text(f"""
    WITH heads AS (
        SELECT head.id, head.due_at, q.lane, q.share FROM {_QUEUES} AS q (number, sender, lane, share)
        CROSS JOIN LATERAL (
            SELECT m.id, m.due_at FROM messages m
            WHERE m.sent_from = q.number AND m.sent_by = q.sender AND m.due_at <= :now AND {_IS_OLDEST}
            ORDER BY m.due_at LIMIT :limit
        ) AS head
    ), placed AS (
        SELECT id, lane, share, row_number() OVER (PARTITION BY lane ORDER BY due_at, id) AS place FROM heads
    ), chosen AS (
        SELECT m.id FROM messages m
        WHERE m.id IN (SELECT id FROM placed ORDER BY place > share, lane, place LIMIT :limit) AND m.due_at <= :now
        FOR UPDATE SKIP LOCKED
    )
    UPDATE messages m SET due_at = :lease_until, attempts = m.attempts + 1
    FROM chosen, conversations c, customers k
    WHERE m.id = chosen.id AND c.id = m.conversation_id AND k.id = c.customer_id
    RETURNING m.id, m.conversation_id, c.customer_id, m.type, m.content, m.caption, m.media, m.payload, m.attempts,
              m.sent_by, coalesce(m.address, k.wa_id) AS wa_id, k.phone, k.bsuid, m.address, m.reply_to
""")

LATEST_INCOMING = text("""
    SELECT external_id FROM messages WHERE conversation_id = :id AND direction = 'incoming' ORDER BY seq DESC LIMIT 1
""")

# What is due already and was not claimed waits for another message of its conversation, whose end rings the bell.
NEXT_DUE = text(f"""
    SELECT min(head.due_at) AS due_at FROM {_QUEUES} AS q (number, sender, lane, share)
    CROSS JOIN LATERAL (
        SELECT m.due_at FROM messages m
        WHERE m.sent_from = q.number AND m.sent_by = q.sender AND m.due_at > :now AND {_IS_OLDEST}
        ORDER BY m.due_at LIMIT 1
    ) AS head
""")

COUNT_PENDING = text("SELECT count(*) AS pending FROM messages WHERE due_at IS NOT NULL")

POSTPONE = text("""
    UPDATE messages m SET due_at = new.due_at, attempts = m.attempts - new.refund
    FROM unnest(CAST(:id AS uuid[]), CAST(:due_at AS timestamptz[]), CAST(:refund AS int[])) AS new (id, due_at, refund)
    WHERE m.id = new.id AND m.due_at IS NOT NULL
""")

# Before the statuses: conversations before messages, as everybody locks them. Not when the customer has written since.
CLOSE_WINDOW = text("""
    UPDATE conversations c SET window_expires_at = new.at
    FROM unnest(CAST(:id AS uuid[]), CAST(:at AS timestamptz[])) AS new (id, at), messages m
    WHERE m.id = new.id AND c.id = m.conversation_id AND c.window_expires_at > new.at AND NOT EXISTS (
        SELECT FROM messages i WHERE i.conversation_id = c.id AND i.direction = 'incoming' AND i.seq > m.seq
    )
""")

ADDRESSED = text("""
    SELECT m.id, coalesce(m.address, k.wa_id, k.phone) AS address FROM messages m
    JOIN conversations c ON c.id = m.conversation_id JOIN customers k ON k.id = c.customer_id
    WHERE m.id = :id OR m.external_id = :external_id
""")

# Who has written to us can be written to as they wrote: only of the others is the form of the number a guess.
REDIRECT = text("""
    UPDATE messages m SET
        address = :address, due_at = :now, attempts = 0, status = :queued, status_rank = 0,
        refused_id = coalesce(m.external_id, :refused), external_id = NULL
    WHERE m.id = :id AND m.address IS NULL AND m.status IN ('queued', 'sent') AND NOT EXISTS (
        SELECT FROM messages i WHERE i.conversation_id = m.conversation_id AND i.direction = 'incoming'
    )
    RETURNING m.id
""")

KNOWN = text("""
    SELECT id, external_id, refused_id FROM messages WHERE external_id = ANY(CAST(:external_ids AS text[]))
    UNION
    SELECT id, NULL, refused_id FROM messages WHERE id = ANY(CAST(:ids AS uuid[])) AND direction = 'outgoing'
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


EVERY_LANE: Final[Mapping[Lane, int]] = dict.fromkeys(Lane, 0)


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What a channel says of a message: by the channel's id, by ours (where statuses carry it back), or both.

    `closes_window`: it failed because free text may not be sent any more.
    """

    status: MessageStatus
    at: datetime
    external_id: str | None = None
    id: UUID | None = None
    error: dict[str, Any] | None = None
    closes_window: bool = False

    @property
    def rank(self) -> int:
        return STATUS_RANK[self.status]


async def claim(
    tx: Transaction,
    numbers: Sequence[str],
    now: datetime,
    lease: timedelta,
    limit: int,
    shares: Mapping[Lane, int] = EVERY_LANE,
) -> list[Outgoing]:
    """Takes up to `limit` due messages of these numbers, one of a conversation.

    Nobody else gets them before `now + lease`. `shares`: how many of each lane go before those of the lanes above;
    a lane that it does not name is left alone.
    """
    parameters = _queues(numbers, shares) | {"now": now, "lease_until": now + lease, "limit": limit}
    return [Outgoing(**row._mapping) for row in await tx.rows(CLAIM, parameters)]


def _queues(numbers: Sequence[str], shares: Mapping[Lane, int]) -> dict[str, Any]:
    queues = [(n, sent_by, lane) for n in numbers for sent_by, lane in _LANES.items() if lane in shares]
    return {
        "numbers": [number for number, _, _ in queues],
        "senders": [sent_by for _, sent_by, _ in queues],
        "lanes": [lane for _, _, lane in queues],
        "shares": [shares[lane] for _, _, lane in queues],
    }


async def latest_incoming(tx: Transaction, conversation_id: UUID) -> str | None:
    """The channel's id of what the customer wrote last."""
    row = await tx.first(LATEST_INCOMING, {"id": conversation_id})
    return row.external_id if row is not None else None


async def next_due(tx: Transaction, numbers: Sequence[str], now: datetime) -> datetime | None:
    """When the next message of these numbers is due that is not due yet."""
    row = await tx.first(NEXT_DUE, _queues(numbers, EVERY_LANE) | {"now": now})
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
    by_external_id, ids, refused = await _known(tx, updates)
    best: dict[UUID, StatusUpdate] = {}
    unknown: list[StatusUpdate] = []
    for update in updates:
        found = update.id if update.id in ids else by_external_id.get(update.external_id or "")
        if update.external_id in refused:
            continue
        if found is None:
            unknown.append(update)
        elif found not in best or update.rank > best[found].rank:
            best[found] = update
    if best:
        closing = [{"id": id_, "at": update.at} for id_, update in sorted(best.items()) if update.closes_window]
        if closing:
            await tx.run(CLOSE_WINDOW, as_columns(closing))
        await _raise(tx, best)
    return unknown


async def addressed(tx: Transaction, update: StatusUpdate) -> tuple[UUID, str | None] | None:
    """The message that `update` is about, and the number it went to."""
    row = await tx.first(ADDRESSED, {"id": update.id, "external_id": update.external_id})
    return (row.id, row.address) if row is not None else None


async def redirect(tx: Transaction, id_: UUID, address: str, now: datetime, refused_id: str | None = None) -> bool:
    """Queues a message once more, to another form of the number, if the customer has never written.

    `refused_id`: the channel's id of the send that failed. False when it was redirected before, or has arrived.
    """
    parameters = {"id": id_, "address": address, "now": now, "queued": MessageStatus.QUEUED, "refused": refused_id}
    if await tx.first(REDIRECT, parameters) is None:
        return False
    tx.publish(OUTBOX)
    return True


async def _known(tx: Transaction, updates: Sequence[StatusUpdate]) -> tuple[dict[str, UUID], set[UUID], set[str]]:
    """Messages by the channel's id, those known by ours, and the channel's ids of sends that count no more."""
    parameters = {
        "external_ids": [u.external_id for u in updates if u.external_id is not None],
        "ids": [u.id for u in updates if u.id is not None],
    }
    rows = await tx.rows(KNOWN, parameters)
    refused = {row.refused_id for row in rows if row.refused_id}
    return {row.external_id: row.id for row in rows if row.external_id}, {row.id for row in rows}, refused


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
