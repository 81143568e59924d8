"""From what a client asks to say to a draft: the same rules for REST, the socket and sending to a phone."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from plantao.conversations import media_files
from plantao.conversations.bounds import MAX_TEXT, check_clean, check_json
from plantao.conversations.contents import contacts_payload, interactive_payload, location_payload
from plantao.conversations.inline_files import read_inline
from plantao.conversations.models import MessageType
from plantao.conversations.quoting import read_message_id
from plantao.conversations.readable import contacts_text, location_text, reaction_text, template_text
from plantao.conversations.sending import Draft
from plantao.conversations.wishes import FILES, Wish, check_fields
from plantao.kit.db import Database
from plantao.kit.errors import ValidationFailed

MAX_LINK: Final = 2048
MAX_COMPONENTS: Final = 20

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}:")
_NOT_IN_LINK: Final = re.compile(r"[\x00-\x20\x7f\\]")

ChannelCheck = Callable[[Draft], None]
"""Raises `ValidationFailed` for a draft that the channel would refuse."""


@asynccontextmanager
async def prepared(wish: Wish, check: ChannelCheck, database: Database, now: datetime) -> AsyncIterator[Draft]:
    """The draft of a wish; a file that came with it is stored as long as the block needs.

    Raises `ValidationFailed`, `PayloadTooLarge`.
    """
    draft = read_wish(wish)
    check(draft)
    if not is_inline(wish):
        yield draft
        return
    file = await read_inline(wish.type, wish.content, wish.filename, voice=wish.voice)
    async with media_files.staged(database, file.chunks, file.mime_type, wish.filename, now) as file_id:
        described = {"file": str(file_id), "mime_type": file.mime_type, "size": file.size, "filename": wish.filename}
        payload = (draft.payload or {}) | ({"animated": True} if file.animated else {})
        del file  # it is stored: not twice in memory while the message is written
        yield replace(draft, media=described, payload=payload or None)


def is_inline(wish: Wish) -> bool:
    """Whether the file itself came along, rather than a link to it."""
    return wish.type in FILES and not _is_link(wish.content)


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
    if not wish.content.strip():
        raise ValidationFailed("Informe o link https do arquivo, ou o arquivo em base64.", field="content")
    media: dict[str, Any] = {"mime_type": None, "filename": wish.filename}
    if _is_link(wish.content):
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
