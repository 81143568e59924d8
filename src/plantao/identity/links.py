"""Links to a file that work without a header, for what shows pictures and plays sound: signed, and good for minutes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import jwt

from plantao.identity.errors import InvalidToken, TokenExpired
from plantao.identity.models import Actor, Role
from plantao.identity.tokens import ALGORITHM, ISSUER, AccessClaims
from plantao.kit.clock import Clock

LIFE: Final = timedelta(minutes=5)
AUDIENCE: Final = "plantao-file"  # so that neither an access token is a link, nor a link an access token
_REQUIRED: Final = ["iss", "aud", "sub", "name", "role", "sid", "file", "exp"]


class FileLinks:
    """Signs with the first key, believes all of them, as access tokens do.

    A link says which file it is for and whose session made it. Whether that session is still open and its user may see
    the file is asked at every use.
    """

    def __init__(self, keys: Sequence[str], clock: Clock) -> None:
        self._keys = tuple(keys)
        self._clock = clock

    def issue(self, actor: Actor, file_id: UUID) -> tuple[str, datetime]:
        """The token, and until when it is good."""
        until = min(self._clock.now() + LIFE, actor.expires_at).replace(microsecond=0)
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(actor.user_id),
            "name": actor.name,
            "role": actor.role,
            "sid": str(actor.session_id),
            "file": str(file_id),
            "exp": int(until.timestamp()),
        }
        return jwt.encode(payload, self._keys[0], algorithm=ALGORITHM), until

    def read(self, token: str, file_id: UUID) -> AccessClaims:
        """Raises `InvalidToken` for one that is not ours or another file's, `TokenExpired` for one that was good."""
        try:
            payload = self._verified(token)
            claims = _claims(payload)
            is_this = UUID(payload["file"]) == file_id
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError, OverflowError):
            raise InvalidToken from None
        if not is_this:
            raise InvalidToken
        if claims.expires_at <= self._clock.now():
            raise TokenExpired
        return claims

    def holder_of(self, token: str) -> int | None:
        """Whose link this is, by its signature alone: for counting, not for access."""
        try:
            return int(self._verified(token)["sub"])
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError, OverflowError):
            return None

    def _verified(self, token: str) -> dict[str, Any]:
        for key in self._keys[:-1]:
            try:
                return _decode(token, key)
            except jwt.InvalidSignatureError:
                continue
        return _decode(token, self._keys[-1])


def _claims(payload: dict[str, Any]) -> AccessClaims:
    return AccessClaims(
        user_id=int(payload["sub"]),
        session_id=UUID(payload["sid"]),
        expires_at=datetime.fromtimestamp(int(payload["exp"]), UTC),
        name=str(payload["name"]),
        role=Role(payload["role"]),
        second_factor=True,  # links are made for who may see files: nothing was missing then
    )


def _decode(token: str, key: str) -> dict[str, Any]:
    return jwt.decode(
        token,
        key,
        algorithms=[ALGORITHM],
        audience=AUDIENCE,
        issuer=ISSUER,
        # Against our clock, which a test can move.
        options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
    )
