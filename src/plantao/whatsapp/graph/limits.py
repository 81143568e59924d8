"""Meta's limits on what we send, checked before it is stored: a person can still correct it then."""

import re
from typing import Final

from plantao.whatsapp.graph import words
from plantao.whatsapp.graph.checks import PayloadError, check_count, check_link, check_optional, check_text
from plantao.whatsapp.graph.interactive_limits import MAX_BODY as MAX_INTERACTIVE_BODY
from plantao.whatsapp.graph.interactive_limits import check_interactive
from plantao.whatsapp.graph.messages import (
    Contact,
    Contacts,
    Content,
    Location,
    Media,
    MediaKind,
    OutgoingPayload,
    Reaction,
    Recipient,
    Template,
    Text,
)

__all__ = [
    "MAX_CAPTION", "MAX_CONTACTS", "MAX_FILENAME", "MAX_INTERACTIVE_BODY", "MAX_TEXT", "PayloadError",
    "check_content", "check_payload", "check_recipient",
]  # fmt: skip

MAX_TEXT: Final = 4096
MAX_CAPTION: Final = 1024
MAX_FILENAME: Final = 240  # below the 255 bytes of file systems; Meta states none
MAX_PLACE: Final = 1000  # a place's name or address; Meta states none
MAX_CONTACTS: Final = 30  # Meta takes 257 and advises against more than 30
MAX_ID: Final = 512

_PHONE: Final = re.compile(r"[0-9]{5,15}")
_TEMPLATE_NAME: Final = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}([_-][A-Z]{2,3})?")
_NOT_IN_FILENAME: Final = re.compile(r"[\x00-\x1f\x7f/\\]")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# One emoji: a flag of two letters, a keycap, or pictures joined into one, each with its skin tone or tags. Which of
# the pictures exist changes every year: Meta knows, and refuses what is none.
_PICTURE: Final = (
    "[©®\u203c-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001fbff]"
    "[\U0001f3fb-\U0001f3ff]?\ufe0f?[\U000e0020-\U000e007f]{0,8}"
)
_EMOJI: Final = re.compile(f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_PICTURE}(?:\u200d{_PICTURE}){{0,9}}")
_COMPONENTS: Final = frozenset(
    {"header", "body", "button", "carousel", "limited_time_offer", "order_status", "tap_target_configuration"}
)
_CAPTIONED: Final = frozenset({MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.DOCUMENT})


def check_payload(payload: OutgoingPayload) -> None:
    """Raises PayloadError for what Meta would refuse."""
    check_recipient(payload.to)
    check_content(payload.content)
    check_optional("callback_data", payload.callback_data, MAX_ID)
    check_optional("reply_to", payload.reply_to, MAX_ID)


def check_recipient(to: Recipient) -> None:
    if to.wa_id is not None and _PHONE.fullmatch(to.wa_id) is None:
        raise PayloadError("to", words.RECIPIENT)
    if not to.wa_id and not to.bsuid:
        raise PayloadError("to", words.RECIPIENT)


def check_content(content: Content) -> None:
    """The limits of the content alone, for the edge of the API, where the recipient's ids are not known yet."""
    match content:
        case Text():
            check_text("text", content.body, MAX_TEXT)
        case Media():
            _check_media(content)
        case Template():
            _check_template(content)
        case Location():
            _check_location(content)
        case Contacts():
            _check_contacts(content)
        case Reaction():
            _check_reaction(content)
        case _:
            check_interactive(content)


def _check_media(content: Media) -> None:
    if bool(content.media_id) == bool(content.link):
        raise PayloadError("media", words.ONE_SOURCE)
    if content.link:
        check_link("link", content.link)
    if content.caption and content.kind not in _CAPTIONED:
        raise PayloadError("caption", words.NO_CAPTION)
    check_optional("caption", content.caption, MAX_CAPTION)
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
    check_text("filename", content.filename, MAX_FILENAME)


def _check_template(content: Template) -> None:
    if _TEMPLATE_NAME.fullmatch(content.name) is None:
        raise PayloadError("template_name", words.TEMPLATE_NAME)
    if _LANGUAGE.fullmatch(content.language) is None:
        raise PayloadError("language", words.TEMPLATE_LANGUAGE)
    for component in content.components:
        kind = component.get("type")
        if not isinstance(kind, str) or kind.lower() not in _COMPONENTS:
            raise PayloadError("components", words.TEMPLATE_COMPONENT)


def _check_location(content: Location) -> None:
    # Written so that a value that is no number at all fits neither.
    if not -90 <= content.latitude <= 90:
        raise PayloadError("latitude", words.BETWEEN.format(low=-90, high=90))
    if not -180 <= content.longitude <= 180:
        raise PayloadError("longitude", words.BETWEEN.format(low=-180, high=180))
    check_optional("name", content.name, MAX_PLACE)
    check_optional("address", content.address, MAX_PLACE)


def _check_contacts(content: Contacts) -> None:
    check_count("contacts", content.cards, MAX_CONTACTS)
    for card in content.cards:
        _check_contact(card)


def _check_contact(card: Contact) -> None:
    check_text("name", card.name, MAX_PLACE)
    for phone in card.phones:
        check_text("phone", str(phone.get("phone") or ""), 40)
        if phone.get("wa_id") and _PHONE.fullmatch(str(phone["wa_id"])) is None:
            raise PayloadError("wa_id", words.WA_ID)
    if card.birthday and _DAY.fullmatch(card.birthday) is None:
        raise PayloadError("birthday", words.DAY)


def _check_reaction(content: Reaction) -> None:
    check_text("reply_to", content.message_id, MAX_ID)
    if content.emoji and _EMOJI.fullmatch(content.emoji) is None:
        raise PayloadError("emoji", words.EMOJI)
