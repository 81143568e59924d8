"""From what a client asks to say to a draft: the same rules for REST, the socket and sending to a phone."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from plantao.conversations.bounds import MAX_TEXT, check_clean, check_json
from plantao.conversations.contents import contacts_payload, interactive_payload, location_payload
from plantao.conversations.inline_files import PUT_INTO_SHAPE, InlineFile, read_inline, shaped
from plantao.conversations.media_store import MediaStore
from plantao.conversations.media_uploads import uploaded
from plantao.conversations.models import MessageType
from plantao.conversations.quoting import read_message_id
from plantao.conversations.readable import contacts_text, location_text, reaction_text, template_text
from plantao.conversations.sending import Draft
from plantao.conversations.wishes import FILES, Wish, check_fields
from plantao.kit.errors import ValidationFailed

MAX_LINK: Final = 2048
MAX_COMPONENTS: Final = 20

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}:")
_NOT_IN_LINK: Final = re.compile(r"[\x00-\x20\x7f\\]")

ChannelCheck = Callable[[Draft], None]
"""Raises `ValidationFailed` for a draft that the channel would refuse."""


@asynccontextmanager
async def prepared(wish: Wish, check: ChannelCheck, media: MediaStore, user_id: int) -> AsyncIterator[Draft]:
    """The draft of what a user wishes; a file that came with it is in the store as long as the block needs.

    Raises `ValidationFailed`, `PayloadTooLarge`, `NotFound`, `BlobsUnavailable`.
    """
    draft = read_wish(wish)
    check(draft)
    if wish.media_id is not None:
        async with _brought(wish.media_id, wish, draft, media, user_id) as sent:
            yield sent
        return
    if not is_inline(wish):
        yield draft
        return
    file = await read_inline(wish.type, wish.content, wish.filename, voice=wish.voice)
    async with _kept(media, file, draft, wish.filename) as sent:
        yield sent


@asynccontextmanager
async def _brought(media_id: UUID, wish: Wish, draft: Draft, media: MediaStore, user_id: int) -> AsyncIterator[Draft]:
    """With a file of `POST /media`; what is heard or watched is sent as WhatsApp plays it."""
    file = await uploaded(media, media_id, user_id, wish.type)
    filename = wish.filename or file.filename
    given = InlineFile(file.mime_type, [])
    if wish.type in PUT_INTO_SHAPE:
        given = InlineFile(file.mime_type, [chunk async for chunk in media.read(file)])
        shape = await shaped(wish.type, given, voice=wish.voice, field="media_id")
        if shape.chunks is not given.chunks:
            async with _kept(media, shape, draft, filename) as sent:
                yield sent
            return
        given = shape
    yield replace(draft, media=file.described | {"filename": filename}, payload=_payload(draft, given))


@asynccontextmanager
async def _kept(media: MediaStore, file: InlineFile, draft: Draft, filename: str | None) -> AsyncIterator[Draft]:
    payload = _payload(draft, file)
    async with media.staged(file.chunks, file.mime_type, filename) as stored:
        yield replace(draft, media=stored.described, payload=payload)


def _payload(draft: Draft, file: InlineFile) -> dict[str, Any] | None:
    return ((draft.payload or {}) | ({"animated": True} if file.animated else {})) or None


def is_inline(wish: Wish) -> bool:
    """Whether the file itself came along, rather than a link to it."""
    return wish.type in FILES and wish.media_id is None and not _is_link(wish.content)


def read_wish(wish: Wish) -> Draft:
    """Everything but a file's bytes. Raises `ValidationFailed` for what does not fit the type."""
    check_fields(wish)
    return replace(
        _READERS.get(wish.type, _file)(wish), reply_to=read_message_id(wish.reply_to) if wish.reply_to else None
    )


def _text(wish: Wish) -> Draft:
    return _draft(wish, _written(wish))


def _written(wish: Wish) -> str:
    if not wish.content.strip():
        raise ValidationFailed("Escreva a mensagem.", field="content")
    if len(wish.content) > MAX_TEXT:
        raise ValidationFailed(f"O texto deve ter no máximo {MAX_TEXT} caracteres.", field="content")
    check_clean("content", wish.content)
    return wish.content


def _file(wish: Wish) -> Draft:
    if bool(wish.content.strip()) is (wish.media_id is not None):
        raise ValidationFailed("Informe o link https do arquivo, o arquivo em base64 ou media_id.", field="content")
    media: dict[str, Any] = {"mime_type": None, "filename": wish.filename}
    if wish.media_id is None and _is_link(wish.content):
        media["link"] = _checked_link(wish.content)
    payload = {"voice": True} if wish.voice else None
    # As with what comes in: a file's content, for people, is its caption.
    return replace(_draft(wish, wish.caption or ""), caption=wish.caption, media=media, payload=payload)


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
    check_clean("content", link)
    return link


def _template(wish: Wish) -> Draft:
    if not wish.template_name:
        raise ValidationFailed("Informe o nome do template.", field="template_name")
    components = list(wish.components or ())
    if len(components) > MAX_COMPONENTS:
        raise ValidationFailed(f"No máximo {MAX_COMPONENTS} componentes.", field="components")
    check_json("components", components)
    payload = {
        "template_name": wish.template_name,
        "language": wish.language or "pt_BR",
        "components": components,
    }
    return replace(_draft(wish, template_text(wish.template_name, components)), payload=payload)


def _location(wish: Wish) -> Draft:
    if wish.location is None:
        raise ValidationFailed("Informe o lugar.", field="location")
    return replace(_draft(wish, location_text(wish.location)), payload=location_payload(wish.location))


def _contacts(wish: Wish) -> Draft:
    cards = list(wish.contacts or ())
    if not cards:
        raise ValidationFailed("Informe ao menos um contato.", field="contacts")
    return replace(_draft(wish, contacts_text(cards)), payload=contacts_payload(cards))


def _reaction(wish: Wish) -> Draft:
    if not wish.reply_to:
        raise ValidationFailed("Informe a mensagem à qual reagir.", field="reply_to")
    check_clean("content", wish.content)
    return replace(_draft(wish, reaction_text(wish.content)), payload={"emoji": wish.content or None})


def _interactive(wish: Wish) -> Draft:
    if wish.interactive is None:
        raise ValidationFailed("Informe os botões ou as opções.", field="interactive")
    return replace(_draft(wish, _written(wish)), payload=interactive_payload(wish.interactive))


def _draft(wish: Wish, content: str) -> Draft:
    return Draft(content, wish.type, client_id=wish.client_id, last_seen_seq=wish.last_seen_seq)


_READERS: Final[dict[MessageType, Callable[[Wish], Draft]]] = {
    MessageType.TEXT: _text,
    MessageType.TEMPLATE: _template,
    MessageType.LOCATION: _location,
    MessageType.CONTACTS: _contacts,
    MessageType.REACTION: _reaction,
    MessageType.INTERACTIVE: _interactive,
}
