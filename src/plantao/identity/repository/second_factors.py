"""Second factors in SQL: columns of the user's row, and codes for the day on which the phone is lost."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from plantao.identity.repository.dialects import for_update
from plantao.identity.tables import recovery_codes, users


class SecondFactor(NamedTuple):
    """`secret` is base32; not asked for until `confirmed_at`."""

    secret: str | None
    confirmed_at: datetime | None


def lock(connection: Connection, user_id: int) -> SecondFactor:
    """The user's, or an empty one; the user's row is locked until the transaction ends."""
    columns = (users.c.totp_secret, users.c.totp_confirmed_at)
    row = connection.execute(for_update(select(*columns).where(users.c.id == user_id), users)).first()
    return SecondFactor(row.totp_secret, row.totp_confirmed_at) if row else SecondFactor(None, None)


def offer(connection: Connection, user_id: int, secret: str) -> bool:
    """A secret to be confirmed. False when one is confirmed already."""
    statement = update(users).where(users.c.id == user_id, users.c.totp_confirmed_at.is_(None))
    return connection.execute(statement.values(totp_secret=secret, totp_last_interval=None)).rowcount == 1


def confirm(connection: Connection, user_id: int, now: datetime) -> None:
    connection.execute(update(users).where(users.c.id == user_id).values(totp_confirmed_at=now))


def remove(connection: Connection, user_id: int) -> None:
    values = {"totp_secret": None, "totp_confirmed_at": None, "totp_last_interval": None}
    connection.execute(update(users).where(users.c.id == user_id).values(**values))
    replace_recovery_codes(connection, user_id, [])


def use_interval(connection: Connection, user_id: int, interval: int) -> bool:
    """False when a code of this interval, or of a later one, was used before: each is good once."""
    unused = or_(users.c.totp_last_interval.is_(None), users.c.totp_last_interval < interval)
    statement = update(users).where(users.c.id == user_id, unused).values(totp_last_interval=interval)
    return connection.execute(statement).rowcount == 1


def replace_recovery_codes(connection: Connection, user_id: int, digests: Sequence[bytes]) -> None:
    connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    if digests:
        rows = [{"user_id": user_id, "code_hash": digest} for digest in digests]
        connection.execute(insert(recovery_codes).inline(), rows)


def use_recovery_code(connection: Connection, user_id: int, digest: bytes, now: datetime) -> bool:
    codes = recovery_codes.c
    statement = (
        update(recovery_codes)
        .where(codes.user_id == user_id, codes.code_hash == digest, codes.used_at.is_(None))
        .values(used_at=now)
    )
    return connection.execute(statement).rowcount == 1


def count_recovery_codes(connection: Connection, user_id: int) -> int:
    """Those that are still good."""
    codes = recovery_codes.c
    statement = select(func.count()).select_from(recovery_codes)
    return connection.scalar(statement.where(codes.user_id == user_id, codes.used_at.is_(None))) or 0
