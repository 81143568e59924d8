"""Meta's signature of a webhook: HMAC-SHA256 of the bytes received, keyed by the app secret."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

_PREFIX: Final = "sha256="
_LENGTH: Final = len(_PREFIX) + 64


def verify_signature(body: bytes, header: str | None, secrets: Sequence[bytes]) -> bool:
    """Whether `header` (X-Hub-Signature-256) signs `body` under one of `secrets` (several while one is replaced).

    `body` must be the bytes as they came: Meta signs its own escaping, which no re-serialisation repeats.
    An empty secret never verifies, for anyone could sign with it.
    """
    if header is None or len(header) != _LENGTH or not header.startswith(_PREFIX):
        return False
    # Bytes, because compare_digest raises on a str with non-ASCII characters.
    given = header[len(_PREFIX) :].lower().encode("utf-8", "replace")
    return any(hmac.compare_digest(_sign(body, secret), given) for secret in secrets if secret)


def _sign(body: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, body, hashlib.sha256).hexdigest().encode()
