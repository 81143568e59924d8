"""Meta's limits on what we send, checked before it is stored: a person can still correct it then."""

import re
from collections.abc import Sequence
from typing import Final, assert_never

from plantao.whatsapp.graph import words
from plantao.whatsapp.graph.messages import (
    Buttons,
    Content,
    ListMenu,
    Media,
    MediaKind,
    OutgoingPayload,
    Recipient,
    Row,
    Section,
    Template,
    Text,
)

MAX_TEXT: Final = 4096
MAX_CAPTION: Final = 1024
MAX_INTERACTIVE_BODY: Final = 1024  # Meta's page says 4096 for lists, its OpenAPI document 1024
MAX_FILENAME: Final = 240  # below the 255 bytes of file systems; Meta states none
MAX_ID: Final = 512

_PHONE: Final = re.compile(r"[0-9]{5,15}")
_TEMPLATE_NAME: Final = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}([_-][A-Z]{2,3})?")
_NOT_IN_FILENAME: Final = re.compile(r"[\x00-\x1f\x7f/\\]")
_COMPONENTS: Final = frozenset({"header", "body", "button", "carousel", "limited_time_offer", "order_status"})
_CAPTIONED: Final = frozenset({MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.DOCUMENT})


class PayloadError(ValueError):
    """`field` breaks a limit; `message_pt` tells a person how."""

    def __init__(self, field: str, message_pt: str) -> None:
        super().__init__(f"{field}: {message_pt}")
        self.field = field
        self.message_pt = message_pt


def check_payload(payload: OutgoingPayload) -> None:
    """Raises PayloadError for what Meta would refuse."""
    check_recipient(payload.to)
    check_content(payload.content)
    _check_optional("callback_data", payload.callback_data, MAX_ID)
    _check_optional("reply_to", payload.reply_to, MAX_ID)


def check_recipient(to: Recipient) -> None:
    if to.wa_id is not None and _PHONE.fullmatch(to.wa_id) is None:
        raise PayloadError("to", words.RECIPIENT)
    if not to.wa_id and not to.bsuid:
        raise PayloadError("to", words.RECIPIENT)


def check_content(content: Content) -> None:
    """The limits of the content alone, for the edge of the API, where the recipient's ids are not known yet."""
    match content:
        case Text():
            _check_text("text", content.body, MAX_TEXT)
        case Media():
            _check_media(content)
        case Template():
            _check_template(content)
        case Buttons():
            _check_buttons(content)
        case ListMenu():
            _check_list(content)
        case _:
            assert_never(content)


def _check_media(content: Media) -> None:
    if bool(content.media_id) == bool(content.link):
        raise PayloadError("media", words.ONE_SOURCE)
    if content.link and not content.link.startswith(("http://", "https://")):
        raise PayloadError("link", words.LINK)
    if content.caption and content.kind not in _CAPTIONED:
        raise PayloadError("caption", words.NO_CAPTION)
    _check_optional("caption", content.caption, MAX_CAPTION)
    if content.voice and content.kind is not MediaKind.AUDIO:
        raise PayloadError("voice", words.ONLY_AUDIO_VOICE)
    _check_filename(content)


def _check_filename(content: Media) -> None:
    if not content.filename:
        return
    if content.kind is not MediaKind.DOCUMENT:
        raise PayloadError("filename", words.ONLY_DOCUMENT_NAME)
    if _NOT_IN_FILENAME.search(content.filename):
        raise PayloadError("filename", words.FILENAME)
    _check_text("filename", content.filename, MAX_FILENAME)


def _check_template(content: Template) -> None:
    if _TEMPLATE_NAME.fullmatch(content.name) is None:
        raise PayloadError("template_name", words.TEMPLATE_NAME)
    if _LANGUAGE.fullmatch(content.language) is None:
        raise PayloadError("language", words.TEMPLATE_LANGUAGE)
    for component in content.components:
        kind = component.get("type")
        if not isinstance(kind, str) or kind.lower() not in _COMPONENTS:
            raise PayloadError("components", words.TEMPLATE_COMPONENT)


def _check_buttons(content: Buttons) -> None:
    _check_frame(content)
    _check_count("buttons", content.buttons, 3)
    for button in content.buttons:
        _check_text("buttons.id", button.id, 256)
        _check_text("buttons.title", button.title, 20)
    _check_distinct("buttons.id", [button.id for button in content.buttons])
    _check_distinct("buttons.title", [button.title for button in content.buttons])


def _check_list(content: ListMenu) -> None:
    _check_frame(content)
    _check_text("button", content.button, 20)
    _check_count("sections", content.sections, 10)
    for section in content.sections:
        _check_section(section, titled=len(content.sections) > 1)
    rows = [row for section in content.sections for row in section.rows]
    _check_count("rows", rows, 10)
    for row in rows:
        _check_row(row)
    _check_distinct("rows.id", [row.id for row in rows])


def _check_section(section: Section, *, titled: bool) -> None:
    if titled and not (section.title or "").strip():
        raise PayloadError("sections.title", words.SECTION_TITLE)
    _check_optional("sections.title", section.title, 24)
    _check_count("rows", section.rows, 10)


def _check_row(row: Row) -> None:
    _check_text("rows.id", row.id, 200)
    _check_text("rows.title", row.title, 24)
    _check_optional("rows.description", row.description, 72)


def _check_frame(content: Buttons | ListMenu) -> None:
    _check_text("body", content.body, MAX_INTERACTIVE_BODY)
    _check_optional("header", content.header, 60)
    _check_optional("footer", content.footer, 60)


def _check_text(field: str, value: str, limit: int) -> None:
    if not value.strip():
        raise PayloadError(field, words.EMPTY)
    _check_optional(field, value, limit)


def _check_optional(field: str, value: str | None, limit: int) -> None:
    if value is not None and len(value) > limit:
        raise PayloadError(field, words.TOO_LONG.format(limit=limit))


def _check_count(field: str, items: Sequence[object], high: int) -> None:
    if not 1 <= len(items) <= high:
        raise PayloadError(field, words.COUNT.format(low=1, high=high))


def _check_distinct(field: str, values: Sequence[str]) -> None:
    if len(set(values)) != len(values):
        raise PayloadError(field, words.REPEATED)
