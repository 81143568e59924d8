"""Users: who is created, changed and deactivated. Needs no signing keys, so the command line can use it alone."""

import math

import structlog

from plantao.identity import rules
from plantao.identity.errors import EmailTaken, LastAdministrator
from plantao.identity.models import Role, User, UserChanges, UserPage
from plantao.identity.passwords import PasswordHasher
from plantao.identity.repository import sessions, users
from plantao.kit.clock import Clock
from plantao.kit.db import Database, Transaction
from plantao.kit.errors import NotFound

log = structlog.get_logger(__name__)

MAX_USER_ID = 2**31 - 1  # the column's type; a larger number is nobody's


class Accounts:
    """What may be done to users. Who may do it, `policy` says: the endpoints ask it first."""

    def __init__(self, database: Database, clock: Clock, hasher: PasswordHasher) -> None:
        self._database = database
        self._clock = clock
        self._hasher = hasher

    async def create_user(self, email: str, password: str, *, name: str, role: Role) -> User:
        """Raises `ValidationFailed` for what breaks a rule, `EmailTaken`."""
        email, name = rules.clean_email(email), rules.clean_name(name)
        rules.check_new_password(password)
        return await self._create(email, password, name=name, role=role)

    async def ensure_first_admin(
        self, email: str, password: str, *, name: str, waive_password_rule: bool = False
    ) -> User | None:
        """The administrator that was created; None when a user with this e-mail exists, who is left as is.

        Any number of processes may start at once. Raises `ValidationFailed`. Only the demo waives the password rule.
        """
        email, name = rules.clean_email(email), rules.clean_name(name)
        check = rules.check_password_bytes if waive_password_rule else rules.check_new_password
        check(password)
        if await self._find_by_email(email) is not None:  # saves the hash at every later start, decides nothing
            return None
        try:
            return await self._create(email, password, name=name, role=Role.ADMIN)
        except EmailTaken:
            return None

    async def _create(self, email: str, password: str, *, name: str, role: Role) -> User:
        password_hash = await self._hasher.hash(password)
        async with self._database.transaction() as transaction:
            user = await users.create(
                transaction, email=email, password_hash=password_hash, name=name, role=role, now=self._clock.now()
            )
        log.info("user_created", user_id=user.id, role=user.role)
        return user

    async def get_user(self, user_id: int) -> User:
        """Raises `NotFound`."""
        _refuse_impossible(user_id)
        async with self._database.transaction() as transaction:
            user = await users.find(transaction, user_id)
        if user is None:
            raise _no_user()
        return user

    async def list_users(
        self, *, page: int = 1, limit: int = 20, role: Role | None = None, is_active: bool | None = None
    ) -> UserPage:
        """Oldest first; `page` counts from 1."""
        offset = (page - 1) * limit
        async with self._database.transaction() as transaction:
            total = await users.count(transaction, role=role, is_active=is_active)
            found = await users.page(transaction, role=role, is_active=is_active, offset=offset, limit=limit)
        return UserPage(found, total, page, math.ceil(total / limit))

    async def change_user(self, user_id: int, changes: UserChanges) -> User:
        """Another password or role, or deactivation, ends all sessions of the user at once.

        Raises `NotFound`, `ValidationFailed`, `EmailTaken`, and `LastAdministrator` when nobody would be left.
        """
        _refuse_impossible(user_id)
        changes = _checked(changes)
        password_hash = await self._hasher.hash(changes.password) if changes.password is not None else None
        async with self._database.transaction() as transaction:
            after = await self._change(transaction, user_id, changes, password_hash)
        log.info("user_changed", user_id=user_id, role=after.role, is_active=after.is_active)
        return after

    async def _change(
        self, transaction: Transaction, user_id: int, changes: UserChanges, password_hash: str | None
    ) -> User:
        now = self._clock.now()
        locked = await users.lock_with_administrators(transaction, user_id)
        before = locked.get(user_id)
        if before is None:
            raise _no_user()
        after = await users.change(transaction, user_id, changes, password_hash=password_hash, now=now)
        if _is_administrator(before) and not _is_administrator(after) and len(locked) == 1:
            raise LastAdministrator
        if password_hash is not None or _lost_ground(before, after):
            # A log-in at the same time waits for the user's row, or has its session found here.
            await sessions.revoke_all_of(transaction, user_id, now)
        return after

    async def reset_password(self, email: str, password: str) -> User:
        """For the administrator at the command line. Raises `NotFound`, `ValidationFailed`."""
        user = await self._find_by_email(rules.clean_email(email))
        if user is None:
            raise _no_user()
        return await self.change_user(user.id, UserChanges(password=password))

    async def _find_by_email(self, email: str) -> User | None:
        async with self._database.transaction() as transaction:
            found = await users.find_credentials(transaction, rules.email_key(email))
        return found.user if found else None


def _checked(changes: UserChanges) -> UserChanges:
    if changes.password is not None:
        rules.check_new_password(changes.password)
    return UserChanges(
        email=None if changes.email is None else rules.clean_email(changes.email),
        password=changes.password,
        name=None if changes.name is None else rules.clean_name(changes.name),
        role=changes.role,
        is_active=changes.is_active,
    )


def _is_administrator(user: User) -> bool:
    return user.is_active and user.role is Role.ADMIN


def _lost_ground(before: User, after: User) -> bool:
    return before.role is not after.role or (before.is_active and not after.is_active)


def _refuse_impossible(user_id: int) -> None:
    """Before the database refuses the number as no integer of its own."""
    if not 0 < user_id <= MAX_USER_ID:
        raise _no_user()


def _no_user() -> NotFound:
    return NotFound("Usuário não encontrado.")
