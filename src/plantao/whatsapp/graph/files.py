"""Files to and from Graph: the multipart body of an upload, and where the token may go to fetch one."""

import secrets
from collections.abc import AsyncIterable, AsyncIterator
from datetime import timedelta
from typing import Final

import httpx2
from msgspec import Struct

from plantao.kit.file_types import EXTENSIONS

MAX_FILE: Final = 100 * 1024 * 1024  # Meta's limit for documents, the largest there are
UPLOAD_LIFE: Final = timedelta(days=30)
SLOWEST: Final = 256 * 1024  # bytes a second that a transfer must reach on the whole
START_SECONDS: Final = 15.0
# Files are at lookaside.fbsbx.com; the others are where Meta keeps what its applications show.
_HOSTS: Final = (".fbsbx.com", ".fbcdn.net", ".facebook.com", ".whatsapp.net", ".whatsapp.com")


class FileRefused(Exception):
    """What Meta points to is not fetched at all: it is on no host of Meta's, or more than MAX_FILE bytes."""


class FileInfo(Struct, frozen=True):
    """Where Meta has a file (for five minutes), and what it says of it. `sha256` is hex or base64."""

    url: str
    mime_type: str | None
    sha256: str | None
    size: int | None


class Multipart:
    """The form of `POST /<phone>/media`, streamed. `length` is exact."""

    def __init__(self, chunks: AsyncIterable[bytes], size: int, mime_type: str) -> None:
        boundary = secrets.token_hex(16)
        fields = {"messaging_product": "whatsapp", "type": mime_type}
        head = "".join(_field(boundary, name, value) for name, value in fields.items())
        disposition = f'form-data; name="file"; filename="file.{EXTENSIONS.get(mime_type, "bin")}"'
        head += f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {mime_type}\r\n\r\n"
        self._head, self._tail, self._chunks = head.encode(), f"\r\n--{boundary}--\r\n".encode(), chunks
        self.length = len(self._head) + size + len(self._tail)
        self.content_type = f"multipart/form-data; boundary={boundary}"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._head
        async for chunk in self._chunks:
            yield chunk
        yield self._tail


def transfer_seconds(size: int) -> float:
    """How long a transfer of so many bytes may take."""
    return START_SECONDS + size / SLOWEST


def may_be_asked(url: httpx2.URL, graph: httpx2.URL) -> bool:
    """Whether the token may go there: to the configured Graph itself, or over TLS to a host of Meta's."""
    same = (url.scheme, url.host, url.port) == (graph.scheme, graph.host, graph.port)
    is_meta = url.scheme == "https" and url.port is None and f".{url.host}".endswith(_HOSTS)
    return bool(url.host) and (same or is_meta) and not url.userinfo


def _field(boundary: str, name: str, value: str) -> str:
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
