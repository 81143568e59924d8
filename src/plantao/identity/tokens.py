"""Access tokens (JWT, for the client opaque) and refresh tokens (random, kept only as their SHA-256)."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from plantao.identity.errors import InvalidToken, TokenExpired
from plantao.identity.models import Role, User
from plantao.identity.signatures import NOT_OURS, Signatures
from plantao.kit.clock import Clock

AUDIENCE = "plantao"
ACCESS_SECONDS = 86_400
REFRESH_LIFE = timedelta(days=30)
MIN_KEY_BYTES = 32
MOST_PROVEN = 4096  # tokens whose signature need not be computed again
_REFRESH_BYTES = 32
_CLAIMS = ("sub", "name", "role", "amr", "sid", "jti", "iat")


class AccessClaims(NamedTuple):
    """`name`, `role` and `second_factor` are as they were when the token was issued."""

    user_id: int
    session_id: UUID
    expires_at: datetime
    name: str
    role: Role
    second_factor: bool


class AccessTokens:
    """A token proves that we issued it. Whether its session is still open, the database has to say."""

    def __init__(self, keys: Sequence[str], clock: Clock) -> None:
        if not keys or any(len(key.encode()) < MIN_KEY_BYTES for key in keys):
            raise ValueError(f"access tokens need keys of at least {MIN_KEY_BYTES} bytes")
        self._signatures = Signatures(keys, AUDIENCE, _CLAIMS)
        self._clock = clock
        # A signature that was good stays good, and is looked at twice in a request. What is refused is not kept.
        self._proven = lru_cache(MOST_PROVEN)(self._prove)

    def issue(self, user: User, session_id: UUID) -> str:
        now = int(self._clock.now().timestamp())
        payload = {
            "sub": str(user.id),
            "name": user.name,
            "role": user.role,
            "amr": ["pwd", "otp"] if user.second_factor else ["pwd"],  # RFC 8176
            "sid": str(session_id),
            "jti": secrets.token_urlsafe(12),
            "iat": now,
            "exp": now + ACCESS_SECONDS,
        }
        return self._signatures.sign(payload)

    def read(self, token: str) -> AccessClaims:
        """Raises `InvalidToken`, or `TokenExpired` for one that was good."""
        try:
            claims = self._proven(token)
        except NOT_OURS:
            raise InvalidToken from None
        if claims.expires_at <= self._clock.now():
            raise TokenExpired
        return claims

    def _prove(self, token: str) -> AccessClaims:
        payload = self._signatures.verified(token)
        return claims_of(payload, second_factor="otp" in payload["amr"])


def claims_of(payload: dict[str, Any], *, second_factor: bool) -> AccessClaims:
    """Raises one of `NOT_OURS` for claims that are not of their kind."""
    return AccessClaims(
        user_id=int(payload["sub"]),
        session_id=UUID(payload["sid"]),
        expires_at=datetime.fromtimestamp(int(payload["exp"]), UTC),
        name=str(payload["name"]),
        role=Role(payload["role"]),
        second_factor=second_factor,
    )


def new_refresh_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(_REFRESH_BYTES)


def refresh_digest(token: str) -> bytes:
    """How a refresh token is stored and found. A fast hash is enough: there is nothing to guess in 256 bits."""
    return hashlib.sha256(token.encode()).digest()
