"""From what a client asks to say to a draft: the same rules for REST, the socket and sending to a phone."""

import math
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from plantao.conversations.inline_files import read_inline
from plantao.conversations.media_store import MediaStore
from plantao.conversations.media_uploads import uploaded
from plantao.conversations.models import MessageType
from plantao.conversations.sending import Draft
from plantao.kit.errors import ValidationFailed

MAX_TEXT: Final = 4096  # Meta's limit for a text
MAX_LINK: Final = 2048
MAX_COMPONENTS: Final = 20
MAX_DEPTH: Final = 12
MAX_NODES: Final = 1000
FILES: Final = (MessageType.IMAGE, MessageType.DOCUMENT)
SENDABLE: Final = (MessageType.TEXT, *FILES, MessageType.TEMPLATE)

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}:")
_NOT_IN_FILENAME: Final = re.compile(r"[\x00-\x1f\x7f/\\]")
_NOT_IN_LINK: Final = re.compile(r"[\x00-\x20\x7f\\]")

ChannelCheck = Callable[[Draft], None]
"""Raises `ValidationFailed` for a draft that the channel would refuse."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asks to say, in the contract's fields."""

    type: MessageType = MessageType.TEXT
    content: str = ""
    caption: str | None = None
    filename: str | None = None
    template_name: str | None = None
    language: str | None = None
    components: Sequence[dict[str, Any]] | None = None
    media_id: UUID | None = None
    client_id: str | None = None
    last_seen_seq: int | None = None


def clean_text(value: str) -> str:
    """Refuses what no database column and no screen can take."""
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("O texto contém caracteres inválidos.")
    return value


@asynccontextmanager
async def prepared(wish: Wish, check: ChannelCheck, media: MediaStore, user_id: int) -> AsyncIterator[Draft]:
    """The draft of what a user wishes; a file that came with it is in the store as long as the block needs.

    Raises `ValidationFailed`, `PayloadTooLarge`, `NotFound`, `BlobsUnavailable`.
    """
    draft = read_wish(wish)
    check(draft)
    if wish.media_id is not None:
        brought = (await uploaded(media, wish.media_id, user_id, wish.type)).described
        yield replace(draft, media=brought | {"filename": wish.filename or brought["filename"]})
        return
    if not is_inline(wish):
        yield draft
        return
    file = await read_inline(wish.type, wish.content, wish.filename)
    async with media.staged(file.chunks, file.mime_type, wish.filename) as stored:
        del file  # the store has it: not twice in memory while the message is written
        yield replace(draft, media=stored.described)


def is_inline(wish: Wish) -> bool:
    """Whether the file itself came along, rather than a link to it."""
    return wish.type in FILES and wish.media_id is None and not _is_link(wish.content)


def read_wish(wish: Wish) -> Draft:
    """Everything but a file's bytes. Raises `ValidationFailed` for what does not fit the type."""
    _check_fields(wish)
    match wish.type:
        case MessageType.TEXT:
            return _text(wish)
        case MessageType.TEMPLATE:
            return _template(wish)
        case _:
            return _file(wish)


def _check_fields(wish: Wish) -> None:
    if wish.type not in SENDABLE:
        raise ValidationFailed(f"Este tipo não pode ser enviado. Use: {', '.join(SENDABLE)}.", field="type")
    for name in ("caption", "filename", "template_name", "language", "client_id"):
        _check_clean(name, getattr(wish, name))
    if wish.caption and wish.type not in FILES:
        raise ValidationFailed("Somente imagens e documentos têm legenda.", field="caption")
    if wish.filename and (wish.type not in FILES or _NOT_IN_FILENAME.search(wish.filename)):
        raise ValidationFailed("O nome do arquivo não pode ter barras, e só arquivos têm nome.", field="filename")
    if wish.media_id is not None and wish.type not in FILES:
        raise ValidationFailed("Este campo é só para arquivos.", field="media_id")
    for name in ("template_name", "language", "components"):
        if getattr(wish, name) and wish.type is not MessageType.TEMPLATE:
            raise ValidationFailed("Este campo é só para mensagens do tipo template.", field=name)


def _check_clean(name: str, value: str | None) -> None:
    try:
        clean_text(value or "")
    except ValueError as error:
        raise ValidationFailed(str(error), field=name) from None


def _text(wish: Wish) -> Draft:
    if not wish.content.strip():
        raise ValidationFailed("Escreva a mensagem.", field="content")
    if len(wish.content) > MAX_TEXT:
        raise ValidationFailed(f"O texto deve ter no máximo {MAX_TEXT} caracteres.", field="content")
    _check_clean("content", wish.content)
    return _draft(wish, wish.content)


def _file(wish: Wish) -> Draft:
    if bool(wish.content.strip()) is (wish.media_id is not None):
        raise ValidationFailed("Informe o link https do arquivo, o arquivo em base64 ou media_id.", field="content")
    media: dict[str, Any] = {"mime_type": None, "filename": wish.filename}
    if wish.media_id is None and _is_link(wish.content):
        media["link"] = _checked_link(wish.content)
    # As with what comes in: a file's content, for people, is its caption.
    return replace(_draft(wish, wish.caption or ""), caption=wish.caption, media=media)


def _is_link(content: str) -> bool:
    return _SCHEME.match(content) is not None and content[:5].lower() != "data:"


def _checked_link(link: str) -> str:
    """Meta fetches it, so it need not be safe for us; it must be an address that Meta accepts."""
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme != "https" or not host or _NOT_IN_LINK.search(link):
        raise ValidationFailed("O link deve começar com https:// e ter um endereço válido.", field="content")
    if "@" in parts.netloc:
        raise ValidationFailed("O link não pode ter usuário e senha.", field="content")
    if len(link) > MAX_LINK:
        raise ValidationFailed(f"O link deve ter no máximo {MAX_LINK} caracteres.", field="content")
    _check_clean("content", link)
    return link


def _template(wish: Wish) -> Draft:
    if not wish.template_name:
        raise ValidationFailed("Informe o nome do template.", field="template_name")
    components = list(wish.components or ())
    _check_components(components)
    payload = {
        "template_name": wish.template_name,
        "language": wish.language or "pt_BR",
        "components": components,
    }
    return replace(_draft(wish, template_text(wish.template_name, components)), payload=payload)


def _check_components(components: list[dict[str, Any]]) -> None:
    """Storable and bounded; what they mean is between the client and Meta."""
    if len(components) > MAX_COMPONENTS:
        raise ValidationFailed(f"No máximo {MAX_COMPONENTS} componentes.", field="components")
    nodes: list[tuple[Any, int]] = [(components, 0)]
    seen = 0
    while nodes:
        value, depth = nodes.pop()
        seen += 1
        if depth > MAX_DEPTH or seen > MAX_NODES:
            raise ValidationFailed("Os componentes são grandes demais.", field="components")
        if isinstance(value, float) and not math.isfinite(value):
            raise ValidationFailed("Os componentes têm um número inválido.", field="components")
        if isinstance(value, str):
            _check_component_text(value)
        children = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
        nodes.extend((child, depth + 1) for child in children)


def _check_component_text(value: str) -> None:
    if len(value) > MAX_TEXT:
        raise ValidationFailed(f"Cada texto deve ter no máximo {MAX_TEXT} caracteres.", field="components")
    _check_clean("components", value)


def template_text(name: str, components: Sequence[dict[str, Any]]) -> str:
    """How a template reads in a list: `[template boas_vindas] João`. Its own text is at Meta."""
    body = [part for part in components if str(part.get("type", "")).lower() == "body"]
    lists = [found for part in body if isinstance(found := part.get("parameters"), list)]
    given = [one for found in lists for one in found if isinstance(one, dict)]
    words = [word for one in given if (word := _parameter_text(one))]
    return f"[template {name}] {', '.join(words)}".rstrip()


def _parameter_text(parameter: dict[str, Any]) -> str:
    named = parameter.get(str(parameter.get("type")))
    value = named.get("fallback_value") if isinstance(named, dict) else named
    return value if isinstance(value, str) else ""


def _draft(wish: Wish, content: str) -> Draft:
    return Draft(content, wish.type, client_id=wish.client_id, last_seen_seq=wish.last_seen_seq)
