"""What WhatsApp itself tells of a customer: a new number, a new id, a new device."""

from typing import Final

from plantao.whatsapp.wire import words
from plantao.whatsapp.wire.fields import JsonObject, label, obj, text
from plantao.whatsapp.wire.people import read_identity_change

_WORDS: Final = {
    "user_changed_number": words.NUMBER_CHANGED,
    "customer_changed_number": words.NUMBER_CHANGED,
    "user_changed_user_id": words.USER_ID_CHANGED,
    "customer_identity_changed": words.IDENTITY_CHANGED,
}


def system_text(item: JsonObject) -> str:
    """`O cliente mudou de número: +5521987650001 para +5521987659999`; of what we do not know, Meta's own words."""
    system = obj(item, "system")
    said = _WORDS.get(label(system, "type") or "")
    if said is None:
        return text(system, "body") or ""
    change = read_identity_change(item)
    if change is None or change.new_wa_id is None or change.old_wa_id in (None, change.new_wa_id):
        return said
    return f"{said}: +{change.old_wa_id} para +{change.new_wa_id}"


def system_payload(item: JsonObject) -> JsonObject:
    """`kind` and Meta's words; of a change of identity both sides, None where unknown."""
    system = obj(item, "system")
    found: JsonObject = {"kind": label(system, "type"), "body": text(system, "body", 1000)}
    if (change := read_identity_change(item)) is not None:
        found |= {"old_wa_id": change.old_wa_id, "new_wa_id": change.new_wa_id}
        found |= {"old_user_id": change.old_bsuid, "new_user_id": change.new_bsuid}
    return found
