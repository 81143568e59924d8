"""Interactive messages: a text with something to tap. One record a kind, without Meta's shapes."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct


class HeaderKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"


class HeaderFile(Struct, frozen=True):
    """A file above the text, by a link that Meta fetches. Only a document has a `filename`."""

    kind: HeaderKind
    link: str
    filename: str | None = None


Header = str | HeaderFile


class Button(Struct, frozen=True):
    id: str
    title: str


class Buttons(Struct, frozen=True):
    """One to three reply buttons below a text."""

    body: str
    buttons: Sequence[Button]
    header: Header | None = None
    footer: str | None = None


class Row(Struct, frozen=True):
    id: str
    title: str
    description: str | None = None


class Section(Struct, frozen=True):
    rows: Sequence[Row]
    title: str | None = None


class ListMenu(Struct, frozen=True):
    """A text with a button that opens up to ten rows. Its header can only be a text."""

    body: str
    button: str
    sections: Sequence[Section]
    header: Header | None = None
    footer: str | None = None


class CtaUrl(Struct, frozen=True):
    """A text with a button that opens an address."""

    body: str
    display_text: str
    url: str
    header: Header | None = None
    footer: str | None = None


class Flow(Struct, frozen=True):
    """A text with a button that opens a form: a Flow that is published at Meta, by its id or its name.

    `action` is `navigate` (to `screen`, with `data`) or `data_exchange`; None leaves it to Meta.
    """

    body: str
    button: str
    flow_id: str | None = None
    flow_name: str | None = None
    token: str | None = None
    action: str | None = None
    screen: str | None = None
    data: Mapping[str, Any] | None = None
    draft: bool = False
    header: Header | None = None
    footer: str | None = None


class LocationRequest(Struct, frozen=True):
    """A text with a button by which the customer sends a place."""

    body: str


Framed = Buttons | ListMenu | CtaUrl | Flow
"""Those that may have a header and a footer."""

Interactive = Framed | LocationRequest
