"""One element of `value.statuses` to an InboundStatus."""

from typing import Final

from plantao.conversations.models import MessageStatus
from plantao.whatsapp.wire.errors import first_error
from plantao.whatsapp.wire.fields import JsonObject, ident, instant, is_bsuid, is_phone, label, obj
from plantao.whatsapp.wire.messages import required
from plantao.whatsapp.wire.models import InboundStatus

_STATUSES: Final = {
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "played": MessageStatus.PLAYED,
    "failed": MessageStatus.FAILED,
}


def read_status(item: JsonObject, path: str, phone_number_id: str | None) -> InboundStatus | None:
    """A tick of ours; None for calls, groups, `deleted` and statuses yet to be invented. Raises Malformed.

    `phone_number_id`: the number of ours that the message went out by.
    """
    status = _STATUSES.get(label(item, "status") or "")
    if status is None or item.get("type") == "call" or item.get("recipient_type") == "group":
        return None
    recipient, recipient_user = ident(item, "recipient_id"), ident(item, "recipient_user_id")
    pricing = obj(item, "pricing")
    return InboundStatus(
        path=path,
        wamid=required(item, "id"),
        status=status,
        at=instant(item, "timestamp"),
        callback_data=ident(item, "biz_opaque_callback_data"),
        recipient_wa_id=recipient if is_phone(recipient) else None,
        recipient_bsuid=next((user for user in (recipient_user, recipient) if is_bsuid(user)), None),
        error=first_error(item),
        billable=_billable(pricing),
        pricing_category=label(pricing, "category", 60),
        pricing_type=label(pricing, "type", 60),
        phone_number_id=phone_number_id,
    )


def _billable(pricing: JsonObject) -> bool | None:
    """Whether the message costs money. Meta announced the end of `billable`: `type` decides."""
    kind, billable = label(pricing, "type"), pricing.get("billable")
    if kind is not None:
        return kind == "regular"
    return billable if isinstance(billable, bool) else None
