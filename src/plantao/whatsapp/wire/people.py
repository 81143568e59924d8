"""Who a message is from, and whether they changed number."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from plantao.whatsapp.wire.fields import (
    MAX_ID,
    JsonObject,
    Malformed,
    ident,
    is_bsuid,
    is_phone,
    label,
    obj,
    objects,
    text,
)
from plantao.whatsapp.wire.models import IdentityChange, Sender

Contacts = Mapping[str, JsonObject]

_VCARD_WAID: Final = re.compile(r"waid=([0-9]{5,15})")
_NUMBER_CHANGES: Final = {"user_changed_number", "customer_changed_number", "user_changed_user_id"}


def read_contacts(value: JsonObject) -> Contacts:
    """`value.contacts` by both of their ids: their order says nothing about the messages' order."""
    found: dict[str, JsonObject] = {}
    for contact in objects(value, "contacts"):
        for key in ("wa_id", "user_id"):
            known_as = text(contact, key, MAX_ID)
            if known_as:
                found[known_as] = contact
    return found


def read_sender(item: JsonObject, contacts: Contacts) -> Sender:
    """The sender by the message's own ids first, then by those of its contact. Raises Malformed without any."""
    return _read_person(item, contacts, "from_user_id", "from", "sender")


def read_receiver(item: JsonObject, contacts: Contacts) -> Sender:
    """The customer that an echo was written to; as `read_sender`."""
    return _read_person(item, contacts, "to_user_id", "to", "receiver")


def _read_person(item: JsonObject, contacts: Contacts, user_key: str, phone_key: str, role: str) -> Sender:
    user_id, phone = ident(item, user_key), ident(item, phone_key)
    contact = contacts.get(user_id or "") or contacts.get(phone or "") or {}
    contact_user_id, contact_phone = ident(contact, "user_id"), ident(contact, "wa_id")
    bsuid = _first_bsuid((user_id, phone, contact_user_id, contact_phone))
    wa_id = _first_phone((phone, contact_phone))
    if bsuid is None and wa_id is None:
        raise Malformed(f"no usable {role}: neither a phone nor a user id")
    profile = obj(contact, "profile")
    return Sender(bsuid, wa_id, label(profile, "name"), label(profile, "username"), _shared_phone(item))


def read_identity_change(item: JsonObject) -> IdentityChange | None:
    """What a system message says about a customer's new number or BSUID; None if it says nothing of the kind."""
    system = obj(item, "system")
    if label(system, "type") not in _NUMBER_CHANGES:
        return None
    sender, receiver = ident(item, "from"), ident(system, "wa_id") or ident(system, "new_wa_id")
    previous = ident(system, "previous_user_id") or ident(item, "from_user_id")
    return IdentityChange(
        old_wa_id=_first_phone((sender,)),
        new_wa_id=_first_phone((receiver,)),
        old_bsuid=_first_bsuid((previous, sender)),
        new_bsuid=_first_bsuid((ident(system, "user_id"), receiver)),
    )


def _first_phone(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if is_phone(value)), None)


def _first_bsuid(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if is_bsuid(value)), None)


def _shared_phone(item: JsonObject) -> str | None:
    if item.get("origin") != "contact_request":
        return None
    return _first_phone(number for card in objects(item, "contacts") for number in _card_numbers(card))


def _card_numbers(card: JsonObject) -> Iterator[str | None]:
    """A contact card's numbers as digits, the ones that WhatsApp itself wrote first."""
    yield from (label(phone, "wa_id") for phone in objects(card, "phones"))
    yield from _VCARD_WAID.findall(text(card, "vcard") or "")
    yield from (re.sub(r"[^0-9]", "", text(phone, "phone", 64) or "") for phone in objects(card, "phones"))
