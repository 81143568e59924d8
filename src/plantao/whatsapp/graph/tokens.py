"""The access token, fixed or from a file that may change while we run."""

import hashlib
import re
from pathlib import Path
from typing import Final, Protocol

import structlog

log = structlog.get_logger(__name__)

_TOKEN: Final = re.compile(r"[\x21-\x7e]+")
MAX_TOKEN: Final = 8192


class Token(Protocol):
    def current(self) -> str:
        """The token to use now."""
        ...


class FixedToken:
    def __init__(self, value: str) -> None:
        """Raises ValueError, without the value, for what cannot be a token."""
        self._value = checked_token(value)

    def current(self) -> str:
        return self._value


class TokenFile:
    """Looks at the file at each use and reads it when it has changed. While it cannot be read, or holds no token (as
    when it is being written), the last good one stays."""

    def __init__(self, path: Path) -> None:
        """Raises OSError, or ValueError for a file without a token."""
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._is_good = True
        self._value = ""
        self._read()

    def current(self) -> str:
        try:
            self._read()
            self._is_good = True
        except (OSError, ValueError) as error:
            if self._is_good:
                log.warning("token_file_unreadable", error=type(error).__name__)
            self._is_good = False
        return self._value

    def _read(self) -> None:
        found = self._path.stat()
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        if seen == self._seen:
            return
        with self._path.open(encoding="ascii") as file:
            self._value = checked_token(file.read(MAX_TOKEN).strip())
        self._seen = seen


def checked_token(value: str) -> str:
    if not _TOKEN.fullmatch(value):
        raise ValueError("the access token is empty or holds blanks")  # and the value is not shown
    return value


def fingerprint(token: str) -> str:
    """Tells one token from another, and says nothing of either: tokens are long and random."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]
