"""Small pictures of files, and what a screen wants to know before it shows them.

The files are strangers': each is looked into by a child process with bounded memory and time, of which nothing but its
exit and a short answer is believed.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterable
from pathlib import Path
from typing import IO, Final

import msgspec
import structlog

from plantao.kit import preview_child

log = structlog.get_logger(__name__)

TYPES: Final = frozenset(preview_child.IMAGES) | frozenset(preview_child.CONTAINERS)
MIME_TYPE: Final = "image/webp"  # of every preview
MAX_BYTES: Final = 32 * 1024 * 1024  # what is larger is not looked into
MAX_PREVIEW: Final = 1024 * 1024
SECONDS: Final = 15.0
AT_ONCE: Final = 2
_MAGIC: Final = b"RIFF"
_PROGRAM: Final = str(Path(preview_child.__file__))


class Preview(msgspec.Struct, frozen=True):
    """`width` and `height` in pixels as it is shown, `duration` in seconds, `image`: WebP, at most 480 pixels long."""

    width: int | None = None
    height: int | None = None
    duration: float | None = None
    image: bytes | None = None


class _Facts(msgspec.Struct):
    width: int | None = None
    height: int | None = None
    duration: float | None = None


NONE: Final = Preview()
_decode = msgspec.json.Decoder(_Facts).decode


class Previews:
    """At most `AT_ONCE` children at a time."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)

    async def look(self, chunks: AsyncIterable[bytes], size: int, mime_type: str) -> Preview:
        """What can be told of a file; `NONE` when it cannot be read. What `chunks` raises passes."""
        if mime_type not in TYPES or size > MAX_BYTES:
            return NONE
        async with self._free:
            with tempfile.TemporaryFile() as file:
                async for chunk in chunks:
                    await asyncio.to_thread(file.write, chunk)
                file.seek(0)
                answer = await _ask_child(file, mime_type)
        return _read(answer) if answer is not None else NONE


async def _ask_child(file: IO[bytes], mime_type: str) -> bytes | None:
    with tempfile.TemporaryFile() as answer:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", _PROGRAM, mime_type),
            stdin=file,
            stdout=answer,
            stderr=asyncio.subprocess.DEVNULL,
            env={},  # our own holds secrets
        )
        try:
            async with asyncio.timeout(SECONDS):
                code = await child.wait()
        except TimeoutError:
            code = None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if code != 0:
            log.info("no_preview", mime_type=mime_type, exit_code=code)
            return None
        answer.seek(0)
        return answer.read(MAX_PREVIEW)


def _read(answer: bytes) -> Preview:
    line, _, image = answer.partition(b"\n")
    try:
        facts = _decode(line)
    except msgspec.DecodeError:
        return NONE
    whole = image if image[:4] == _MAGIC and len(answer) < MAX_PREVIEW else None
    return Preview(facts.width, facts.height, facts.duration, whole)
