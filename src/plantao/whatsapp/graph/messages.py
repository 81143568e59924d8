"""What we send: one record a kind of content, without Meta's shapes."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct


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


class Button(Struct, frozen=True):
    id: str
    title: str


class Buttons(Struct, frozen=True):
    """One to three reply buttons below a text."""

    body: str
    buttons: Sequence[Button]
    header: str | None = None
    footer: str | None = None


class Row(Struct, frozen=True):
    id: str
    title: str
    description: str | None = None


class Section(Struct, frozen=True):
    rows: Sequence[Row]
    title: str | None = None


class ListMenu(Struct, frozen=True):
    """A text with a button that opens up to ten rows."""

    body: str
    button: str
    sections: Sequence[Section]
    header: str | None = None
    footer: str | None = None


Content = Text | Media | Template | Buttons | ListMenu


class OutgoingPayload(Struct, frozen=True):
    """One message to one customer. `callback_data` (our message id) comes back in every status, the only way to
    learn what became of a send whose answer was lost. `reply_to` is the wamid to quote."""

    to: Recipient
    content: Content
    callback_data: str | None = None
    reply_to: str | None = None
