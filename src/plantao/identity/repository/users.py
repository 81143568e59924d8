"""Users in SQL."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Insert,
    Row,
    Select,
    Update,
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.exc import IntegrityError

from plantao.identity import rules
from plantao.identity.errors import EmailTaken
from plantao.identity.models import Role, User, UserChanges
from plantao.identity.repository.dialects import for_update
from plantao.identity.tables import users

USER_COLUMNS: tuple[Column[Any], ...] = (
    users.c.id,
    users.c.email,
    users.c.name,
    users.c.role,
    users.c.is_active,
    users.c.created_at,
    users.c.totp_confirmed_at,
)


class Credentials(NamedTuple):
    """A user as found, and what a log-in has to match."""

    user: User
    password_hash: str


def to_user(row: Row[Any]) -> User:
    second_factor = row.totp_confirmed_at is not None
    return User(row.id, row.email, row.name, Role(row.role), row.is_active, row.created_at, second_factor)


def create(connection: Connection, *, email: str, password_hash: str, name: str, role: Role, now: datetime) -> User:
    """Raises `EmailTaken`; the transaction is of no more use then."""
    values = {**_email_columns(email), "password_hash": password_hash, "name": name, "role": role, "is_active": True}
    return _write(connection, insert(users).values(**values, created_at=now, updated_at=now))


def change(
    connection: Connection, user_id: int, changes: UserChanges, *, password_hash: str | None, now: datetime
) -> User:
    """The user has to exist: lock it first. Raises `EmailTaken` like `create`."""
    wanted = {
        **(_email_columns(changes.email) if changes.email is not None else {}),
        "password_hash": password_hash,
        "name": changes.name,
        "role": changes.role,
        "is_active": changes.is_active,
    }
    values = {column: value for column, value in wanted.items() if value is not None}
    return _write(connection, update(users).where(users.c.id == user_id).values(**values, updated_at=now))


def _email_columns(email: str) -> dict[str, Any]:
    return {"email": email, "email_key": rules.email_key(email)}


def _write(connection: Connection, statement: Insert | Update) -> User:
    try:
        row = connection.execute(statement.returning(*USER_COLUMNS)).first()
    except IntegrityError as error:
        raise _translated(error) from None
    assert row is not None  # noqa: S101 - one row was written, or the statement has raised
    return to_user(row)


def _translated(error: IntegrityError) -> Exception:
    """The unique index is what decides whether an e-mail is taken: a look beforehand would be a race."""
    return EmailTaken() if "email_key" in str(error.orig) else error


def find(connection: Connection, user_id: int) -> User | None:
    row = connection.execute(select(*USER_COLUMNS).where(users.c.id == user_id)).first()
    return to_user(row) if row else None


def find_credentials(connection: Connection, email_key: str) -> Credentials | None:
    return _credentials(connection, users.c.email_key == email_key)


def find_own_credentials(connection: Connection, user_id: int) -> Credentials | None:
    return _credentials(connection, users.c.id == user_id)


def _credentials(connection: Connection, whose: ColumnElement[bool]) -> Credentials | None:
    statement: Select[Any] = select(*USER_COLUMNS, users.c.password_hash).where(whose)
    row = connection.execute(statement).first()
    return Credentials(to_user(row), row.password_hash) if row else None


def replace_hash(connection: Connection, user_id: int, *, old: str, new: str) -> bool:
    """For a rehash of the same password: False when the password was changed in between."""
    statement = update(users).where(users.c.id == user_id, users.c.password_hash == old).values(password_hash=new)
    return connection.execute(statement).rowcount == 1


def lock(connection: Connection, user_id: int) -> User | None:
    statement = for_update(select(*USER_COLUMNS).where(users.c.id == user_id), users)
    row = connection.execute(statement).first()
    return to_user(row) if row else None


def lock_with_administrators(connection: Connection, user_id: int) -> dict[int, User]:
    """Locks this user and all active administrators, always in the order of their ids.

    Two demotions at once therefore queue up: the second one sees the first one's result (a row that has stopped
    to match while it waited is left out) and neither waits for the other in a circle.
    """
    administrator = (users.c.role == Role.ADMIN) & (users.c.is_active == true())
    statement = select(*USER_COLUMNS).where(or_(users.c.id == user_id, administrator)).order_by(users.c.id)
    return {row.id: to_user(row) for row in connection.execute(for_update(statement, users))}


def count(connection: Connection, *, role: Role | None, is_active: bool | None) -> int:
    return connection.scalar(_filtered(select(func.count()).select_from(users), role, is_active)) or 0


def page(connection: Connection, *, role: Role | None, is_active: bool | None, offset: int, limit: int) -> list[User]:
    statement = _filtered(select(*USER_COLUMNS), role, is_active).order_by(users.c.id).offset(offset).limit(limit)
    return [to_user(row) for row in connection.execute(statement)]


def _filtered(statement: Select[Any], role: Role | None, is_active: bool | None) -> Select[Any]:
    if role is not None:
        statement = statement.where(users.c.role == role)
    if is_active is not None:
        statement = statement.where(users.c.is_active == is_active)
    return statement
