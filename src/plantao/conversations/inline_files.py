"""Files that come inside a request, as base64: read off the event loop, and believed only as far as their bytes go."""

import asyncio
import binascii
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from plantao.conversations.file_rules import ALIASES, ALLOWED, MAX_BYTES, NAMES
from plantao.conversations.models import MessageType
from plantao.conversations.watched_files import in_shape
from plantao.kit import file_types
from plantao.kit.errors import PayloadTooLarge, ValidationFailed
from plantao.kit.file_types import EXTENSIONS

MB: Final = 1024 * 1024
# A request that carries the largest file: four characters for three bytes, and the other fields.
MAX_BODY: Final = max(MAX_BYTES.values()) // 3 * 4 + MB

PUT_INTO_SHAPE: Final = (MessageType.AUDIO, MessageType.VIDEO, MessageType.STICKER)

_DATA_URI: Final = re.compile(
    r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w.+-]+=[^;,\s]*)*)(;base64)?,", re.ASCII | re.IGNORECASE
)
_BLANKS: Final = "\n\r\t "
_SLICE: Final = MB // 3 * 4  # characters that become one piece, in a few milliseconds without a switch of threads


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


async def shaped(kind: MessageType, file: InlineFile, *, voice: bool, field: str = "content") -> InlineFile:
    """What is heard and watched as WhatsApp plays it; other files as they are. Raises as `read_inline`, on `field`."""
    if kind not in PUT_INTO_SHAPE:
        return file
    seen = await in_shape(kind, file.chunks, file.mime_type, voice=voice, field=field)
    if seen.made is None:
        return replace(file, mime_type=seen.mime_type, animated=seen.animated)
    check_size(kind, len(seen.made), field)
    pieces = [seen.made[at : at + MB] for at in range(0, len(seen.made), MB)]
    return InlineFile(seen.mime_type, pieces)


def _read(kind: MessageType, content: str, filename: str | None) -> InlineFile:
    declared, start = _header(content)
    check_size(kind, (len(content) - start) * 7 // 10)  # before anything is copied; it may be broken into lines
    chunks = _decode(content, start)
    check_size(kind, sum(map(len, chunks)))
    return InlineFile(_type_of(kind, chunks, declared, filename), chunks)


def _header(content: str) -> tuple[str | None, int]:
    """The declared type, and where the base64 begins."""
    if content[:5].lower() != "data:":
        return None, 0
    found = _DATA_URI.match(content[:1000])
    if found is None or found[3] is None:
        raise _bad("O data URI deve ter a forma data:<tipo>;base64,<dados>.")
    return found[1], found.end()


def check_size(kind: MessageType, size: int, field: str = "content") -> None:
    """Raises `PayloadTooLarge` on `field`."""
    limit = MAX_BYTES[kind]
    if size > limit:
        most = f"{limit // MB} MB" if limit >= MB else f"{limit // 1024} KB"
        raise PayloadTooLarge(f"{NAMES[kind]} deve ter no máximo {most}.", field=field)


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
    return agreed_type(file_types.possible_types(chunks), ALLOWED[kind], declared, filename, "content")


def agreed_type(
    found: Sequence[str], allowed: Collection[str], declared: str | None, filename: str | None, field: str | None
) -> str:
    """Of the types that the bytes may be of, the declared or named one. Raises `ValidationFailed` on `field`."""
    possible = [one for one in found if one in allowed]
    if not possible:
        raise not_accepted(allowed, field)
    said = file_types.essence(declared)
    said = ALIASES.get(said, said)
    if said and said != file_types.UNKNOWN:
        if said not in possible:
            raise ValidationFailed("O conteúdo do arquivo não é do tipo declarado.", field=field)
        return said
    named = file_types.type_of_name(filename)
    return named if named in possible else possible[0]


def not_accepted(allowed: Collection[str], field: str | None) -> ValidationFailed:
    names = ", ".join(EXTENSIONS[one] for one in allowed)
    return ValidationFailed(f"O arquivo não é de um tipo que o WhatsApp aceita: {names}.", field=field)


def _bad(detail: str) -> ValidationFailed:
    return ValidationFailed(detail, field="content")
