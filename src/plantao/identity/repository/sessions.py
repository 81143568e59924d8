"""Sessions (families of tokens) in SQL.

What is valid is decided here, in one place and by the same condition for every use: `_OPEN`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    Uuid,
    bindparam,
    exists,
    insert,
    literal,
    select,
    true,
    update,
)

from plantao.identity.models import OpenSession, User
from plantao.identity.repository.dialects import among, for_update
from plantao.identity.repository.users import USER_COLUMNS, Credentials, to_user
from plantao.identity.tables import Moment, refresh_tokens, sessions, users

_NOW = bindparam("now", type_=Moment())
_OPEN = (
    (sessions.c.user_id == users.c.id)
    & sessions.c.revoked_at.is_(None)
    & (sessions.c.expires_at > _NOW)
    & (users.c.is_active == true())
)
# Of `session_id` at `now`: whose session it is, if it is open.
HOLDER = select(*USER_COLUMNS).where(_OPEN, sessions.c.id == bindparam("session_id", type_=Uuid()))
_OPEN_OF = (
    select(sessions.c.id, sessions.c.created_at, sessions.c.expires_at)
    .where(_OPEN, users.c.id == bindparam("user_id"))
    .order_by(sessions.c.created_at.desc(), sessions.c.id.desc())
    .limit(200)
)
_USE = (
    update(refresh_tokens)
    .where(
        refresh_tokens.c.token_hash == bindparam("digest", type_=refresh_tokens.c.token_hash.type),
        refresh_tokens.c.used_at.is_(None),
        refresh_tokens.c.expires_at > _NOW,
        exists().where(sessions.c.id == refresh_tokens.c.session_id, _OPEN),
    )
    .values(used_at=_NOW)
    .returning(refresh_tokens.c.session_id)
)


class UsedToken(NamedTuple):
    session_id: UUID
    user: User


class StoredToken(NamedTuple):
    session_id: UUID
    expires_at: datetime
    used_at: datetime | None


def holder_of(connection: Connection, session_id: UUID, now: datetime) -> User | None:
    """Whose session this is, with the role of this moment; None when it is not open any more."""
    row = connection.execute(HOLDER, {"session_id": session_id, "now": now}).first()
    return to_user(row) if row else None


def still_open(connection: Connection, session_ids: Sequence[UUID], now: datetime) -> set[UUID]:
    found: set[UUID] = set()
    for chosen in among(connection, sessions.c.id, session_ids):
        found.update(connection.scalars(select(sessions.c.id).where(_OPEN, chosen), {"now": now}))
    return found


def open_session(
    connection: Connection, session_id: UUID, verified: Credentials, *, now: datetime, expires_at: datetime
) -> bool:
    """Opens a session if the user is active and password and second factor are still those that were verified.

    The share lock puts this before or after any change of that user, whose revocations then either find the
    session or are seen here.
    """
    allowed = select(
        literal(session_id, Uuid()), users.c.id, literal(now, Moment()), literal(expires_at, Moment())
    ).where(
        users.c.id == verified.user.id,
        users.c.is_active == true(),
        users.c.password_hash == verified.password_hash,
        users.c.totp_confirmed_at.is_not(None) if verified.user.second_factor else users.c.totp_confirmed_at.is_(None),
    )
    columns = ["id", "user_id", "created_at", "expires_at"]
    statement = insert(sessions).from_select(columns, for_update(allowed, users, shared=True))
    return connection.execute(statement).rowcount == 1


def add_refresh_token(connection: Connection, session_id: UUID, digest: bytes, expires_at: datetime) -> None:
    values = {"token_hash": digest, "session_id": session_id, "expires_at": expires_at}
    connection.execute(insert(refresh_tokens).inline(), values)


def use_refresh_token(connection: Connection, digest: bytes, now: datetime) -> UsedToken | None:
    """One conditional UPDATE: of any number of uses at once, one gets the session."""
    session_id = connection.scalar(_USE, {"digest": digest, "now": now})
    user = holder_of(connection, session_id, now) if session_id else None
    return UsedToken(session_id, user) if session_id and user else None


def find_refresh_token(connection: Connection, digest: bytes) -> StoredToken | None:
    columns = (refresh_tokens.c.session_id, refresh_tokens.c.expires_at, refresh_tokens.c.used_at)
    row = connection.execute(select(*columns).where(refresh_tokens.c.token_hash == digest)).first()
    return StoredToken(row.session_id, row.expires_at, row.used_at) if row else None


def extend(connection: Connection, session_id: UUID, expires_at: datetime) -> None:
    connection.execute(update(sessions).where(sessions.c.id == session_id).values(expires_at=expires_at))


def open_of(connection: Connection, user_id: int, now: datetime) -> list[OpenSession]:
    """Newest first, at most 200."""
    rows = connection.execute(_OPEN_OF, {"user_id": user_id, "now": now})
    return [OpenSession(row.id, row.created_at, row.expires_at) for row in rows]


def revoke(connection: Connection, session_id: UUID, now: datetime) -> None:
    connection.execute(_revocation(now).where(sessions.c.id == session_id))


def revoke_own(connection: Connection, user_id: int, session_id: UUID, now: datetime) -> bool:
    """False for a session that is not this user's, or not open."""
    return _revoke_open(connection, user_id, sessions.c.id == session_id, now) == 1


def revoke_others(connection: Connection, user_id: int, kept: UUID, now: datetime) -> int:
    return _revoke_open(connection, user_id, sessions.c.id != kept, now)


def _revoke_open(connection: Connection, user_id: int, which: ColumnElement[bool], now: datetime) -> int:
    statement = _revocation(now).where(sessions.c.user_id == user_id, sessions.c.expires_at > now, which)
    return connection.execute(statement).rowcount


def revoke_all_of(connection: Connection, user_id: int, now: datetime) -> None:
    connection.execute(_revocation(now).where(sessions.c.user_id == user_id))


def _revocation(now: datetime) -> Update:
    return update(sessions).where(sessions.c.revoked_at.is_(None)).values(revoked_at=now)
