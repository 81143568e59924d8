"""Users: who is created, changed and deactivated. Needs no signing keys, so the command line can use it alone."""

import math
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from plantao.identity import rules, second_factor
from plantao.identity.errors import EmailTaken, LastAdministrator
from plantao.identity.models import (
    LOCAL,
    AuditAction,
    AuditFilters,
    AuditPage,
    Origin,
    Role,
    User,
    UserChanges,
    UserPage,
)
from plantao.identity.passwords import PasswordHasher
from plantao.identity.repository import audit, sessions, users
from plantao.identity.repository.store import Store
from plantao.kit.clock import Clock
from plantao.kit.errors import NotFound

log = structlog.get_logger(__name__)

MAX_USER_ID = 2**31 - 1  # the column's type; a larger number is nobody's


class Accounts:
    """What may be done to users. Who may do it, `policy` says: the endpoints ask it first."""

    def __init__(self, store: Store, clock: Clock, hasher: PasswordHasher) -> None:
        self._store = store
        self._clock = clock
        self._hasher = hasher

    async def create_user(self, email: str, password: str, *, name: str, role: Role, origin: Origin = LOCAL) -> User:
        """Raises `ValidationFailed` for what breaks a rule, `EmailTaken`."""
        email, name = rules.clean_email(email), rules.clean_name(name)
        rules.check_new_password(password)
        return await self._create(email, password, name=name, role=role, origin=origin)

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
            return await self._create(email, password, name=name, role=Role.ADMIN, origin=LOCAL)
        except EmailTaken:
            return None

    async def _create(self, email: str, password: str, *, name: str, role: Role, origin: Origin) -> User:
        password_hash, now = await self._hasher.hash(password), self._clock.now()

        def work(connection: Connection) -> User:
            user = users.create(connection, email=email, password_hash=password_hash, name=name, role=role, now=now)
            audit.add(connection, AuditAction.USER_CREATED, user.id, origin, now, after=_facts(user))
            return user

        user = await self._store.transaction(work)
        log.info("user_created", user_id=user.id, role=user.role)
        return user

    async def get_user(self, user_id: int) -> User:
        """Raises `NotFound`."""
        _refuse_impossible(user_id)
        user = await self._store.read(lambda connection: users.find(connection, user_id))
        if user is None:
            raise _no_user()
        return user

    async def list_users(
        self, *, page: int = 1, limit: int = 20, role: Role | None = None, is_active: bool | None = None
    ) -> UserPage:
        """Oldest first; `page` counts from 1."""
        offset = (page - 1) * limit

        def work(connection: Connection) -> UserPage:
            total = users.count(connection, role=role, is_active=is_active)
            found = users.page(connection, role=role, is_active=is_active, offset=offset, limit=limit)
            return UserPage(found, total, page, math.ceil(total / limit))

        return await self._store.transaction(work)

    async def audit_trail(self, filters: AuditFilters, *, page: int = 1, limit: int = 20) -> AuditPage:
        """Newest first; `page` counts from 1."""
        offset = (page - 1) * limit

        def work(connection: Connection) -> AuditPage:
            total = audit.count(connection, filters)
            found = audit.page(connection, filters, offset=offset, limit=limit)
            return AuditPage(found, total, page, math.ceil(total / limit))

        return await self._store.transaction(work)

    async def change_user(self, user_id: int, changes: UserChanges, origin: Origin = LOCAL) -> User:
        """Another password or role, or deactivation, ends all sessions of the user at once.

        Raises `NotFound`, `ValidationFailed`, `EmailTaken`, and `LastAdministrator` when nobody would be left.
        """
        _refuse_impossible(user_id)
        changes = _checked(changes)
        password_hash = await self._hasher.hash(changes.password) if changes.password is not None else None
        now = self._clock.now()
        after = await self._store.transaction(
            lambda connection: _change(connection, user_id, changes, password_hash, origin, now)
        )
        log.info("user_changed", user_id=user_id, role=after.role, is_active=after.is_active)
        return after

    async def reset_password(self, email: str, password: str) -> User:
        """For the administrator at the command line. Raises `NotFound`, `ValidationFailed`."""
        return await self.change_user((await self._named(email)).id, UserChanges(password=password))

    async def reset_second_factor(self, user_id: int, origin: Origin = LOCAL) -> None:
        """Of somebody who has lost it; all sessions end. Raises `NotFound`, `SecondFactorOff`."""
        _refuse_impossible(user_id)
        now = self._clock.now()
        await self._store.transaction(lambda connection: second_factor.reset(connection, user_id, origin, now))
        log.info("second_factor_reset", user_id=user_id)

    async def reset_second_factor_of(self, email: str) -> None:
        """For the administrator at the command line. Raises `NotFound`, `ValidationFailed`, `SecondFactorOff`."""
        await self.reset_second_factor((await self._named(email)).id)

    async def _named(self, email: str) -> User:
        """Raises `NotFound`, `ValidationFailed`."""
        user = await self._find_by_email(rules.clean_email(email))
        if user is None:
            raise _no_user()
        return user

    async def _find_by_email(self, email: str) -> User | None:
        key = rules.email_key(email)
        found = await self._store.read(lambda connection: users.find_credentials(connection, key))
        return found.user if found else None


def _change(
    connection: Connection,
    user_id: int,
    changes: UserChanges,
    password_hash: str | None,
    origin: Origin,
    now: datetime,
) -> User:
    locked = users.lock_with_administrators(connection, user_id)
    before = locked.get(user_id)
    if before is None:
        raise _no_user()
    after = users.change(connection, user_id, changes, password_hash=password_hash, now=now)
    if _is_administrator(before) and not _is_administrator(after) and len(locked) == 1:
        raise LastAdministrator
    if password_hash is not None or _lost_ground(before, after):
        # A log-in at the same time waits for the user's row, or has its session found here.
        sessions.revoke_all_of(connection, user_id, now)
    _write_down(connection, before, after, origin, now, password=password_hash is not None)
    return after


def _write_down(
    connection: Connection, before: User, after: User, origin: Origin, now: datetime, *, password: bool
) -> None:
    """What has really changed; nothing when nothing has. Of a password only that it did."""
    old, new = _facts(before), _facts(after)
    changed = {field for field in old if old[field] != new[field]}
    was = {field: old[field] for field in old if field in changed}
    is_now = {field: new[field] for field in new if field in changed} | ({"password": "changed"} if password else {})
    if is_now:
        audit.add(connection, AuditAction.USER_CHANGED, after.id, origin, now, before=was, after=is_now)


def _facts(user: User) -> dict[str, Any]:
    """In the API's words, as the trail shows them."""
    return {"email": user.email, "nome": user.name, "role": user.role.value, "is_active": user.is_active}


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
