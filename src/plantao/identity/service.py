"""Log-ins and sessions: what may happen, and in which transaction.

Revocation works because nothing but the database says that a session is open: every request asks it.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog

from plantao.identity import rules, tokens
from plantao.identity.accounts import Accounts
from plantao.identity.errors import (
    InvalidCredentials,
    InvalidToken,
    RegistrationClosed,
    TokenExpired,
    TokenReused,
    Unauthenticated,
)
from plantao.identity.models import Actor, LogIn, OpenSession, Role, User
from plantao.identity.passwords import PasswordHasher
from plantao.identity.repository import sessions, users
from plantao.identity.repository.users import Credentials
from plantao.identity.tokens import AccessTokens
from plantao.kit.clock import Clock
from plantao.kit.db import Database, Transaction
from plantao.kit.errors import NotFound
from plantao.kit.ids import uuid7
from plantao.kit.rates.attempts import FailureLimit
from plantao.kit.rates.limiter import RateLimiter
from plantao.kit.rates.rate import Rate

log = structlog.get_logger(__name__)

# Of one account, whatever addresses they come from: enough that one stranger cannot lock a person out.
ACCOUNT_FAILURES = Rate(20, 15 * 60)


class IdentityService:
    """Built once a process. Any number of processes share one database; failed log-ins are counted by a limiter."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        keys: Sequence[str],
        hasher: PasswordHasher,
        *,
        limiter: RateLimiter | None = None,
        account_failures: Rate = ACCOUNT_FAILURES,
        registration_open: bool = False,
    ) -> None:
        """`keys` sign access tokens: the first one signs, all of them verify, each has at least 32 bytes."""
        self._database = database
        # Every request begins with one SELECT: without BEGIN and COMMIT it costs a third of the round trips.
        self._reader = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._clock = clock
        self._tokens = AccessTokens(keys, clock)
        self._hasher = hasher
        self._failures = FailureLimit(limiter or RateLimiter(clock), account_failures, "account")
        self._registration_open = registration_open
        self.accounts = Accounts(database, clock, hasher)

    async def log_in(self, email: str, password: str) -> LogIn:
        """Raises `InvalidCredentials`, the same one after the same time whatever was wrong.

        Raises `TooManyRequests` after too many failures with this e-mail, whether or not it is somebody's.
        """
        rules.check_password_bytes(password)
        key = rules.email_key(rules.clean_email(email))
        async with self._failures.attempt(hashlib.sha256(key.encode()).hexdigest()) as attempt:
            try:
                return await self._log_in(key, password)
            except InvalidCredentials:
                await attempt.fail()
                raise

    async def _log_in(self, key: str, password: str) -> LogIn:
        # A second round is for the password (or its hash's parameters) that changed while we verified the first.
        for _ in range(2):
            async with self._database.transaction() as transaction:
                found = await users.find_credentials(transaction, key)
            matches, rehashed = await self._hasher.verify(password, found.password_hash if found else None)
            if found is None or not matches or not found.user.is_active:
                break
            if log_in := await self._open_session(found, rehashed):
                return log_in
        raise InvalidCredentials

    async def _open_session(self, found: Credentials, rehashed: str | None) -> LogIn | None:
        """None when the user is not as it was found any more."""
        user, password_hash = found
        session_id, now = uuid7(), self._clock.now()
        async with self._database.transaction() as transaction:
            if rehashed and await users.replace_hash(transaction, user.id, old=password_hash, new=rehashed):
                password_hash = rehashed
            expires_at = now + tokens.REFRESH_LIFE
            if not await sessions.open_session(
                transaction, session_id, user.id, password_hash=password_hash, now=now, expires_at=expires_at
            ):
                return None
            log_in = await self._issue(transaction, session_id, user, expires_at)
        log.info("logged_in", user_id=user.id, session_id=str(session_id))
        return log_in

    async def _issue(self, transaction: Transaction, session_id: UUID, user: User, expires_at: datetime) -> LogIn:
        refresh_token = tokens.new_refresh_token()
        await sessions.add_refresh_token(transaction, session_id, tokens.refresh_digest(refresh_token), expires_at)
        access_token = self._tokens.issue(user.id, session_id)
        return LogIn(access_token, refresh_token, tokens.ACCESS_SECONDS, user)

    async def refresh(self, refresh_token: str) -> LogIn:
        """A new pair for an unused refresh token.

        Raises `TokenReused` for a used one, after the whole session was closed: thief and owner cannot be told
        apart. Raises `TokenExpired` or `InvalidToken` otherwise.
        """
        digest, now = tokens.refresh_digest(refresh_token), self._clock.now()
        # Answers are raised outside: an error inside would roll back the very revocation that it announces.
        async with self._database.transaction() as transaction:
            outcome = await self._rotate(transaction, digest, now)
        if isinstance(outcome, Unauthenticated):
            raise outcome
        return outcome

    async def _rotate(self, transaction: Transaction, digest: bytes, now: datetime) -> LogIn | Unauthenticated:
        used = await sessions.use_refresh_token(transaction, digest, now)
        if used is None:
            return await self._refuse(transaction, digest, now)
        expires_at = now + tokens.REFRESH_LIFE
        await sessions.extend(transaction, used.session_id, expires_at)
        return await self._issue(transaction, used.session_id, used.user, expires_at)

    async def _refuse(self, transaction: Transaction, digest: bytes, now: datetime) -> Unauthenticated:
        found = await sessions.find_refresh_token(transaction, digest)
        if found is None:
            return InvalidToken()
        if found.used_at is not None:
            await sessions.revoke(transaction, found.session_id, now)
            log.warning("refresh_token_reused", session_id=str(found.session_id))
            return TokenReused()
        return TokenExpired() if found.expires_at <= now else InvalidToken()

    def check_registration(self) -> None:
        """Raises `RegistrationClosed`."""
        if not self._registration_open:
            raise RegistrationClosed

    async def register(self, email: str, password: str, *, name: str) -> User:
        """An account that may see and change itself and nothing else, until an administrator gives it a role.

        Raises `RegistrationClosed`, `ValidationFailed`, `EmailTaken`.
        """
        self.check_registration()
        return await self.accounts.create_user(email, password, name=name, role=Role.USER)

    async def open_sessions(self, actor: Actor) -> list[OpenSession]:
        """One's own, newest first."""
        async with self._database.transaction() as transaction:
            return await sessions.open_of(transaction, actor.user_id, self._clock.now())

    async def end_session(self, actor: Actor, session_id: UUID) -> None:
        """Raises `NotFound` for what is not one's own open session."""
        async with self._database.transaction() as transaction:
            if not await sessions.revoke_own(transaction, actor.user_id, session_id, self._clock.now()):
                raise NotFound("Sessão não encontrada.")

    async def end_other_sessions(self, actor: Actor) -> int:
        """All of one's own but the one that asks; how many they were."""
        async with self._database.transaction() as transaction:
            return await sessions.revoke_others(transaction, actor.user_id, actor.session_id, self._clock.now())

    def holder_of(self, token: str) -> int | None:
        """Whose token this is, by its signature and age alone: its session may have ended. For counting, not access."""
        try:
            return self._tokens.read(token).user_id
        except Unauthenticated:
            return None

    async def log_out(self, actor: Actor) -> None:
        """Ends the session: this access token, all others of its family, and the refresh token."""
        async with self._database.transaction() as transaction:
            await sessions.revoke(transaction, actor.session_id, self._clock.now())

    async def authenticate(self, token: str) -> Actor:
        """Who holds this access token. Raises `InvalidToken` or `TokenExpired`."""
        claims = self._tokens.read(token)
        async with self._reader.connect() as connection:
            actor = await sessions.actor_of(connection, claims.session_id, self._clock.now(), claims.expires_at)
        if actor is None or actor.user_id != claims.user_id:
            raise InvalidToken
        return actor

    async def still_valid(self, session_ids: Sequence[UUID]) -> set[UUID]:
        """Which of these sessions are open, in one query: for long connections, which ask again and again."""
        if not session_ids:
            return set()
        async with self._reader.connect() as connection:
            return await sessions.still_open(connection, session_ids, self._clock.now())
