"""`/media`: the files of messages, for those who may see the conversation."""

from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from plantao.conversations import media_files
from plantao.conversations.access import access_conversation
from plantao.conversations.media_files import StoredFile
from plantao.identity.access import CurrentActor
from plantao.identity.policy import Permission, check_may
from plantao.kit.errors import NotFound
from plantao.kit.file_types import EXTENSIONS, UNKNOWN
from plantao.kit.http.answers import errors
from plantao.kit.http.dependencies import InDatabase

router = APIRouter(prefix="/media", tags=["conversations"])

# What a browser shows without running anything of it. The rest is saved.
_SHOWN: Final = ("image/jpeg", "image/png", "image/gif", "image/webp", "audio/", "video/", "application/pdf")
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Os bytes do arquivo, no tipo dele.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (UNKNOWN, *EXTENSIONS)},
    }
}


@router.get("/{media_id}", response_class=Response, responses=_FILE | errors(403, 404))
async def read_media(media_id: UUID, actor: CurrentActor, database: InDatabase) -> Response:
    """Obter o arquivo de uma mensagem, o que está em `media.url`.

    Para quem vê a conversa; para os outros, 404, como se não existisse.
    """
    check_may(actor, Permission.SERVE_CONVERSATIONS)
    async with database.transaction() as tx:
        file = await media_files.find(tx, media_id)
        if file is None:
            raise NotFound("Arquivo não encontrado.")
        try:
            await access_conversation(tx, actor, file.conversation_id)
        except NotFound:
            raise NotFound("Arquivo não encontrado.") from None
    return StreamingResponse(media_files.read(database, file.id), headers=_headers(file), media_type=file.mime_type)


def _headers(file: StoredFile) -> dict[str, str]:
    return {
        "Content-Length": str(file.size),
        "Content-Disposition": _disposition(file),
        # The bytes are a stranger's: no guessing of types, no scripts, and nobody else's page may frame them.
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=86400, immutable",
    }


def _disposition(file: StoredFile) -> str:
    how = "inline" if file.mime_type.startswith(_SHOWN) else "attachment"
    name = file.filename or f"{file.id}.{EXTENSIONS.get(file.mime_type, 'bin')}"
    ascii_name = "".join(c if c.isascii() and (c.isalnum() or c in " ._-()") else "_" for c in name)
    return f"{how}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
