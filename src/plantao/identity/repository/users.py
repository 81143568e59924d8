"""Users in SQL."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Insert, Row, Select, Update, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from plantao.identity import rules
from plantao.identity.errors import EmailTaken
from plantao.identity.models import Role, User, UserChanges
from plantao.identity.tables import users
from plantao.kit.db import Transaction

USER_COLUMNS = (users.c.id, users.c.email, users.c.name, users.c.role, users.c.is_active, users.c.created_at)


class Credentials(NamedTuple):
    user: User
    password_hash: str


def to_user(row: Row[Any]) -> User:
    return User(row.id, row.email, row.name, Role(row.role), row.is_active, row.created_at)


async def create(
    transaction: Transaction, *, email: str, password_hash: str, name: str, role: Role, now: datetime
) -> User:
    """Raises `EmailTaken`; the transaction is of no more use then."""
    values = {**_email_columns(email), "password_hash": password_hash, "name": name, "role": role}
    return await _write(transaction, insert(users).values(**values, created_at=now, updated_at=now))


async def change(
    transaction: Transaction, user_id: int, changes: UserChanges, *, password_hash: str | None, now: datetime
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
    return await _write(transaction, update(users).where(users.c.id == user_id).values(**values, updated_at=now))


def _email_columns(email: str) -> dict[str, Any]:
    return {"email": email, "email_key": rules.email_key(email)}


async def _write(transaction: Transaction, statement: Insert | Update) -> User:
    try:
        row = await transaction.first(statement.returning(*USER_COLUMNS))
    except IntegrityError as error:
        raise _translated(error) from None
    assert row is not None  # noqa: S101 - one row was written, or the statement has raised
    return to_user(row)


def _translated(error: IntegrityError) -> Exception:
    """The unique index is what decides whether an e-mail is taken: a look beforehand would be a race."""
    return EmailTaken() if "email_key" in str(error.orig) else error


async def find(transaction: Transaction, user_id: int) -> User | None:
    row = await transaction.first(select(*USER_COLUMNS).where(users.c.id == user_id))
    return to_user(row) if row else None


async def find_credentials(transaction: Transaction, email_key: str) -> Credentials | None:
    statement = select(*USER_COLUMNS, users.c.password_hash).where(users.c.email_key == email_key)
    row = await transaction.first(statement)
    return Credentials(to_user(row), row.password_hash) if row else None


async def replace_hash(transaction: Transaction, user_id: int, *, old: str, new: str) -> bool:
    """For a rehash of the same password: False when the password was changed in between."""
    statement = update(users).where(users.c.id == user_id, users.c.password_hash == old).values(password_hash=new)
    return (await transaction.run(statement)).rowcount == 1


async def lock_with_administrators(transaction: Transaction, user_id: int) -> dict[int, User]:
    """Locks this user and all active administrators, always in the order of their ids.

    Two demotions at once therefore queue up: the second one sees the first one's result (a row that has stopped
    to match while it waited is left out) and neither waits for the other in a circle.
    """
    administrator = (users.c.role == Role.ADMIN) & users.c.is_active
    statement = (
        select(*USER_COLUMNS).where(or_(users.c.id == user_id, administrator)).order_by(users.c.id).with_for_update()
    )
    return {row.id: to_user(row) for row in await transaction.rows(statement)}


async def count(transaction: Transaction, *, role: Role | None, is_active: bool | None) -> int:
    found = await transaction.first(_filtered(select(func.count()).select_from(users), role, is_active))
    return int(found[0]) if found else 0


async def page(
    transaction: Transaction, *, role: Role | None, is_active: bool | None, offset: int, limit: int
) -> list[User]:
    statement = _filtered(select(*USER_COLUMNS), role, is_active).order_by(users.c.id).offset(offset).limit(limit)
    return [to_user(row) for row in await transaction.rows(statement)]


def _filtered(statement: Select[Any], role: Role | None, is_active: bool | None) -> Select[Any]:
    if role is not None:
        statement = statement.where(users.c.role == role)
    if is_active is not None:
        statement = statement.where(users.c.is_active.is_(is_active))
    return statement
