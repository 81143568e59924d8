"""What a webhook holds, after reading: records without Meta's shapes. All strings are storable, all times UTC."""

from datetime import datetime
from typing import Any

from msgspec import Struct, field

from plantao.conversations.models import MessageStatus, MessageType


class UnreadableWebhook(Exception):
    """The body is no JSON object; `reason` is one English line."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WireError(Struct, frozen=True):
    """An error object of Meta, from a message, a status or a value. `code` is None when it is no small number."""

    code: int | None
    title: str
    detail: str


class Sender(Struct, frozen=True):
    """Who wrote. At least one of `bsuid` and `wa_id` is set.

    `shared_phone` (digits) is the answer to a template's REQUEST_CONTACT_INFO button. Meta does not say that it
    proved it: trust it as what the customer states.
    """

    bsuid: str | None
    wa_id: str | None
    name: str | None
    username: str | None
    shared_phone: str | None = None


class InboundMedia(Struct, frozen=True):
    """Media to fetch by id: ids from webhooks live 7 days. `sha256` is as sent (base64, sometimes hex)."""

    media_id: str
    mime_type: str | None
    sha256: str | None
    filename: str | None
    voice: bool
    url: str | None


class IdentityChange(Struct, frozen=True):
    """A customer took a new number, or Meta gave a new BSUID. Unknown sides are None."""

    old_wa_id: str | None
    new_wa_id: str | None
    old_bsuid: str | None
    new_bsuid: str | None


class InboundMessage(Struct, frozen=True):
    """One message of a customer; or an echo of one to a customer, written in WhatsApp's own app (`is_echo`).

    `sender` is the customer in either case. `content` is what a person reads, in Portuguese, never empty; `payload`
    the same for programs. `reply_to` is the wamid it quotes or reacts to. `reply_id` is the id behind a pressed button
    or list row. `is_turn`: something was said, rather than remarked upon. `raw` is the item's JSON.
    """

    path: str
    wamid: str
    phone_number_id: str
    sender: Sender
    sent_at: datetime | None
    type: MessageType
    content: str
    caption: str | None
    media: InboundMedia | None
    reply_to: str | None
    reply_id: str | None
    error: WireError | None
    identity_change: IdentityChange | None
    is_turn: bool
    raw: str
    payload: dict[str, Any] | None = None
    is_echo: bool = False


class InboundChange(Struct, frozen=True):
    """An earlier message, `original`, was edited or deleted by its writer: the customer, or we in the app (`is_echo`).

    `wamid` is the change's own id. `content` is the new text, None when it was deleted.
    """

    path: str
    wamid: str
    original: str
    at: datetime | None
    content: str | None
    is_echo: bool
    raw: str


class InboundStatus(Struct, frozen=True):
    """A tick for a message of ours. `callback_data` is the id we gave it; what it costs comes only with some ticks."""

    path: str
    wamid: str
    status: MessageStatus
    at: datetime | None
    callback_data: str | None
    recipient_wa_id: str | None
    recipient_bsuid: str | None
    error: WireError | None
    billable: bool | None
    pricing_category: str | None
    pricing_type: str | None = None
    phone_number_id: str | None = None


class Notice(Struct, frozen=True):
    """Something well-formed that is neither message nor tick: a template's review, an account alert, a call.

    `summary` is one English line for a log; `raw` is the JSON for whoever handles that `field`. `account_id` is the
    business account that it came for, `phone_number_id` the number, where the value names one; `at` is Meta's time of
    it, which only some fields have.
    """

    path: str
    field: str
    summary: str
    raw: str
    account_id: str | None = None
    phone_number_id: str | None = None
    at: datetime | None = None


class BadItem(Struct, frozen=True):
    """One item that could not be read, to be parked where a person sees it. `path` is its place in the body."""

    path: str
    reason: str
    raw: str


class Webhook(Struct, frozen=True):
    """All that one body held, in the body's order within each list. `groups`: the places of what was said in groups,
    which is not for us."""

    messages: list[InboundMessage] = field(default_factory=list)
    changes: list[InboundChange] = field(default_factory=list)
    statuses: list[InboundStatus] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    bad: list[BadItem] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
