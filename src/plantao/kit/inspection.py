"""What a file is, told while it passes by: nobody has to hold it whole to know its length, digest and type."""

import codecs
import hashlib
from collections.abc import AsyncIterable, AsyncIterator
from typing import Final

from plantao.kit import file_types
from plantao.kit.file_types import TEXT, UNKNOWN

EDGE: Final = 64 * 1024  # bytes at either end that tell a type


class Inspection:
    """Of one file. Ask it when all has passed."""

    def __init__(self) -> None:
        self.size = 0
        self._digest = hashlib.sha256()
        self._head, self._tail = b"", b""
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._may_be_text = True

    async def watch(self, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        """The same chunks."""
        async for chunk in chunks:
            self.feed(chunk)
            yield chunk

    def feed(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self._digest.update(chunk)
        if len(self._head) < EDGE:
            self._head += chunk[: EDGE - len(self._head)]
        self._tail = (self._tail + chunk[-EDGE:])[-EDGE:]
        self._may_be_text = self._may_be_text and self._is_text(chunk, final=False)

    @property
    def sha256(self) -> bytes:
        return self._digest.digest()

    def possible_types(self) -> tuple[str, ...]:
        """As `file_types.possible_types` of the whole file."""
        found = file_types.possible_types([self._head, self._tail])
        if found and found != (TEXT,):
            return found
        return (TEXT,) if self.size and self._may_be_text and self._is_text(b"", final=True) else ()

    def checked_type(self, declared: str | None) -> str:
        """The declared type if the bytes bear it out, else what the bytes are: what a browser may be told."""
        found, wanted = self.possible_types(), file_types.essence(declared)
        if wanted in found:
            return wanted
        return found[0] if found else UNKNOWN

    def _is_text(self, chunk: bytes, *, final: bool) -> bool:
        try:
            self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            return False
        return b"\0" not in chunk
