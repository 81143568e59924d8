"""UUID version 7 (RFC 9562): sorts by time, so that new rows go to the end of an index."""

import secrets
import time
from uuid import UUID

_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62


def uuid7() -> UUID:
    """48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    rand_a, rand_b = secrets.randbits(12), secrets.randbits(62)
    return UUID(int=milliseconds << 80 | _VERSION_7 | rand_a << 64 | _VARIANT | rand_b)
