"""The simulated world: customers, their chats with the company, and what happened to each message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from plantao_simulator.wire import JsonObject, canonical

Author = Literal["customer", "business"]


class Status(StrEnum):
    """How far a message has come.

    A company's message: as its statuses say. A customer's: pending (under way), sent (Meta has it, the company
    has not taken it), delivered (the webhook answered 200), read (marked read), failed (Meta gave up).
    """

    PENDING = "pending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"
    FAILED = "failed"


_RANK = {s: i for i, s in enumerate(Status)}


@dataclass(slots=True, kw_only=True, eq=False)
class Customer:
    """A person with a phone. `phone` is None for somebody known only by username and BSUID."""

    id: str
    name: str
    phone: str | None
    wa_id: str | None
    user_id: str | None
    username: str | None
    on_whatsapp: bool = True
    online: bool = True
    chat_open: bool = False
    wrote_to: dict[str, float] = field(default_factory=dict)
    """When the customer last wrote, by the business number's id: each has a window of its own."""
    referred_to: dict[str, float] = field(default_factory=dict)
    """When the customer last came from an advertisement, likewise."""
    free_until: dict[str, float] = field(default_factory=dict)
    """The end of the free entry point that an answer to such a message opened."""
    marketing: bool = True
    """False once the customer has stopped marketing messages."""
    typing_until: float | None = None

    @property
    def address(self) -> str:
        """What identifies the customer in a wamid: the number, or the BSUID of somebody without."""
        return self.wa_id or self.user_id or ""

    def as_json(self) -> JsonObject:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True, kw_only=True, eq=False)
class ChatMessage:
    """One message of a chat. `content`: as it crossed the wire; `number`: the business number's id."""

    id: str
    customer_id: str
    number: str
    author: Author
    type: str
    content: JsonObject
    timestamp: float
    status: Status = Status.PENDING
    error: JsonObject | None = None
    category: str = "service"
    shown: JsonObject | None = None
    callback_data: str | None = None
    priced: int = 0
    free: bool = False
    entry_point: float | None = None
    """The end of the free entry point it was sent in, Unix seconds."""
    edited_at: float | None = None
    deleted_at: float | None = None

    def advance(self, status: Status) -> bool:
        """Moves forward only; True if this changed anything. A failure never undoes a delivery."""
        if _RANK[status] <= _RANK[self.status] or (
            status is Status.FAILED and _RANK[self.status] >= _RANK[Status.DELIVERED]
        ):
            return False
        self.status = status
        return True

    def reached(self, status: Status) -> bool:
        """True once the message has come so far or further; only a failed message reaches `failed`."""
        if self.status is Status.FAILED or status is Status.FAILED:
            return self.status is status
        return _RANK[self.status] >= _RANK[status]

    def as_json(self) -> JsonObject:
        names = ("id", "customer_id", "number", "author", "type", "content", "timestamp", "status", "error", "shown")
        return {name: getattr(self, name) for name in (*names, "edited_at", "deleted_at", "options")}

    @property
    def options(self) -> list[JsonObject]:
        """What the customer can tap under a message of the company, each as the writing it makes."""
        if self.author == "customer" or self.deleted_at:
            return []
        if self.type == "template":
            quick = [b for b in (self.shown or {}).get("buttons", ()) if b["kind"] == "QUICK_REPLY"]
            return [{"type": "button", "text": b["text"], "payload": b["payload"]} for b in quick]
        action = self.content.get("interactive", {}).get("action", {})
        if action.get("name") == "send_location":
            return [{"type": "location", "id": "send_location", "latitude": -23.55052, "longitude": -46.633308}]
        replies = [{"type": "button_reply", **button["reply"]} for button in action.get("buttons", ())]
        rows = [row for section in action.get("sections", ()) for row in section["rows"]]
        return replies + [{"type": "list_reply", **row} for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """A message the Graph API accepted. `payload` is the request's body as it came."""

    seq: int
    wamid: str
    customer_id: str
    number: str
    at: float
    version: str
    payload: JsonObject

    @property
    def type(self) -> str:
        return str(self.payload.get("type", "text"))

    @property
    def text(self) -> str | None:
        """The body of a text message, else None."""
        return (self.payload.get("text") or {}).get("body")

    def as_json(self) -> JsonObject:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class World:
    """Who exists and what was said. Lookups by number see both spellings of the ninth digit."""

    customers: dict[str, Customer] = field(default_factory=dict)
    messages: dict[str, ChatMessage] = field(default_factory=dict)
    _chats: dict[str, list[ChatMessage]] = field(default_factory=dict)
    _by_number: dict[str, Customer] = field(default_factory=dict)
    _by_user_id: dict[str, Customer] = field(default_factory=dict)

    def add_customer(self, customer: Customer) -> None:
        """ValueError if the phone or BSUID belongs to somebody else."""
        if self.by_number(customer.phone or "") or self.by_user_id(customer.user_id or ""):
            message = "another customer has this phone or user id"
            raise ValueError(message)
        self.customers[customer.id] = customer
        if customer.phone:
            self._by_number[canonical(customer.phone)] = customer
        if customer.user_id:
            self._by_user_id[customer.user_id] = customer

    def renumber(self, customer: Customer, phone: str, wa_id: str, user_id: str | None) -> None:
        """The customer has another phone, and with it another BSUID. ValueError if somebody else has one of them."""
        if self.by_number(phone) not in {None, customer} or self.by_user_id(user_id or "") not in {None, customer}:
            message = "another customer has this phone or user id"
            raise ValueError(message)
        self._by_number.pop(canonical(customer.phone or ""), None)
        self._by_user_id.pop(customer.user_id or "", None)
        customer.phone, customer.wa_id, customer.user_id = phone, wa_id, user_id
        self._by_number[canonical(phone)] = customer
        if user_id:
            self._by_user_id[user_id] = customer

    def by_number(self, digits: str) -> Customer | None:
        return self._by_number.get(canonical(digits))

    def by_user_id(self, user_id: str) -> Customer | None:
        return self._by_user_id.get(user_id)

    def add_message(self, message: ChatMessage) -> None:
        self.messages[message.id] = message
        self._chats.setdefault(message.customer_id, []).append(message)

    def keep_aside(self, message: ChatMessage) -> None:
        """A message that changes another one and is no bubble of its own."""
        self.messages[message.id] = message

    def chat(self, customer_id: str) -> list[ChatMessage]:
        """The chat as the phone shows it, oldest first."""
        return list(self._chats.get(customer_id, ()))

    def from_business(self, customer_id: str, status: Status) -> Iterator[ChatMessage]:
        return (m for m in self.chat(customer_id) if m.author == "business" and m.status is status)

    def clear(self) -> None:
        for part in (self.customers, self.messages, self._chats, self._by_number, self._by_user_id):
            part.clear()
