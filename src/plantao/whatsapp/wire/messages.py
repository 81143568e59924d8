"""One element of `value.messages` or `value.message_echoes` to an InboundMessage or an InboundChange."""

from typing import Final

from plantao.conversations.models import MessageType
from plantao.whatsapp.wire import payloads, words
from plantao.whatsapp.wire.contents import Content, read_content
from plantao.whatsapp.wire.decode import to_json
from plantao.whatsapp.wire.errors import first_error
from plantao.whatsapp.wire.fields import JsonObject, Malformed, ident, instant, obj
from plantao.whatsapp.wire.models import InboundChange, InboundMessage, WireError
from plantao.whatsapp.wire.people import Contacts, read_contacts, read_identity_change, read_receiver, read_sender

CHANGES: Final = ("edit", "revoke")
_MEDIA_NOT_FETCHED: Final = 131052


class MessageReader:
    """Reads the messages of one `value`, with what they share: the number written to, and the contacts.

    `is_echo`: they were written by us, in WhatsApp's own app.
    """

    def __init__(self, value: JsonObject, *, is_echo: bool = False) -> None:
        self._value = value
        self._is_echo = is_echo
        self._contacts: Contacts = read_contacts(value)

    def read(self, item: JsonObject, path: str) -> InboundMessage:
        """Raises Malformed when the message cannot be stored."""
        content = read_content(item)
        # Content that Meta could not deliver leaves an empty message, and the reason in the value.
        error = first_error(item) or (None if content.found else first_error(self._value))
        return InboundMessage(
            path=path,
            wamid=required(item, "id"),
            phone_number_id=required(obj(self._value, "metadata"), "phone_number_id"),
            sender=(read_receiver if self._is_echo else read_sender)(item, self._contacts),
            sent_at=instant(item, "timestamp"),
            type=content.type,
            content=_spoken(content, error),
            caption=content.caption,
            media=content.media,
            reply_to=content.reply_to or ident(obj(item, "context"), "id"),
            reply_id=content.reply_id,
            error=error,
            identity_change=None if self._is_echo else read_identity_change(item),
            is_turn=content.is_turn,
            raw=to_json(item),
            payload=(content.payload or {}) | payloads.shared(item) or None,
            is_echo=self._is_echo,
        )

    def read_change(self, item: JsonObject, path: str) -> InboundChange:
        """Of an item whose type is one of CHANGES. Raises Malformed when it does not say what of which message."""
        kind = str(item["type"])
        part = obj(item, kind)
        return InboundChange(
            path=path,
            wamid=required(item, "id"),
            original=required(part, "original_message_id"),
            at=instant(item, "timestamp"),
            content=_edited(part) if kind == "edit" else None,
            is_echo=self._is_echo,
            raw=to_json(item),
        )


def _spoken(content: Content, error: WireError | None) -> str:
    """What a person reads, also of what says nothing."""
    if error is not None and error.code == _MEDIA_NOT_FETCHED:
        return content.caption or words.FILE_NOT_FETCHED
    if content.body.strip():
        return content.body
    media = content.media
    if media is not None and (media.filename or media.voice):
        return media.filename or words.VOICE
    return words.NOTHING_SAID.get(content.type, words.NO_CONTENT)


def _edited(part: JsonObject) -> str:
    content = read_content(obj(part, "message"))
    if not content.found or content.type is MessageType.UNSUPPORTED:
        raise Malformed("the edit holds no content that can be read")
    return _spoken(content, None)


def required(parent: JsonObject, key: str) -> str:
    """An identifier that must be there; raises Malformed when it is not."""
    value = ident(parent, key)
    if value is None:
        raise Malformed(f"{key} is missing or is not text")
    return value
