"""What we send: one record a kind of content, without Meta's shapes."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct

from plantao.whatsapp.graph.interactive import Interactive


class Recipient(Struct, frozen=True):
    """A customer's address: `wa_id` (digits, exactly as Meta gave it) or, for who has no phone, `bsuid`.

    With both, the phone is used, as Meta does.
    """

    wa_id: str | None = None
    bsuid: str | None = None


class MediaKind(StrEnum):
    IMAGE = "image"
    DOCUMENT = "document"
    VIDEO = "video"
    AUDIO = "audio"
    STICKER = "sticker"


class Text(Struct, frozen=True):
    body: str


class Media(Struct, frozen=True):
    """Media by the id of an upload, or by a link that Meta fetches (and caches for 10 minutes): one of both."""

    kind: MediaKind
    media_id: str | None = None
    link: str | None = None
    caption: str | None = None
    filename: str | None = None
    voice: bool = False


class Template(Struct, frozen=True):
    """An approved template; `components` are Meta's own objects and go out as they are."""

    name: str
    language: str
    components: Sequence[Mapping[str, Any]] = ()


class Location(Struct, frozen=True):
    """A place, in degrees."""

    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None


class Contact(Struct, frozen=True):
    """One card. `name` is what people read; the lists hold Meta's own objects (`{"phone", "wa_id", "type"}` ...)."""

    name: str
    first_name: str | None = None
    last_name: str | None = None
    phones: Sequence[Mapping[str, Any]] = ()
    emails: Sequence[Mapping[str, Any]] = ()
    urls: Sequence[Mapping[str, Any]] = ()
    addresses: Sequence[Mapping[str, Any]] = ()
    org: Mapping[str, Any] | None = None
    birthday: str | None = None


class Contacts(Struct, frozen=True):
    cards: Sequence[Contact]


class Reaction(Struct, frozen=True):
    """An emoji on the message `message_id` (a wamid); empty takes it away again."""

    message_id: str
    emoji: str


Content = Text | Media | Template | Location | Contacts | Reaction | Interactive


class OutgoingPayload(Struct, frozen=True):
    """One message to one customer. `callback_data` (our message id) comes back in every status, the only way to
    learn what became of a send whose answer was lost. `reply_to` is the wamid to quote."""

    to: Recipient
    content: Content
    callback_data: str | None = None
    reply_to: str | None = None
