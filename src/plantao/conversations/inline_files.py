"""Files that come inside a request, as base64: read off the event loop, and believed only as far as their bytes go."""

import asyncio
import binascii
import re
from dataclasses import dataclass, replace
from typing import Final

from plantao.conversations.file_rules import ALIASES, ALLOWED, MAX_BYTES, NAMES
from plantao.conversations.media_files import CHUNK
from plantao.conversations.models import MessageType
from plantao.conversations.watched_files import in_shape
from plantao.kit import file_types
from plantao.kit.errors import PayloadTooLarge, ValidationFailed
from plantao.kit.file_types import EXTENSIONS

MB: Final = 1024 * 1024
# A request that carries the largest file: four characters for three bytes, and the other fields.
MAX_BODY: Final = max(MAX_BYTES.values()) // 3 * 4 + MB

_DATA_URI: Final = re.compile(
    r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w.+-]+=[^;,\s]*)*)(;base64)?,", re.ASCII | re.IGNORECASE
)
_BLANKS: Final = "\n\r\t "
_SLICE: Final = CHUNK // 3 * 4  # characters that become one piece, in a few milliseconds without a switch of threads


@dataclass(frozen=True, slots=True)
class InlineFile:
    mime_type: str
    chunks: list[bytes]
    animated: bool = False

    @property
    def size(self) -> int:
        return sum(map(len, self.chunks))


async def read_inline(kind: MessageType, content: str, filename: str | None, *, voice: bool = False) -> InlineFile:
    """`content`: a data URI, or base64 alone. What is heard and watched is looked at, and put into shape if need be.

    Raises `ValidationFailed`, `PayloadTooLarge`, both on `content`.
    """
    return await shaped(kind, await asyncio.to_thread(_read, kind, content, filename), voice=voice)


async def shaped(kind: MessageType, file: InlineFile, *, voice: bool) -> InlineFile:
    """What is heard and watched as WhatsApp plays it; other files as they are. Raises as `read_inline`."""
    if kind in (MessageType.IMAGE, MessageType.DOCUMENT):
        return file
    seen = await in_shape(kind, file.chunks, file.mime_type, voice=voice)
    if seen.made is None:
        return replace(file, mime_type=seen.mime_type, animated=seen.animated)
    _check_size(kind, len(seen.made))
    pieces = [seen.made[at : at + CHUNK] for at in range(0, len(seen.made), CHUNK)]
    return InlineFile(seen.mime_type, pieces)


def _read(kind: MessageType, content: str, filename: str | None) -> InlineFile:
    declared, start = _header(content)
    _check_size(kind, (len(content) - start) * 7 // 10)  # before anything is copied; it may be broken into lines
    chunks = _decode(content, start)
    _check_size(kind, sum(map(len, chunks)))
    return InlineFile(_type_of(kind, chunks, declared, filename), chunks)


def _header(content: str) -> tuple[str | None, int]:
    """The declared type, and where the base64 begins."""
    if content[:5].lower() != "data:":
        return None, 0
    found = _DATA_URI.match(content[:1000])
    if found is None or found[3] is None:
        raise _bad("O data URI deve ter a forma data:<tipo>;base64,<dados>.")
    return found[1], found.end()


def _check_size(kind: MessageType, size: int) -> None:
    limit = MAX_BYTES[kind]
    if size > limit:
        most = f"{limit // MB} MB" if limit >= MB else f"{limit // 1024} KB"
        raise PayloadTooLarge(f"{NAMES[kind]} deve ter no máximo {most}.", field="content")


def _decode(content: str, start: int) -> list[bytes]:
    for blank in _BLANKS:  # base64 in lines, as mail programs write it
        if content.find(blank, start) >= 0:
            content, start = content[start:].replace(blank, ""), 0
    end = len(content)
    if end == start or (end - start) % 4 or content.find("=", start, end - 2) >= 0:
        raise _bad("O conteúdo não é base64 válido.")
    pieces = (content[at : at + _SLICE] for at in range(start, end, _SLICE))
    try:
        return [binascii.a2b_base64(piece, strict_mode=True) for piece in pieces]
    except (binascii.Error, ValueError):
        raise _bad("O conteúdo não é base64 válido.") from None


def _type_of(kind: MessageType, chunks: list[bytes], declared: str | None, filename: str | None) -> str:
    """The type that the bytes, the data URI and the name agree on."""
    possible = [found for found in file_types.possible_types(chunks) if found in ALLOWED[kind]]
    if not possible:
        names = ", ".join(EXTENSIONS[allowed] for allowed in ALLOWED[kind])
        raise _bad(f"O arquivo não é de um tipo que o WhatsApp aceita: {names}.")
    said = file_types.essence(declared)
    said = ALIASES.get(said, said)
    if said and said != file_types.UNKNOWN:
        if said not in possible:
            raise _bad("O conteúdo do arquivo não é do tipo declarado.")
        return said
    named = file_types.type_of_name(filename)
    return named if named in possible else possible[0]


def _bad(detail: str) -> ValidationFailed:
    return ValidationFailed(detail, field="content")
