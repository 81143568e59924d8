"""Meta's limits on sending, kept before Meta has to remind us.

Each limit is one moment, the time until which the allowance is used up (the generic cell rate algorithm): a send
moves it on by the interval, and may go while it is no further ahead than the burst allows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from plantao.conversations.outbox import Outgoing
from plantao.kit.db import Transaction


@dataclass(frozen=True, slots=True)
class Limit:
    interval: timedelta
    burst: timedelta


# 80 messages a second, in and out together; a few are left for what comes in.
NUMBER = Limit(timedelta(seconds=1 / 70), timedelta(seconds=1))
# One message in six seconds to the same person; up to 45 at once, borrowed from what follows.
PAIR = Limit(timedelta(seconds=6), timedelta(seconds=6 * 45))

READ = text("""
    SELECT key, used_until FROM whatsapp_send_rates WHERE key = ANY(CAST(:keys AS text[])) ORDER BY key FOR UPDATE
""")

WRITE = text("""
    INSERT INTO whatsapp_send_rates (key, used_until)
    SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:moments AS timestamptz[]))
    ON CONFLICT (key) DO UPDATE SET used_until = excluded.used_until
""")

HOLD = text("""
    INSERT INTO whatsapp_send_rates AS known (key, used_until) VALUES (:key, :moment)
    ON CONFLICT (key) DO UPDATE SET used_until = greatest(known.used_until, excluded.used_until)
""")

PRUNE = text("DELETE FROM whatsapp_send_rates WHERE used_until < :before")


def reserve_one(used_until: datetime | None, now: datetime, limit: Limit) -> tuple[datetime, datetime]:
    """When the next send may go, and until when the allowance is used if it does."""
    after = max(used_until or now, now) + limit.interval
    return max(now, after - limit.burst), after


def number_key(phone_number_id: str) -> str:
    return f"number:{phone_number_id}"


def pair_key(customer_id: UUID) -> str:
    return f"pair:{customer_id}"


async def reserve(
    tx: Transaction, phone_number_id: str, messages: Iterable[Outgoing], now: datetime
) -> dict[UUID, datetime]:
    """Books the messages that may go now; answers the others, each with the moment at which to try again."""
    wanted = list(messages)
    number = number_key(phone_number_id)
    keys = sorted({number, *(pair_key(message.customer_id) for message in wanted)})
    used = {row.key: row.used_until for row in await tx.rows(READ, {"keys": keys})}
    later: dict[UUID, datetime] = {}
    for message in wanted:
        pair = pair_key(message.customer_id)
        number_at, number_used = reserve_one(used.get(number), now, NUMBER)
        pair_at, pair_used = reserve_one(used.get(pair), now, PAIR)
        if max(number_at, pair_at) > now:
            later[message.id] = max(number_at, pair_at)
        else:
            used |= {number: number_used, pair: pair_used}
    await _write(tx, used)
    return later


async def hold(tx: Transaction, key: str, until: datetime, limit: Limit) -> None:
    """Meta said to wait: nothing goes by this key before `until`, nor before an earlier, longer wait ends."""
    await tx.run(HOLD, {"key": key, "moment": until + limit.burst})


async def _write(tx: Transaction, moments: Mapping[str, datetime]) -> None:
    await tx.run(WRITE, {"keys": list(moments), "moments": list(moments.values())})


async def prune(tx: Transaction, before: datetime) -> None:
    """Forgets limits that no longer limit."""
    await tx.run(PRUNE, {"before": before})
