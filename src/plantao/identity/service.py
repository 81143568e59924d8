"""Log-ins and sessions: what may happen, and in which transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import Connection

from plantao.identity import rules, tokens
from plantao.identity.accounts import Accounts
from plantao.identity.errors import (
    InvalidCredentials,
    InvalidToken,
    RegistrationClosed,
    SecondFactorNeeded,
    TokenExpired,
    TokenReused,
    Unauthenticated,
    WrongCode,
)
from plantao.identity.gate import Gate
from plantao.identity.links import FileLinks
from plantao.identity.models import LOCAL, Actor, LogIn, OpenSession, Origin, Role, SecondFactorPolicy, User
from plantao.identity.passwords import PasswordHasher
from plantao.identity.repository import sessions, users
from plantao.identity.repository.store import Store
from plantao.identity.repository.users import Credentials
from plantao.identity.second_factor import SecondFactors, consume_code
from plantao.identity.tokens import AccessTokens
from plantao.kit.clock import Clock
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
        store: Store,
        clock: Clock,
        keys: Sequence[str],
        hasher: PasswordHasher,
        *,
        limiter: RateLimiter | None = None,
        account_failures: Rate = ACCOUNT_FAILURES,
        registration_open: bool = False,
        second_factor_policy: SecondFactorPolicy = SecondFactorPolicy.OPTIONAL,
    ) -> None:
        """`keys` sign access tokens: the first one signs, all of them verify, each has at least 32 bytes."""
        self._store = store
        self._clock = clock
        self._tokens = AccessTokens(keys, clock)
        self.links = FileLinks(keys, clock)
        self._hasher = hasher
        self._failures = FailureLimit(limiter or RateLimiter(clock), account_failures, "account")
        self._registration_open = registration_open
        self.accounts = Accounts(store, clock, hasher)
        self.gate = Gate(store, clock, self._tokens, second_factor_policy)
        self.second_factors = SecondFactors(store, clock, hasher, self._failures, second_factor_policy)

    async def follow(self, link: str, file_id: UUID) -> Actor:
        """Whose link to this file it is. Raises `InvalidToken` or `TokenExpired`."""
        return await self.gate.admit(self.links.read(link, file_id))

    def holder_of(self, token: str) -> int | None:
        """Whose access token or link this is, by its signature alone: for counting, not for access."""
        return self.gate.holder_of(token) or self.links.holder_of(token)

    async def log_in(self, email: str, password: str, code: str | None = None, origin: Origin = LOCAL) -> LogIn:
        """`code`: of the authenticator app or a recovery code, for who has a second factor.

        Raises `InvalidCredentials`, the same one after the same time whatever was wrong; then, with the right
        password only, `SecondFactorNeeded` or `WrongCode`. Raises `TooManyRequests` after too many failures with
        this e-mail, whether or not it is somebody's.
        """
        rules.check_password_bytes(password)
        key = rules.email_key(rules.clean_email(email))
        async with self._failures.counting(rules.failure_key(key), InvalidCredentials, WrongCode):
            return await self._log_in(key, password, code, origin)

    async def _log_in(self, key: str, password: str, code: str | None, origin: Origin) -> LogIn:
        # A second round is for the password (or its hash's parameters) that changed while we verified the first.
        for _ in range(2):
            found = await self._store.read(lambda connection: users.find_credentials(connection, key))
            matches, rehashed = await self._hasher.verify(password, found.password_hash if found else None)
            if found is None or not matches or not found.user.is_active:
                break
            if found.user.second_factor and code is None:
                raise SecondFactorNeeded
            if log_in := await self._open_session(found, rehashed, code, origin):
                return log_in
        raise InvalidCredentials

    async def _open_session(
        self, found: Credentials, rehashed: str | None, code: str | None = None, origin: Origin = LOCAL
    ) -> LogIn | None:
        """None when the user is not as it was found any more. Raises `WrongCode`."""
        session_id, now = uuid7(), self._clock.now()
        own = replace(origin, actor_id=found.user.id)

        def work(connection: Connection) -> LogIn | None:
            verified = _rehash(connection, found, rehashed)
            if found.user.second_factor and not consume_code(connection, found.user.id, code or "", own, now):
                raise WrongCode
            expires_at = now + tokens.REFRESH_LIFE
            if not sessions.open_session(connection, session_id, verified, now=now, expires_at=expires_at):
                return None
            return self._issue(connection, session_id, found.user, expires_at)

        log_in = await self._store.transaction(work)
        if log_in is not None:
            log.info("logged_in", user_id=found.user.id, session_id=str(session_id))
        return log_in

    def _issue(self, connection: Connection, session_id: UUID, user: User, expires_at: datetime) -> LogIn:
        refresh_token = tokens.new_refresh_token()
        sessions.add_refresh_token(connection, session_id, tokens.refresh_digest(refresh_token), expires_at)
        access_token = self._tokens.issue(user, session_id)
        return LogIn(access_token, refresh_token, tokens.ACCESS_SECONDS, user)

    async def refresh(self, refresh_token: str) -> LogIn:
        """A new pair for an unused refresh token.

        Raises `TokenReused` for a used one, after the whole session was closed: thief and owner cannot be told
        apart. Raises `TokenExpired` or `InvalidToken` otherwise.
        """
        digest, now = tokens.refresh_digest(refresh_token), self._clock.now()
        # Answers are raised outside: an error inside would roll back the very revocation that it announces.
        outcome = await self._store.transaction(lambda connection: self._rotate(connection, digest, now))
        if isinstance(outcome, Unauthenticated):
            raise outcome
        return outcome

    def _rotate(self, connection: Connection, digest: bytes, now: datetime) -> LogIn | Unauthenticated:
        used = sessions.use_refresh_token(connection, digest, now)
        if used is None:
            return self._refuse(connection, digest, now)
        expires_at = now + tokens.REFRESH_LIFE
        sessions.extend(connection, used.session_id, expires_at)
        return self._issue(connection, used.session_id, used.user, expires_at)

    def _refuse(self, connection: Connection, digest: bytes, now: datetime) -> Unauthenticated:
        found = sessions.find_refresh_token(connection, digest)
        if found is None:
            return InvalidToken()
        if found.used_at is not None:
            sessions.revoke(connection, found.session_id, now)
            self.gate.forget(found.session_id)
            log.warning("refresh_token_reused", session_id=str(found.session_id))
            return TokenReused()
        return TokenExpired() if found.expires_at <= now else InvalidToken()

    def check_registration(self) -> None:
        """Raises `RegistrationClosed`."""
        if not self._registration_open:
            raise RegistrationClosed

    async def register(self, email: str, password: str, *, name: str, origin: Origin) -> User:
        """An account that may see and change itself and nothing else, until an administrator gives it a role.

        Raises `RegistrationClosed`, `ValidationFailed`, `EmailTaken`.
        """
        self.check_registration()
        return await self.accounts.create_user(email, password, name=name, role=Role.USER, origin=origin)

    async def open_sessions(self, actor: Actor) -> list[OpenSession]:
        """One's own, newest first."""
        now = self._clock.now()
        return await self._store.read(lambda connection: sessions.open_of(connection, actor.user_id, now))

    async def end_session(self, actor: Actor, session_id: UUID) -> None:
        """Raises `NotFound` for what is not one's own open session."""
        now = self._clock.now()
        ended = await self._store.transaction(
            lambda connection: sessions.revoke_own(connection, actor.user_id, session_id, now)
        )
        if not ended:
            raise NotFound("Sessão não encontrada.")
        self.gate.forget(session_id)

    async def end_other_sessions(self, actor: Actor) -> int:
        """All of one's own but the one that asks; how many they were."""
        now = self._clock.now()
        return await self._store.transaction(
            lambda connection: sessions.revoke_others(connection, actor.user_id, actor.session_id, now)
        )

    async def log_out(self, actor: Actor) -> None:
        """Ends the session: this access token, all others of its family, and the refresh token."""
        now = self._clock.now()
        await self._store.transaction(lambda connection: sessions.revoke(connection, actor.session_id, now))
        self.gate.forget(actor.session_id)


def _rehash(connection: Connection, found: Credentials, rehashed: str | None) -> Credentials:
    """The credentials as they are now stored."""
    old = found.password_hash
    if rehashed and users.replace_hash(connection, found.user.id, old=old, new=rehashed):
        return Credentials(found.user, rehashed)
    return found
