"""The exact bodies of `POST /<phone>/messages`."""

from typing import Any

from plantao.whatsapp.graph.interactive_bodies import given, interactive_body
from plantao.whatsapp.graph.limits import check_payload
from plantao.whatsapp.graph.messages import (
    Contact,
    Contacts,
    Content,
    Location,
    Media,
    OutgoingPayload,
    Reaction,
    Recipient,
    Template,
    Text,
)

Body = dict[str, Any]


def build_body(payload: OutgoingPayload) -> Body:
    """Meta's JSON for `payload`. Raises PayloadError for what Meta would refuse."""
    check_payload(payload)
    body: Body = {"messaging_product": "whatsapp", "recipient_type": "individual", **_recipient(payload.to)}
    body |= _content(payload.content)
    if payload.reply_to and not isinstance(payload.content, Reaction):
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
    kind, part = _part(content)
    return {"type": kind, kind: part}


def _part(content: Content) -> tuple[str, Any]:
    """The type, and the object that goes by its name."""
    match content:
        case Text():
            part: tuple[str, Any] = ("text", _text(content))
        case Media():
            part = (str(content.kind), _media(content))
        case Template():
            part = ("template", _template(content))
        case Location():
            part = ("location", _location(content))
        case Contacts():
            part = ("contacts", [_contact(card) for card in content.cards])
        case Reaction():
            part = ("reaction", {"message_id": content.message_id, "emoji": content.emoji})
        case _:
            part = ("interactive", interactive_body(content))
    return part


def _text(content: Text) -> Body:
    has_link = "http://" in content.body or "https://" in content.body
    return {"preview_url": True, "body": content.body} if has_link else {"body": content.body}


def _media(content: Media) -> Body:
    source = {"id": content.media_id} if content.media_id else {"link": content.link}
    named = {"caption": content.caption, "filename": content.filename, "voice": content.voice}
    return source | given(named)


def _template(content: Template) -> Body:
    template: Body = {"name": content.name, "language": {"code": content.language}}
    if content.components:
        template["components"] = [dict(component) for component in content.components]
    return template


def _location(content: Location) -> Body:
    # Zero is a place, too: only the words may be left out.
    place = {"latitude": content.latitude, "longitude": content.longitude}
    return place | given({"name": content.name, "address": content.address})


def _contact(card: Contact) -> Body:
    """Meta wants a part of the name besides the whole: without one, the first word is taken for it."""
    first, _, rest = card.name.strip().partition(" ")
    parts = (card.first_name, card.last_name)
    first_name, last_name = parts if any(parts) else (first, rest.strip())
    name = {"formatted_name": card.name, "first_name": first_name, "last_name": last_name}
    lists = {key: [given(dict(one)) for one in getattr(card, key)] for key in ("phones", "emails", "urls", "addresses")}
    org = given(dict(card.org or {}))
    return given({"name": given(name), **lists, "org": org, "birthday": card.birthday})
