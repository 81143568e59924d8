"""The exact bodies of `POST /<phone>/messages`."""

from typing import Any, assert_never

from plantao.whatsapp.graph.limits import check_payload
from plantao.whatsapp.graph.messages import (
    Buttons,
    Content,
    ListMenu,
    Media,
    OutgoingPayload,
    Recipient,
    Row,
    Section,
    Template,
    Text,
)

Body = dict[str, Any]


def build_body(payload: OutgoingPayload) -> Body:
    """Meta's JSON for `payload`. Raises PayloadError for what Meta would refuse."""
    check_payload(payload)
    body: Body = {"messaging_product": "whatsapp", "recipient_type": "individual", **_recipient(payload.to)}
    body |= _content(payload.content)
    if payload.reply_to:
        body["context"] = {"message_id": payload.reply_to}
    if payload.callback_data:
        body["biz_opaque_callback_data"] = payload.callback_data
    return body


def mark_read_body(wamid: str, *, typing: bool) -> Body:
    """Marks a message and all before it as read; `typing` also shows that an answer is being written (25 s)."""
    body: Body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    if typing:
        body["typing_indicator"] = {"type": "text"}
    return body


def _recipient(to: Recipient) -> Body:
    # Without the plus Meta may put the business's own country code in front.
    return {"to": f"+{to.wa_id}"} if to.wa_id else {"recipient": to.bsuid}


def _content(content: Content) -> Body:
    match content:
        case Text():
            return {"type": "text", "text": _text(content)}
        case Media():
            return {"type": str(content.kind), str(content.kind): _media(content)}
        case Template():
            return {"type": "template", "template": _template(content)}
        case Buttons():
            return {"type": "interactive", "interactive": _buttons(content)}
        case ListMenu():
            return {"type": "interactive", "interactive": _list(content)}
        case _:
            assert_never(content)


def _text(content: Text) -> Body:
    has_link = "http://" in content.body or "https://" in content.body
    return {"preview_url": True, "body": content.body} if has_link else {"body": content.body}


def _media(content: Media) -> Body:
    source = {"id": content.media_id} if content.media_id else {"link": content.link}
    named = {"caption": content.caption, "filename": content.filename, "voice": content.voice}
    return source | _given(named)


def _template(content: Template) -> Body:
    template: Body = {"name": content.name, "language": {"code": content.language}}
    if content.components:
        template["components"] = [dict(component) for component in content.components]
    return template


def _buttons(content: Buttons) -> Body:
    replies = [{"type": "reply", "reply": {"id": one.id, "title": one.title}} for one in content.buttons]
    return {"type": "button", **_frame(content), "action": {"buttons": replies}}


def _list(content: ListMenu) -> Body:
    sections = [_section(section) for section in content.sections]
    return {"type": "list", **_frame(content), "action": {"button": content.button, "sections": sections}}


def _frame(content: Buttons | ListMenu) -> Body:
    header = {"type": "text", "text": content.header} if content.header else None
    footer = {"text": content.footer} if content.footer else None
    return _given({"header": header, "body": {"text": content.body}, "footer": footer})


def _section(section: Section) -> Body:
    return _given({"title": section.title, "rows": [_row(row) for row in section.rows]})


def _row(row: Row) -> Body:
    return _given({"id": row.id, "title": row.title, "description": row.description})


def _given(body: Body) -> Body:
    return {key: value for key, value in body.items() if value}
