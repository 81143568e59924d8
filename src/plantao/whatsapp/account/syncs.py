"""When Meta was asked for what, in SQL: any number of processes, one of which asks."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from plantao.kit.db import Transaction

TOPIC: Final = "wake.account"
LEASE: Final = timedelta(minutes=2)  # for one subject; after a failure, until the next attempt
PAUSE: Final = timedelta(seconds=30)  # between two on demand

# The lease takes the place of an advisory lock, which would hold a connection for as long as Meta takes to answer.
CLAIM = text("""
    INSERT INTO whatsapp_syncs AS known (subject, leased_until) VALUES (:subject, :until)
    ON CONFLICT (subject) DO UPDATE SET leased_until = excluded.leased_until
    WHERE coalesce(known.leased_until, '-infinity') <= :now
      AND (known.synced_at IS NULL OR known.synced_at <= :stale
           OR known.requested_at > known.synced_at AND known.synced_at <= :paused)
    RETURNING subject
""")

DONE = text("""
    UPDATE whatsapp_syncs SET synced_at = :asked_at, leased_until = NULL WHERE subject = :subject
""")

RELEASE = text("UPDATE whatsapp_syncs SET leased_until = NULL WHERE subject = :subject")

REQUEST = text("""
    INSERT INTO whatsapp_syncs (subject, requested_at) VALUES (:subject, :now)
    ON CONFLICT (subject) DO UPDATE SET requested_at = excluded.requested_at
""")

SYNCED_AT = text("SELECT synced_at FROM whatsapp_syncs WHERE subject = :subject")


def templates_of(account_id: str) -> str:
    return f"templates:{account_id}"


def number(phone_number_id: str) -> str:
    return f"number:{phone_number_id}"


async def claim(tx: Transaction, subject: str, now: datetime, stale: datetime) -> bool:
    """Whether it is ours to ask: nobody else is at it, and what is known is from `stale` or older, or was asked for."""
    given = {"subject": subject, "now": now, "until": now + LEASE, "stale": stale, "paused": now - PAUSE}
    return await tx.first(CLAIM, given) is not None


async def done(tx: Transaction, subject: str, asked_at: datetime) -> None:
    await tx.run(DONE, {"subject": subject, "asked_at": asked_at})


async def release(tx: Transaction, subject: str) -> None:
    """It came to nothing, and somebody may try again at once."""
    await tx.run(RELEASE, {"subject": subject})


async def request(tx: Transaction, subject: str, now: datetime) -> None:
    """Asks for it to be asked again, soon."""
    await tx.run(REQUEST, {"subject": subject, "now": now})
    tx.publish(TOPIC)


async def synced_at(tx: Transaction, subject: str) -> datetime | None:
    """When Meta was last asked with success; None if never."""
    row = await tx.first(SYNCED_AT, {"subject": subject})
    found: datetime | None = row.synced_at if row is not None else None
    return found
