"""What a client asks to say, and which field goes with which type."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from plantao.conversations.bounds import check_clean
from plantao.conversations.contents import ContactCard, Interactive, Location
from plantao.conversations.models import MessageType
from plantao.kit.errors import ValidationFailed

CAPTIONED: Final = (MessageType.IMAGE, MessageType.VIDEO, MessageType.DOCUMENT)
FILES: Final = (*CAPTIONED, MessageType.AUDIO, MessageType.STICKER)
SENDABLE: Final = (
    MessageType.TEXT,
    *FILES,
    MessageType.LOCATION,
    MessageType.CONTACTS,
    MessageType.REACTION,
    MessageType.INTERACTIVE,
    MessageType.TEMPLATE,
)

_NOT_IN_FILENAME: Final = re.compile(r"[\x00-\x1f\x7f/\\]")
_TEXTS: Final = ("caption", "filename", "template_name", "language", "client_id", "reply_to")
# A field that means nothing for a type is a mistake of whoever sends it.
_ONLY_WITH: Final[dict[str, tuple[MessageType, ...]]] = {
    "template_name": (MessageType.TEMPLATE,),
    "language": (MessageType.TEMPLATE,),
    "components": (MessageType.TEMPLATE,),
    "voice": (MessageType.AUDIO,),
    "media_id": FILES,
    "location": (MessageType.LOCATION,),
    "contacts": (MessageType.CONTACTS,),
    "interactive": (MessageType.INTERACTIVE,),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asks to say, in the API's fields. `reply_to`: our id of the message to quote or to react to."""

    type: MessageType = MessageType.TEXT
    content: str = ""
    caption: str | None = None
    filename: str | None = None
    voice: bool = False
    location: Location | None = None
    contacts: Sequence[ContactCard] | None = None
    interactive: Interactive | None = None
    template_name: str | None = None
    language: str | None = None
    components: Sequence[dict[str, Any]] | None = None
    media_id: UUID | None = None
    reply_to: str | None = None
    client_id: str | None = None
    last_seen_seq: int | None = None


def check_fields(wish: Wish) -> None:
    """Raises `ValidationFailed` for a type that cannot be sent, and for a field that does not go with it."""
    if wish.type not in SENDABLE:
        raise ValidationFailed(f"Este tipo não pode ser enviado. Use: {', '.join(SENDABLE)}.", field="type")
    for name in _TEXTS:
        check_clean(name, getattr(wish, name))
    if wish.caption and wish.type not in CAPTIONED:
        raise ValidationFailed("Somente imagens, vídeos e documentos têm legenda.", field="caption")
    if wish.filename and (wish.type not in FILES or _NOT_IN_FILENAME.search(wish.filename)):
        raise ValidationFailed("O nome do arquivo não pode ter barras, e só arquivos têm nome.", field="filename")
    for name, types in _ONLY_WITH.items():
        if getattr(wish, name) and wish.type not in types:
            raise ValidationFailed(f"Este campo é só para mensagens do tipo {', '.join(types)}.", field=name)
