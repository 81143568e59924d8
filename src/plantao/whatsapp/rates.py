"""Meta's limits on sending, kept before Meta has to remind us.

Each limit is one moment, the time until which the allowance is used up (the generic cell rate algorithm): a send
moves it on by the interval, and may go while it is no further ahead than the burst allows. The number's row is locked
while a claim is made by it: the senders of one number take turns, those of others do not wait for them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from plantao.conversations.outbox import Lane, Outgoing, lane_of
from plantao.kit.db import Transaction, as_columns


@dataclass(frozen=True, slots=True)
class Limit:
    interval: timedelta
    burst: timedelta


# One message in six seconds to the same person; up to 45 at once, borrowed from what follows.
PAIR = Limit(timedelta(seconds=6), timedelta(seconds=6 * 45))
# Messages a second of a number, in and out together, by what Meta calls its throughput.
PER_SECOND: Final[dict[str, int]] = {"STANDARD": 80, "HIGH": 1000, "COEXISTENCE": 20}
STANDARD: Final = "STANDARD"
# Of what a number may send, the bot and programs each have a quarter for certain; a person's reply comes before
# whatever they want beyond it. What nobody else wants is for who wants it.
SHARED: Final = (Lane.BOT, Lane.PROGRAM)
SHARE: Final = 4
RECEIVED_AT_MOST: Final = 0.75  # what comes in leaves at least a quarter of a second for what goes out
NO_BURST = timedelta()

READ = text("""
    SELECT key, used_until, received, read_at,
           (SELECT total FROM whatsapp_received WHERE phone_number_id = :number) AS total
    FROM whatsapp_send_rates WHERE key = ANY(CAST(:keys AS text[])) ORDER BY key FOR UPDATE
""")

RECEIVED = text("SELECT total FROM whatsapp_received WHERE phone_number_id = :number")

COUNT_RECEIVED = text("""
    INSERT INTO whatsapp_received AS known (phone_number_id, total)
    SELECT * FROM unnest(CAST(:number AS text[]), CAST(:count AS bigint[]))
    ON CONFLICT (phone_number_id) DO UPDATE SET total = known.total + excluded.total
""")

WRITE = text("""
    INSERT INTO whatsapp_send_rates AS known (key, used_until, received, read_at)
    SELECT * FROM unnest(CAST(:key AS text[]), CAST(:used_until AS timestamptz[]), CAST(:received AS bigint[]),
                         CAST(:read_at AS timestamptz[]))
    ON CONFLICT (key) DO UPDATE SET
        used_until = excluded.used_until, received = coalesce(excluded.received, known.received),
        read_at = coalesce(excluded.read_at, known.read_at)
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


def free_slots(used_until: datetime | None, now: datetime, limit: Limit) -> int:
    """How many sends may go at this moment."""
    return max(0, (limit.burst - (max(used_until or now, now) - now)) // limit.interval)


def number_limit(throughput: str) -> Limit:
    """So that no second, wherever it begins, has more than the number's messages: a tenth at once, and nine tenths
    evenly. An unknown word of Meta's is taken for the least surprising one."""
    per_second = PER_SECOND.get(throughput, PER_SECOND[STANDARD])
    interval = timedelta(seconds=1 / (0.9 * per_second))
    return Limit(interval, interval * max(1, per_second // 10))


def number_key(number: str) -> str:
    return f"number:{number}"


def lane_key(number: str, lane: Lane) -> str:
    return f"lane:{number}:{lane.name.lower()}"


def pair_key(number: str, customer_id: UUID) -> str:
    return f"pair:{number}:{customer_id}"


def account_key(account: str | None) -> str:
    return f"account:{account or ''}"


def programs_key(number: str) -> str:
    """Holds back what programs send, and nothing else."""
    return f"programs:{number}"


@dataclass(slots=True)
class Books:
    """What a number has used up of its limits, read and locked for one claim."""

    number: str
    account: str | None
    limit: Limit
    now: datetime
    received: int
    read_at: datetime
    used: dict[str, datetime] = field(default_factory=dict)

    @property
    def slots(self) -> int:
        """How many messages may go now."""
        if self.used.get(account_key(self.account), self.now) > self.now:
            return 0
        return free_slots(self.used.get(number_key(self.number)), self.now, self.limit)

    @property
    def opens_at(self) -> datetime:
        """When the next may go, if none may now."""
        held = self.used.get(account_key(self.account), self.now)
        return max(held, reserve_one(self.used.get(number_key(self.number)), self.now, self.limit)[0])

    @property
    def shares(self) -> dict[Lane, int]:
        """How many messages each lane has for certain, whoever else waits; lanes that may not send are left out."""
        held = self.used.get(programs_key(self.number), self.now) > self.now
        lanes = [lane for lane in SHARED if not (held and lane is Lane.PROGRAM)]
        return {Lane.PERSON: 0} | {
            lane: free_slots(self.used.get(lane_key(self.number, lane)), self.now, self._share) for lane in lanes
        }

    @property
    def _share(self) -> Limit:
        return Limit(self.limit.interval * SHARE, max(self.limit.burst // SHARE, self.limit.interval * SHARE))

    def charge(self, messages: Sequence[Outgoing]) -> None:
        """Books the messages as sent."""
        number = number_key(self.number)
        self.used[number] = max(self.used.get(number, self.now), self.now) + self.limit.interval * len(messages)
        for lane, count in Counter(lane_of(message.sent_by) for message in messages).items():
            if lane in SHARED:
                key = lane_key(self.number, lane)
                used = max(self.used.get(key, self.now), self.now) + self._share.interval * count
                # What it had beyond its share was nobody's: it is not held against it.
                self.used[key] = min(used, self.now + self._share.burst)


async def open_books(tx: Transaction, number: str, account: str | None, throughput: str, now: datetime) -> Books:
    """Locks the number's limits until the transaction ends, and counts in what has come in since the last send."""
    limit = number_limit(throughput)
    books = Books(number, account, limit, now, 0, now)
    lanes = [lane_key(books.number, lane) for lane in SHARED]
    keys = [number_key(number), account_key(account), programs_key(number), *lanes]
    rows = await tx.rows(READ, {"keys": sorted(keys), "number": number})
    found = rows or await tx.rows(RECEIVED, {"number": number})
    books.received = next((row.total for row in found if row.total is not None), 0)
    for row in rows:
        books.used[row.key] = row.used_until
        if row.received is not None:
            _count_in(books, row, PER_SECOND.get(throughput, PER_SECOND[STANDARD]))
    return books


def _count_in(books: Books, row: Row[Any], per_second: int) -> None:
    """What was received since `read_at` has used the number, then and not now; but never more of it than its part.

    The rest is counted next time, as far as it is of about the last second.
    """
    each = timedelta(seconds=1 / (RECEIVED_AT_MOST * per_second))
    outstanding, at_most = books.received - row.received, max(timedelta(), books.now - row.read_at) // each
    if outstanding > 0 and (count := min(outstanding, at_most)):
        books.used[row.key] = max(row.used_until, row.read_at) + books.limit.interval * count
    if outstanding > at_most:
        books.received = max(row.received + at_most, books.received - per_second)
        books.read_at = row.read_at + at_most * each


async def reserve(tx: Transaction, books: Books, messages: Iterable[Outgoing]) -> dict[UUID, datetime]:
    """Books the messages that may go to their customers now; answers the others, each with when to try again."""
    wanted = list(messages)
    keys = sorted({pair_key(books.number, message.customer_id) for message in wanted})
    pairs = {row.key: row.used_until for row in await tx.rows(READ, {"keys": keys, "number": books.number})}
    later: dict[UUID, datetime] = {}
    for message in wanted:
        pair = pair_key(books.number, message.customer_id)
        at, used = reserve_one(pairs.get(pair), books.now, PAIR)
        if at > books.now:
            later[message.id] = at
        else:
            pairs[pair] = used
    books.charge([message for message in wanted if message.id not in later])
    await _write(tx, books, pairs)
    return later


async def _write(tx: Transaction, books: Books, pairs: Mapping[str, datetime]) -> None:
    number = number_key(books.number)
    lanes = [lane_key(books.number, lane) for lane in SHARED]
    own = {key: books.used[key] for key in (number, *lanes) if key in books.used}
    rows = [
        {
            "key": key,
            "used_until": used,
            "received": books.received if key == number else None,
            "read_at": books.read_at if key == number else None,
        }
        for key, used in sorted((own | dict(pairs)).items())
    ]
    await tx.run(WRITE, as_columns(rows))


async def count_received(tx: Transaction, numbers: Iterable[str]) -> None:
    """Notes what came in: one of `numbers` for each message. Called by one transaction at a time."""
    counts = sorted(Counter(numbers).items())
    if counts:
        await tx.run(COUNT_RECEIVED, as_columns([{"number": number, "count": count} for number, count in counts]))


async def hold(tx: Transaction, key: str, until: datetime, burst: timedelta = NO_BURST) -> None:
    """Meta said to wait: nothing goes by this key before `until`, nor before an earlier, longer wait ends.

    `burst`: of the limit that the key has besides.
    """
    await tx.run(HOLD, {"key": key, "moment": until + burst})


async def prune(tx: Transaction, before: datetime) -> None:
    """Forgets limits that no longer limit."""
    await tx.run(PRUNE, {"before": before})
