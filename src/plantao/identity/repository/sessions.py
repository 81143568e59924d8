"""Sessions (families of tokens) in SQL.

What is valid is decided here, in one place and by the same condition for every use: `_OPEN`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, DateTime, Update, Uuid, any_, bindparam, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from plantao.identity.models import Actor, OpenSession, Role, User
from plantao.identity.repository.users import USER_COLUMNS, to_user
from plantao.identity.tables import refresh_tokens, sessions, users
from plantao.kit.db import Transaction

_NOW = bindparam("now", type_=DateTime(timezone=True))
_OPEN = (
    (sessions.c.user_id == users.c.id)
    & sessions.c.revoked_at.is_(None)
    & (sessions.c.expires_at > _NOW)
    & users.c.is_active
)
_ACTOR = select(users.c.id, users.c.name, users.c.role).where(_OPEN, sessions.c.id == bindparam("session_id"))
_STILL_OPEN = select(sessions.c.id).where(_OPEN, sessions.c.id == any_(bindparam("session_ids", type_=ARRAY(Uuid))))
_OPEN_OF = (
    select(sessions.c.id, sessions.c.created_at, sessions.c.expires_at)
    .where(_OPEN, users.c.id == bindparam("user_id"))
    .order_by(sessions.c.created_at.desc(), sessions.c.id.desc())
    .limit(200)
)
_USE = (
    update(refresh_tokens)
    .where(
        refresh_tokens.c.token_hash == bindparam("digest"),
        refresh_tokens.c.used_at.is_(None),
        refresh_tokens.c.expires_at > _NOW,
        refresh_tokens.c.session_id == sessions.c.id,
        _OPEN,
    )
    .values(used_at=_NOW)
    .returning(refresh_tokens.c.session_id, *USER_COLUMNS)
)


class UsedToken(NamedTuple):
    session_id: UUID
    user: User


class StoredToken(NamedTuple):
    session_id: UUID
    expires_at: datetime
    used_at: datetime | None


async def actor_of(
    connection: AsyncConnection, session_id: UUID, now: datetime, token_expires_at: datetime
) -> Actor | None:
    """Who holds this session, with the role of this moment; None when it is not open any more."""
    row = (await connection.execute(_ACTOR, {"session_id": session_id, "now": now})).first()
    return Actor(row.id, row.name, Role(row.role), session_id, token_expires_at) if row else None


async def still_open(connection: AsyncConnection, session_ids: Sequence[UUID], now: datetime) -> set[UUID]:
    found = await connection.scalars(_STILL_OPEN, {"session_ids": list(session_ids), "now": now})
    return set(found.all())


async def open_session(
    transaction: Transaction, session_id: UUID, user_id: int, *, password_hash: str, now: datetime, expires_at: datetime
) -> bool:
    """Opens a session if the user is active and the password is still the one that was verified.

    The share lock puts this before or after any change of that user, whose revocations then either find the
    session or are seen here.
    """
    allowed = (
        select(
            literal(session_id, Uuid),
            users.c.id,
            literal(now, DateTime(timezone=True)),
            literal(expires_at, DateTime(timezone=True)),
        )
        .where(users.c.id == user_id, users.c.is_active, users.c.password_hash == password_hash)
        .with_for_update(read=True)
    )
    columns = ["id", "user_id", "created_at", "expires_at"]
    return (await transaction.run(insert(sessions).from_select(columns, allowed))).rowcount == 1


async def add_refresh_token(transaction: Transaction, session_id: UUID, digest: bytes, expires_at: datetime) -> None:
    values: dict[str, Any] = {"token_hash": digest, "session_id": session_id, "expires_at": expires_at}
    await transaction.run(insert(refresh_tokens).values(values))


async def use_refresh_token(transaction: Transaction, digest: bytes, now: datetime) -> UsedToken | None:
    """One conditional UPDATE: of any number of uses at once, one gets the session."""
    row = await transaction.first(_USE, {"digest": digest, "now": now})
    return UsedToken(row.session_id, to_user(row)) if row else None


async def find_refresh_token(transaction: Transaction, digest: bytes) -> StoredToken | None:
    columns = (refresh_tokens.c.session_id, refresh_tokens.c.expires_at, refresh_tokens.c.used_at)
    row = await transaction.first(select(*columns).where(refresh_tokens.c.token_hash == digest))
    return StoredToken(row.session_id, row.expires_at, row.used_at) if row else None


async def extend(transaction: Transaction, session_id: UUID, expires_at: datetime) -> None:
    await transaction.run(update(sessions).where(sessions.c.id == session_id).values(expires_at=expires_at))


async def revoke(transaction: Transaction, session_id: UUID, now: datetime) -> None:
    await transaction.run(_revocation(now).where(sessions.c.id == session_id))


async def open_of(transaction: Transaction, user_id: int, now: datetime) -> list[OpenSession]:
    """Newest first, at most 200."""
    rows = await transaction.rows(_OPEN_OF, {"user_id": user_id, "now": now})
    return [OpenSession(row.id, row.created_at, row.expires_at) for row in rows]


async def revoke_own(transaction: Transaction, user_id: int, session_id: UUID, now: datetime) -> bool:
    """False for a session that is not this user's, or not open."""
    return await _revoke_open(transaction, user_id, sessions.c.id == session_id, now) == 1


async def revoke_others(transaction: Transaction, user_id: int, kept: UUID, now: datetime) -> int:
    return await _revoke_open(transaction, user_id, sessions.c.id != kept, now)


async def _revoke_open(transaction: Transaction, user_id: int, which: ColumnElement[bool], now: datetime) -> int:
    statement = _revocation(now).where(sessions.c.user_id == user_id, sessions.c.expires_at > now, which)
    return (await transaction.run(statement)).rowcount


async def revoke_all_of(transaction: Transaction, user_id: int, now: datetime) -> None:
    await transaction.run(_revocation(now).where(sessions.c.user_id == user_id))


def _revocation(now: datetime) -> Update:
    return update(sessions).where(sessions.c.revoked_at.is_(None)).values(revoked_at=now)
