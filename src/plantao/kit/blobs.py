"""Large things by a key: in a directory of this machine, or in a bucket that speaks S3.

Everything is streamed in pieces, so that nobody holds a large file; what waits for a disk or a network is done outside
the event loop. An object is there wholly or not at all.
"""

import asyncio
import os
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from plantao.kit.errors import ServiceUnavailable

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config  # not there at run time

log = structlog.get_logger(__name__)

PIECE: Final = 1024 * 1024  # bytes that a reader holds
PART: Final = 5 * 1024 * 1024  # bytes of a part of an upload, the least that S3 takes
PROBE: Final = "probe"
# A bucket that does not answer is said to be away soon: who waits has other work, and comes again.
_RETRIES: "Final[RetryConfig]" = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}
_CONNECT_TIMEOUT, _TIMEOUT = timedelta(seconds=3), timedelta(seconds=30)


class BlobMissing(Exception):
    """There is no object of this key."""


class BlobsUnavailable(ServiceUnavailable):
    """The disk or the bucket does not do what it should; it may later. `reason`: for the log."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__("Os arquivos estão indisponíveis no momento.", headers={"Retry-After": "5"})


@dataclass(frozen=True, slots=True)
class S3Access:
    """`endpoint`: of a store that is not Amazon's. Without keys: what AWS' own variables or the machine's role say."""

    endpoint: str | None = None
    region: str = "us-east-1"
    access_key: str | None = None
    secret_key: str | None = None

    def config(self) -> "S3Config":
        found: S3Config = {"region": self.region}
        if self.endpoint is not None:
            found["endpoint"] = self.endpoint.rstrip("/")
        if self.access_key is not None and self.secret_key is not None:
            found |= {"access_key_id": self.access_key, "secret_access_key": self.secret_key}
        return found


class Blobs:
    """Keys are relative paths of ASCII letters, digits, `-`, `.` and `/`. Connects to nothing before it is used."""

    def __init__(self, url: str, s3: S3Access | None = None) -> None:
        """`url`: `file:///absolute/path` or `s3://bucket/prefix`. Raises ValueError for anything else."""
        parts = urlsplit(url)
        self._directory: Path | None = None
        if parts.scheme == "file" and not parts.netloc and parts.path.strip("/"):
            self._directory = Path(unquote(parts.path))
        elif parts.scheme != "s3" or not parts.netloc:
            raise ValueError("must be file:///path or s3://bucket/prefix")
        self._bucket, self._prefix = parts.netloc, parts.path.strip("/") or None
        self._s3 = s3 or S3Access()
        self.name = f"{parts.scheme}://{parts.netloc}{parts.path}"

    async def put(self, key: str, chunks: AsyncIterable[bytes]) -> None:
        """Stores an object; when this returns, a power cut does not take it away. What `chunks` raises passes.

        Of what is cut short nothing can be seen: a part of a file that `delete` takes away, or parts of an upload that
        the bucket's own rules do (`AbortIncompleteMultipartUpload`).
        """
        with _translated():
            writer = obstore.open_writer_async(await self._opened(), key, buffer_size=PART, max_concurrency=1)
        try:
            async for chunk in chunks:
                with _translated():
                    await writer.write(chunk)
            with _translated():
                await writer.close()
        finally:
            del writer  # what was not closed is given up, even while a traceback still knows this frame
        if self._directory is not None:
            with _translated():
                await asyncio.to_thread(_make_durable, self._directory, self._directory / key)

    async def read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end`, of which the object has to have so many.

        Nothing is held open between two pieces, so a slow reader costs nothing. Raises `BlobMissing` at the first.
        """
        for at in range(start, end, PIECE):
            yield await self._piece(key, at, min(at + PIECE, end))

    async def _piece(self, key: str, start: int, end: int) -> bytes:
        with _translated():
            try:
                return bytes(await obstore.get_range_async(await self._opened(), key, start=start, end=end))
            except FileNotFoundError:
                raise BlobMissing from None

    async def get(self, key: str) -> bytes:
        """A small object, whole. Raises `BlobMissing`."""
        with _translated():
            try:
                found = await obstore.get_async(await self._opened(), key)
                return bytes(await found.bytes_async())
            except FileNotFoundError:
                raise BlobMissing from None

    async def delete(self, key: str) -> None:
        """Takes an object away, and what an interrupted `put` left of it. There need not be any."""
        with _translated():
            with suppress(FileNotFoundError):
                await obstore.delete_async(await self._opened(), key)
            if self._directory is not None:
                await asyncio.to_thread(_delete_parts, self._directory / key)

    async def check(self) -> None:
        """Writes a small object. Raises `BlobsUnavailable`."""
        with _translated():
            await obstore.put_async(await self._opened(), PROBE, b"ok")

    async def _opened(self) -> LocalStore | S3Store:
        if "_store" in self.__dict__:
            return self._store
        return await asyncio.to_thread(lambda: self._store)

    @cached_property
    def _store(self) -> LocalStore | S3Store:
        if self._directory is not None:
            return LocalStore(self._directory, mkdir=True)
        plain = (self._s3.endpoint or "").startswith("http://")
        client: ClientConfig = {"allow_http": plain, "connect_timeout": _CONNECT_TIMEOUT, "timeout": _TIMEOUT}
        config = self._s3.config()
        return S3Store(self._bucket, prefix=self._prefix, config=config, client_options=client, retry_config=_RETRIES)


@contextmanager
def _translated() -> Iterator[None]:
    """Around calls of the library alone, whose errors are its own and the system's."""
    try:
        yield
    except (BaseError, OSError) as error:
        reason = str(error).partition("\n")[0]
        log.warning("blobs_unavailable", error=reason)
        raise BlobsUnavailable(reason) from error


def _make_durable(root: Path, path: Path) -> None:
    """The library renames without a sync: neither the bytes nor the name would have to survive a power cut."""
    for part in (path, *path.parents):
        descriptor = os.open(part, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if part == root:
            return


def _delete_parts(path: Path) -> None:
    """What the library has written of a file before it gets its name."""
    for part in path.parent.glob(f"{path.name}#*"):
        part.unlink(missing_ok=True)
