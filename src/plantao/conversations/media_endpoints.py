"""`/media`: the files of messages, for those who may see the conversation."""

from typing import Annotated, Any, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from plantao.conversations import media_access, media_intake, media_uploads
from plantao.conversations.media_files import StoredFile
from plantao.conversations.media_store import MediaStore
from plantao.conversations.media_views import MEDIA_PATH, public_media
from plantao.conversations.schemas import LinkOut, MediaOut, Text, UploadOut
from plantao.conversations.views import encode_json
from plantao.identity.access import CurrentActor, FileReader, Identity, require
from plantao.identity.models import Actor
from plantao.identity.policy import Permission, check_may
from plantao.kit import previews
from plantao.kit.file_types import EXTENSIONS, UNKNOWN
from plantao.kit.http.answers import errors
from plantao.kit.http.dependencies import InTransaction
from plantao.kit.http.ranges import is_known, wanted_part

router = APIRouter(prefix="/media", tags=["media"])

# What a browser shows without running anything of it. The rest is saved.
_SHOWN: Final = ("image/jpeg", "image/png", "image/gif", "image/webp", "audio/", "video/", "application/pdf")
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Os bytes do arquivo, no tipo dele.",
        "content": dict.fromkeys((UNKNOWN, *EXTENSIONS), _BINARY),
    },
    206: {"description": "A parte pedida em `Range`.", "content": dict.fromkeys((UNKNOWN, *EXTENSIONS), _BINARY)},
    304: {"description": "O cliente já tem o arquivo (`If-None-Match`).", "content": {}},
}
_THUMBNAIL: dict[int | str, dict[str, Any]] = {
    200: {"description": "Uma imagem pequena.", "content": dict.fromkeys((UNKNOWN, previews.MIME_TYPE), _BINARY)},
    304: {"description": "O cliente já tem a imagem (`If-None-Match`).", "content": {}},
}
_UPLOAD: Final = {
    "requestBody": {
        "required": True,
        "description": "Os bytes do arquivo. Em vez deste tipo, o `Content-Type` pode ser o do arquivo.",
        "content": {UNKNOWN: _BINARY},  # alone: programs that make clients know no others
    }
}

Staff = Annotated[Actor, Depends(require(Permission.SERVE_CONVERSATIONS))]


async def _store(request: Request) -> MediaStore:
    found: MediaStore = request.app.state.media
    return found


InMedia = Annotated[MediaStore, Depends(_store)]


@router.post("", status_code=201, response_model=UploadOut, responses=errors(403, 409), openapi_extra=_UPLOAD)
async def upload_media(
    request: Request,
    actor: Staff,
    media: InMedia,
    filename: Annotated[Text | None, Query(min_length=1, max_length=240)] = None,
) -> Response:
    """Enviar um arquivo, para depois mandá-lo numa mensagem por `media_id`.

    O corpo são os bytes, até 100 MB, no `Content-Type` deles. Sem mensagem, o arquivo some depois de uma hora.
    """
    declared = request.headers.get("content-type")
    file = await media_uploads.receive(media, actor.user_id, request.stream(), declared, filename)
    shown = public_media(file.described)
    until = media_uploads.kept_until(media.clock.now())
    return _json({"media": shown, "expires_at": until}, 201)


@router.get("/{media_id}", response_class=Response, responses=_FILE | errors(403, 404, 416))
async def read_media(media_id: UUID, request: Request, actor: FileReader, media: InMedia) -> Response:
    """Obter o arquivo de uma mensagem, o que está em `media.url`.

    Para quem vê a conversa; para os outros, 404, como se não existisse. Aceita `Range`, para tocar som e vídeo.
    """
    file = await _access(media, actor, media_id)
    etag = _etag(file)
    headers = _headers(file, etag) | {"Accept-Ranges": "bytes"}
    if is_known(request.headers, etag):
        return Response(status_code=304, headers=headers)
    part = wanted_part(request.headers, file.size, etag)
    start, end = part or (0, file.size)
    headers["Content-Length"] = str(end - start)
    if part is not None:
        headers["Content-Range"] = part.content_range(file.size)
    chunks = await media.opened(file, start, end)
    return StreamingResponse(chunks, 200 if part is None else 206, headers=headers, media_type=file.mime_type)


@router.head("/{media_id}", include_in_schema=False)
async def describe_media(media_id: UUID, actor: FileReader, media: InMedia) -> Response:
    """As `read_media`, without the bytes."""
    file = await _access(media, actor, media_id)
    headers = _headers(file, _etag(file)) | {"Accept-Ranges": "bytes", "Content-Length": str(file.size)}
    return Response(headers=headers, media_type=file.mime_type)


@router.get("/{media_id}/thumbnail", response_class=Response, responses=_THUMBNAIL | errors(403, 404))
async def read_thumbnail(media_id: UUID, request: Request, actor: FileReader, media: InMedia) -> Response:
    """Obter uma imagem pequena do arquivo, a que está em `media.thumbnail_url`.

    WebP, até 480 pixels. Fotos, figurinhas e vídeos têm uma, se puderam ser lidos.
    """
    file = await _access(media, actor, media_id)
    etag = f'"{file.thumbnail_key}"'
    headers = _safety(etag)
    if file.thumbnail_key is not None and is_known(request.headers, etag):
        return Response(status_code=304, headers=headers)
    return Response(await media.thumbnail(file), headers=headers, media_type=previews.MIME_TYPE)


@router.post("/{media_id}/link", response_model=LinkOut, responses=errors(403, 404))
async def link_media(media_id: UUID, actor: CurrentActor, media: InMedia, identity: Identity) -> Response:
    """Obter um endereço do arquivo que funciona sem cabeçalho, para `<img>`, `<audio>` e `<video>`.

    Vale por cinco minutos, para este arquivo e enquanto durar a sessão de quem o pediu.
    """
    file = await _access(media, actor, media_id)
    token, until = identity.links.issue(actor, file.id)
    url = f"{MEDIA_PATH}/{file.id}"
    thumbnail = f"{url}/thumbnail?link={token}" if file.thumbnail_key is not None else None
    return _json({"url": f"{url}?link={token}", "thumbnail_url": thumbnail, "expires_at": until})


@router.post("/{media_id}/retry", status_code=202, response_model=MediaOut, responses=errors(403, 404))
async def retry_media(media_id: UUID, actor: Staff, media: InMedia, tx: InTransaction) -> Response:
    """Buscar de novo na Meta um arquivo que não pôde ser baixado.

    O que já chegou, ou está a caminho, fica como está. O evento `message_media` conta o resultado.
    """
    await media_access.check_sees(tx, actor, media_id)
    return _json(await media_intake.ask_again(tx, media_id, media.clock.now()), 202)


async def _access(media: MediaStore, actor: Actor, media_id: UUID) -> StoredFile:
    check_may(actor, Permission.SERVE_CONVERSATIONS)
    async with media.database.reading() as tx:
        return await media_access.access_file(tx, actor, media_id)


def _json(body: Any, status: int = 200) -> Response:
    return Response(encode_json(body), status, media_type="application/json")


def _etag(file: StoredFile) -> str:
    return f'"{file.sha256 if file.key is not None else file.id}"'


def _headers(file: StoredFile, etag: str) -> dict[str, str]:
    return _safety(etag) | {"Content-Disposition": _disposition(file)}


def _safety(etag: str) -> dict[str, str]:
    return {
        "ETag": etag,
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
