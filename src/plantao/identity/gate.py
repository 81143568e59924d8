"""Who holds a token, and is its session still open: asked by every request and every socket.

Revocation works because nothing but the database says that a session is open. Only while the users' own database is
away for a short time does a signature have to do.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from plantao.identity.errors import InvalidToken, Unauthenticated
from plantao.identity.models import Actor, Role, SecondFactorPolicy
from plantao.identity.repository import sessions
from plantao.identity.repository.store import Store, StoreUnavailable
from plantao.identity.repository.users import to_user
from plantao.identity.tokens import AccessClaims, AccessTokens
from plantao.kit.clock import Clock

log = structlog.get_logger(__name__)

# For so long after the last answer of the users' own database a good signature is enough. A session that was ended
# elsewhere within that time is not known to be; agents in the middle of a network outage can go on working.
GRACE = timedelta(hours=1)
MOST_ENDED = 10_000  # sessions that this process saw ended, remembered for an outage


class Gate:
    def __init__(self, store: Store, clock: Clock, tokens: AccessTokens, policy: SecondFactorPolicy) -> None:
        self._store = store
        self._clock = clock
        self._tokens = tokens
        self._policy = policy
        self._answered_at = clock.now()
        self._ended: dict[UUID, None] = {}

    def holder_of(self, token: str) -> int | None:
        """Whose token this is, by its signature and age alone: its session may have ended. For counting, not access."""
        try:
            return self._tokens.read(token).user_id
        except Unauthenticated:
            return None

    async def authenticate(self, token: str) -> Actor:
        """Who holds this access token. Raises `InvalidToken` or `TokenExpired`."""
        return await self.admit(self._tokens.read(token))

    async def admit(self, claims: AccessClaims) -> Actor:
        """Who is in the session that somebody proved to hold. Raises `InvalidToken` when it has ended."""
        now = self._clock.now()
        try:
            row = await self._store.first(sessions.HOLDER, {"session_id": claims.session_id, "now": now})
        except StoreUnavailable:
            return self._by_signature(claims)
        self._answered_at = now
        user = None if row is None else to_user(row)
        if user is None or user.id != claims.user_id:
            self.forget(claims.session_id)
            raise InvalidToken
        return self._actor(claims, user.name, user.role, second_factor=user.second_factor)

    async def still_valid(self, session_ids: Sequence[UUID]) -> set[UUID]:
        """Which of these sessions are open, in one query: for long connections, which ask again and again."""
        if not session_ids:
            return set()
        now = self._clock.now()
        try:
            found = await self._store.read(lambda connection: sessions.still_open(connection, session_ids, now))
        except StoreUnavailable:
            return {session_id for session_id in session_ids if self._may_go_on(session_id)}
        self._answered_at = now
        return found

    def forget(self, session_id: UUID) -> None:
        """This session has ended: in an outage its signature shall not count. The oldest are dropped."""
        self._ended[session_id] = None
        if len(self._ended) > MOST_ENDED:
            del self._ended[next(iter(self._ended))]

    def _by_signature(self, claims: AccessClaims) -> Actor:
        """A change of the role ends a user's sessions, so the token's role is the session's. Raises `InvalidToken`."""
        if claims.session_id in self._ended:
            raise InvalidToken
        if not self._may_go_on(claims.session_id):
            raise StoreUnavailable
        return self._actor(claims, claims.name, claims.role, second_factor=claims.second_factor)

    def _may_go_on(self, session_id: UUID) -> bool:
        return session_id not in self._ended and self._clock.now() - self._answered_at <= GRACE

    def _actor(self, claims: AccessClaims, name: str, role: Role, *, second_factor: bool) -> Actor:
        restricted = self._policy.demands(role) and not second_factor
        return Actor(claims.user_id, name, role, claims.session_id, claims.expires_at, restricted)
