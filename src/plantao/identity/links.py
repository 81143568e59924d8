"""Links to a file that work without a header, for what shows pictures and plays sound: signed, and good for minutes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from plantao.identity.errors import InvalidToken, TokenExpired
from plantao.identity.models import Actor
from plantao.identity.signatures import NOT_OURS, Signatures
from plantao.identity.tokens import AccessClaims, claims_of
from plantao.kit.clock import Clock

LIFE: Final = timedelta(minutes=5)
AUDIENCE: Final = "plantao-file"  # so that neither an access token is a link, nor a link an access token
_REQUIRED: Final = ("sub", "name", "role", "sid", "file")


class FileLinks:
    """A link says which file it is for and whose session made it.

    Whether that session is still open and its user may see the file is asked at every use.
    """

    def __init__(self, keys: Sequence[str], clock: Clock) -> None:
        self._signatures = Signatures(keys, AUDIENCE, _REQUIRED)
        self._clock = clock

    def issue(self, actor: Actor, file_id: UUID) -> tuple[str, datetime]:
        """The token, and until when it is good."""
        until = min(self._clock.now() + LIFE, actor.expires_at).replace(microsecond=0)
        payload = {
            "sub": str(actor.user_id),
            "name": actor.name,
            "role": actor.role,
            "sid": str(actor.session_id),
            "file": str(file_id),
            "exp": int(until.timestamp()),
        }
        return self._signatures.sign(payload), until

    def read(self, token: str, file_id: UUID) -> AccessClaims:
        """Raises `InvalidToken` for one that is not ours or another file's, `TokenExpired` for one that was good."""
        try:
            payload = self._signatures.verified(token)
            claims = claims_of(payload, second_factor=True)  # made for who may see files: nothing was missing then
            is_this = UUID(payload["file"]) == file_id
        except NOT_OURS:
            raise InvalidToken from None
        if not is_this:
            raise InvalidToken
        if claims.expires_at <= self._clock.now():
            raise TokenExpired
        return claims

    def holder_of(self, token: str) -> int | None:
        """Whose link this is, by its signature alone: for counting, not for access."""
        try:
            return int(self._signatures.verified(token)["sub"])
        except NOT_OURS:
            return None
