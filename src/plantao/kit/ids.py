"""UUID version 7 (RFC 9562): sorts by time, so that new rows go to the end of an index."""

import os
import time
from uuid import UUID

_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62
_RAND_B = (1 << 62) - 1


def uuid7() -> UUID:
    """48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    noise = int.from_bytes(os.urandom(10))
    rand_a = noise >> 68
    return UUID(int=milliseconds << 80 | _VERSION_7 | rand_a << 64 | _VARIANT | (noise & _RAND_B))
