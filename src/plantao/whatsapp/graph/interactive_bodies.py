"""The `interactive` object of a message, and the `action` of each kind."""

from typing import Any, assert_never

from plantao.whatsapp.graph.interactive import (
    Buttons,
    CtaUrl,
    Flow,
    Framed,
    Header,
    Interactive,
    ListMenu,
    LocationRequest,
    Row,
    Section,
)

Body = dict[str, Any]
FLOW_VERSION = "3"  # the only one that Meta documents


def interactive_body(content: Interactive) -> Body:
    match content:
        case Buttons():
            return _framed("button", content, _buttons(content))
        case ListMenu():
            return _framed("list", content, _list(content))
        case CtaUrl():
            return _framed("cta_url", content, _cta_url(content))
        case Flow():
            return _framed("flow", content, _flow(content))
        case LocationRequest():
            action = {"name": "send_location"}
            return {"type": "location_request_message", "body": {"text": content.body}, "action": action}
        case _:
            assert_never(content)


def given(body: Body) -> Body:
    """Without the fields that were left out: Meta refuses an empty text."""
    return {key: value for key, value in body.items() if value}


def _framed(kind: str, content: Framed, action: Body) -> Body:
    header = _header(content.header) if content.header else None
    footer = {"text": content.footer} if content.footer else None
    frame = given({"header": header, "body": {"text": content.body}, "footer": footer})
    return {"type": kind, **frame, "action": action}


def _header(header: Header) -> Body:
    if isinstance(header, str):
        return {"type": "text", "text": header}
    return {"type": str(header.kind), str(header.kind): given({"link": header.link, "filename": header.filename})}


def _buttons(content: Buttons) -> Body:
    return {"buttons": [{"type": "reply", "reply": {"id": one.id, "title": one.title}} for one in content.buttons]}


def _list(content: ListMenu) -> Body:
    return {"button": content.button, "sections": [_section(section) for section in content.sections]}


def _section(section: Section) -> Body:
    return given({"title": section.title, "rows": [_row(row) for row in section.rows]})


def _row(row: Row) -> Body:
    return given({"id": row.id, "title": row.title, "description": row.description})


def _cta_url(content: CtaUrl) -> Body:
    return {"name": "cta_url", "parameters": {"display_text": content.display_text, "url": content.url}}


def _flow(content: Flow) -> Body:
    payload = given({"screen": content.screen, "data": dict(content.data or {})})
    parameters = {
        "flow_message_version": FLOW_VERSION,
        "flow_id": content.flow_id,
        "flow_name": content.flow_name,
        "flow_cta": content.button,
        "flow_token": content.token,
        "flow_action": content.action,
        "flow_action_payload": payload,
        "mode": "draft" if content.draft else None,
    }
    return {"name": "flow", "parameters": given(parameters)}
