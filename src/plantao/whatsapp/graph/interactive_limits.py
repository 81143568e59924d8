"""Meta's limits on interactive messages."""

import re
from typing import Final, assert_never

from plantao.whatsapp.graph import words
from plantao.whatsapp.graph.checks import (
    PayloadError,
    check_count,
    check_distinct,
    check_link,
    check_optional,
    check_text,
)
from plantao.whatsapp.graph.interactive import (
    Buttons,
    CtaUrl,
    Flow,
    Framed,
    HeaderFile,
    HeaderKind,
    Interactive,
    ListMenu,
    LocationRequest,
    Row,
    Section,
)

MAX_BODY: Final = 1024  # Meta's page says 4096 for lists, its OpenAPI document 1024
MAX_LINE: Final = 60  # a header, a footer
MAX_LABEL: Final = 20  # what a button says
_FLOW_ID: Final = re.compile(r"[0-9]{1,30}")
_NOT_IN_FILENAME: Final = re.compile(r"[\x00-\x1f\x7f/\\]")


def check_interactive(content: Interactive) -> None:
    check_text("body", content.body, MAX_BODY)
    match content:
        case Buttons():
            _check_buttons(content)
        case ListMenu():
            _check_list(content)
        case CtaUrl():
            check_text("display_text", content.display_text, MAX_LABEL)
            check_link("url", content.url)
        case Flow():
            _check_flow(content)
        case LocationRequest():
            return
        case _:
            assert_never(content)
    _check_frame(content)


def _check_frame(content: Framed) -> None:
    check_optional("footer", content.footer, MAX_LINE)
    if isinstance(content.header, HeaderFile):
        _check_header_file(content.header, text_only=isinstance(content, ListMenu))
    else:
        check_optional("header", content.header, MAX_LINE)


def _check_header_file(header: HeaderFile, *, text_only: bool) -> None:
    if text_only:
        raise PayloadError("header", words.ONLY_TEXT_HEADER)
    check_link("header.link", header.link)
    if header.filename is not None:
        if header.kind is not HeaderKind.DOCUMENT:
            raise PayloadError("header.filename", words.ONLY_DOCUMENT_NAME)
        if _NOT_IN_FILENAME.search(header.filename):
            raise PayloadError("header.filename", words.FILENAME)


def _check_buttons(content: Buttons) -> None:
    check_count("buttons", content.buttons, 3)
    for button in content.buttons:
        check_text("buttons.id", button.id, 256)
        check_text("buttons.title", button.title, MAX_LABEL)
    check_distinct("buttons.id", [button.id for button in content.buttons])
    check_distinct("buttons.title", [button.title for button in content.buttons])


def _check_list(content: ListMenu) -> None:
    check_text("button", content.button, MAX_LABEL)
    check_count("sections", content.sections, 10)
    for section in content.sections:
        _check_section(section, titled=len(content.sections) > 1)
    rows = [row for section in content.sections for row in section.rows]
    check_count("rows", rows, 10)
    for row in rows:
        _check_row(row)
    check_distinct("rows.id", [row.id for row in rows])


def _check_section(section: Section, *, titled: bool) -> None:
    if titled and not (section.title or "").strip():
        raise PayloadError("sections.title", words.SECTION_TITLE)
    check_optional("sections.title", section.title, 24)
    check_count("rows", section.rows, 10)


def _check_row(row: Row) -> None:
    check_text("rows.id", row.id, 200)
    check_text("rows.title", row.title, 24)
    check_optional("rows.description", row.description, 72)


def _check_flow(content: Flow) -> None:
    check_text("button", content.button, 30)
    if bool(content.flow_id) == bool(content.flow_name):
        raise PayloadError("flow_id", words.ONE_FLOW)
    if content.flow_id and _FLOW_ID.fullmatch(content.flow_id) is None:
        raise PayloadError("flow_id", words.FLOW_ID)
    check_optional("flow_name", content.flow_name, 512)
    check_optional("flow_token", content.token, 512)
    check_optional("screen", content.screen, 200)
    if (content.screen or content.data) and content.action != "navigate":
        raise PayloadError("action", words.ONLY_NAVIGATE)
    if content.data and not content.screen:
        raise PayloadError("screen", words.SCREEN)
