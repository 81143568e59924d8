"""Files that people bring before they write the message: streamed into the store, theirs alone until they are sent."""

import re
from collections.abc import AsyncIterable
from datetime import datetime
from typing import Final
from uuid import UUID

from starlette.requests import ClientDisconnect

from plantao.conversations import media_files
from plantao.conversations.file_rules import ALIASES, ALLOWED, MAX_BYTES
from plantao.conversations.inline_files import agreed_type, check_size, not_accepted
from plantao.conversations.media_files import StoredFile
from plantao.conversations.media_store import MediaStore
from plantao.conversations.media_upkeep import KEEP_LOOSE
from plantao.conversations.models import MessageType
from plantao.kit.errors import Conflict, NotFound, UnsupportedMediaType, ValidationFailed
from plantao.kit.file_types import UNKNOWN, essence
from plantao.kit.ids import uuid7

MAX_UPLOAD: Final = max(MAX_BYTES.values())
MOST_LOOSE: Final = 5 * MAX_UPLOAD  # bytes that one person may have brought and not sent
SENDABLE: Final = tuple(dict.fromkeys(kind for kinds in ALLOWED.values() for kind in kinds))  # mime types
_NOT_IN_FILENAME: Final = re.compile(r"[\x00-\x1f\x7f/\\]")


async def receive(
    media: MediaStore, user_id: int, chunks: AsyncIterable[bytes], declared: str | None, filename: str | None
) -> StoredFile:
    """Stores a file that is nobody else's. `declared`: its mime type as the sender says.

    Raises `ValidationFailed`, `UnsupportedMediaType`, `PayloadTooLarge`, `BlobsUnavailable`, and `Conflict` for too
    much that was brought and never sent.
    """
    said = essence(declared) or UNKNOWN
    if ALIASES.get(said, said) not in (UNKNOWN, *SENDABLE):
        raise UnsupportedMediaType("O WhatsApp não aceita arquivos deste tipo.")
    if filename is not None and _NOT_IN_FILENAME.search(filename):
        raise ValidationFailed("O nome do arquivo não pode ter barras.", field="filename")
    async with media.database.transaction() as tx:
        if await media_files.loose_bytes(tx, user_id) >= MOST_LOOSE:
            raise Conflict("Há arquivos demais à espera de uma mensagem. Envie-os, ou tente mais tarde.")
    id_ = uuid7()
    try:
        written = await media.write(id_, chunks, MAX_UPLOAD)
    except ClientDisconnect:
        raise ValidationFailed("O envio do arquivo foi interrompido.") from None
    mime_type = agreed_type(written.inspection.possible_types(), SENDABLE, declared, filename, field=None)
    written = await media.look_into(written, mime_type)
    return await media.keep(id_, written, mime_type, filename, user_id)


async def uploaded(media: MediaStore, file_id: UUID, user_id: int, kind: MessageType) -> StoredFile:
    """What the user brought, if it fits. Raises `NotFound`, `ValidationFailed`, `PayloadTooLarge` on `media_id`."""
    async with media.database.transaction() as tx:
        file = await media_files.find(tx, file_id)
    if file is None or file.uploaded_by != user_id:
        raise NotFound("Arquivo não encontrado.", field="media_id")
    if file.mime_type not in ALLOWED[kind]:
        raise not_accepted(ALLOWED[kind], "media_id")
    check_size(kind, file.size, field="media_id")
    return file


def kept_until(now: datetime) -> datetime:
    """How long a file that was brought now waits for its message."""
    return now + KEEP_LOOSE
