"""A conversation in the contract's words."""

from operator import attrgetter
from typing import Any

from plantao.conversations.glances import glance, last_message
from plantao.conversations.policy import PRIORITY_OF_RANK
from plantao.conversations.repository import Conversation
from plantao.customers.phones import display_phone
from plantao.kit.db import Transaction

_AS_THEY_ARE = (
    "id", "status", "channel", "assigned_to", "started_at", "last_message_at", "messages_count", "handled_by",
    "protocol", "last_seq", "window_expires_at", "phone_number_id",
    "snoozed_until",
)  # fmt: skip
_values_of = attrgetter(*_AS_THEY_ARE)  # in one step: a page has twenty of them


def conversation_out(source: Any, seen: Any) -> dict[str, Any]:
    """The documented fields of a conversation, from a row or a `Conversation`, and `seen`, a row of `GLANCE_COLUMNS`.

    `customer_phone` is null while the customer's phone is unknown; the name falls back to the username.
    """
    return dict(zip(_AS_THEY_ARE, _values_of(source), strict=True)) | {
        "customer_phone": display_phone(source.customer_phone) if source.customer_phone else None,
        "customer_name": source.customer_name or source.customer_username,
        "tags": source.tags or [],
        "priority": PRIORITY_OF_RANK[source.priority],
        "last_message": last_message(seen),
        "read_seq": seen.read_seq,
        "unread": seen.unread,
    }


async def shown(tx: Transaction, conversation: Conversation, reader: int) -> dict[str, Any]:
    """`conversation_out` for the user `reader`, in the transaction that has read or changed it."""
    return conversation_out(conversation, await glance(tx, conversation, reader))
