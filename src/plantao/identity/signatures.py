"""Signed claims (JWT): one algorithm and one issuer for all, an audience for each use."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import jwt

ALGORITHM: Final = "HS256"  # pinned: the token's own header is never asked
ISSUER: Final = "plantao"
# What a token that is none, or not ours, makes of those who read it.
NOT_OURS: Final = (jwt.InvalidTokenError, ValueError, TypeError, AttributeError, OverflowError)


class Signatures:
    """Signs with the first key, believes all of them: a new key goes first while the old one's tokens live on.

    `audience`: what the tokens are for; one for something else is refused. `required`: claims that each must have.
    """

    def __init__(self, keys: Sequence[str], audience: str, required: Sequence[str]) -> None:
        self._keys = tuple(keys)
        self._audience = audience
        self._required = ["iss", "aud", "exp", *required]

    def sign(self, claims: Mapping[str, Any]) -> str:
        """`claims`: all but issuer and audience."""
        payload = {"iss": ISSUER, "aud": self._audience} | dict(claims)
        return jwt.encode(payload, self._keys[0], algorithm=ALGORITHM)

    def verified(self, token: str) -> dict[str, Any]:
        """The claims, whose end is not looked at. Raises one of `NOT_OURS`."""
        for key in self._keys[:-1]:
            try:
                return self._decode(token, key)
            except jwt.InvalidSignatureError:
                continue
        return self._decode(token, self._keys[-1])

    def _decode(self, token: str, key: str) -> dict[str, Any]:
        return jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=self._audience,
            issuer=ISSUER,
            # Times are checked against our clock, which a test can move, not against the system's.
            options={"require": self._required, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
