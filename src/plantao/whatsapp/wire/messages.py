"""One element of `value.messages` to an InboundMessage."""

from plantao.whatsapp.wire.contents import read_content
from plantao.whatsapp.wire.decode import to_json
from plantao.whatsapp.wire.errors import first_error
from plantao.whatsapp.wire.fields import JsonObject, Malformed, ident, instant, obj
from plantao.whatsapp.wire.models import InboundMessage
from plantao.whatsapp.wire.people import Contacts, read_contacts, read_identity_change, read_sender


class MessageReader:
    """Reads the messages of one `value`, with what they share: the number written to, and the contacts."""

    def __init__(self, value: JsonObject) -> None:
        self._value = value
        self._contacts: Contacts = read_contacts(value)

    def read(self, item: JsonObject, path: str) -> InboundMessage:
        """Raises Malformed when the message cannot be stored or belongs to a group."""
        if item.get("group_id"):
            raise Malformed("group message")
        content = read_content(item)
        return InboundMessage(
            path=path,
            wamid=required(item, "id"),
            phone_number_id=required(obj(self._value, "metadata"), "phone_number_id"),
            sender=read_sender(item, self._contacts),
            sent_at=instant(item, "timestamp"),
            type=content.type,
            content=content.body,
            caption=content.caption,
            media=content.media,
            reply_to=content.reply_to or ident(obj(item, "context"), "id"),
            reply_id=content.reply_id,
            # Content that Meta could not deliver leaves an empty message, and the reason in the value.
            error=first_error(item) or (None if content.found else first_error(self._value)),
            identity_change=read_identity_change(item),
            is_customer_turn=content.is_turn,
            raw=to_json(item),
        )


def required(parent: JsonObject, key: str) -> str:
    """An identifier that must be there; raises Malformed when it is not."""
    value = ident(parent, key)
    if value is None:
        raise Malformed(f"{key} is missing or is not text")
    return value
