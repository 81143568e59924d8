"""Customers: they appear and write; and what the company does shows on their screens."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from plantao_simulator.business import Number
from plantao_simulator.changes import QUIET, Changes
from plantao_simulator.delivery import Postman, Update
from plantao_simulator.faults import WebhookFaults
from plantao_simulator.ground import Ground
from plantao_simulator.identity import contact_of, message_identity, stamp
from plantao_simulator.inbound import Writing, overridden
from plantao_simulator.state import ChatMessage, Customer, Status
from plantao_simulator.wire import JsonObject, canonical, dialled, new_bsuid, new_wamid, usual_wa_id

AUTO = "auto"
"""Stands for "make one up" in a customer's phone, wa_id or BSUID."""

_TYPING_SECONDS = 25


class Customers:
    """Everything the customers do. Incoming messages leave for the webhook at once."""

    def __init__(self, ground: Ground, postman: Postman) -> None:
        self._world, self._faults, self._bus, self._now = ground.world, ground.faults, ground.bus, ground.now
        self._config, self._business, self._dice = ground.config, ground.business, ground.dice
        self._postman = postman
        self._changes = Changes(ground, self.form_of)
        self._ids = itertools.count(1)

    def add(
        self, name: str, phone: str | None, wa_id: str | None, user_id: str | None, username: str | None
    ) -> Customer:
        """ValueError if nothing identifies the customer, or the phone or BSUID is taken."""
        digits = self._free_number() if phone == AUTO else dialled(phone) if phone else None
        shown = self.form_of(digits) if digits and wa_id == AUTO else wa_id
        customer = Customer(
            id=f"c{next(self._ids)}",
            name=name,
            phone=digits,
            wa_id=shown if digits else None,
            user_id=new_bsuid(digits) if user_id == AUTO else user_id,
            username=username,
        )
        if not customer.address:
            message = "a customer needs a phone or a user id"
            raise ValueError(message)
        self._world.add_customer(customer)
        self._changed(customer)
        return customer

    def form_of(self, digits: str) -> str:
        """The `wa_id` of a phone: as the table of the settings has it, else the usual form."""
        table = {canonical(key): form for key, form in self._config.wa_ids.items()}
        return table.get(canonical(digits)) or usual_wa_id(digits)

    def stranger(self, digits: str, *, on_whatsapp: bool) -> Customer:
        """Somebody the company wrote to first."""
        customer = self.add(f"+{digits}", "+" + digits, AUTO, AUTO, None)
        customer.on_whatsapp = on_whatsapp
        self._changed(customer)
        return customer

    def _free_number(self) -> str:
        while True:
            number = f"5511{self._dice.randrange(39_999_999) + 960_000_000}"
            if self._world.by_number(number) is None:
                return number

    def write(self, customer: Customer, body: JsonObject, writing: Writing, number: Number) -> ChatMessage:
        """Puts a composed message into the chat and sends it to the webhook. ValueError if it may not be."""
        now, faults = self._now(), self._faults.webhook.for_one(self._dice)
        identity = message_identity(customer, faults)
        self._changes.check(customer, body)
        made = {**identity, "id": new_wamid(customer.address, outbound=False), "timestamp": stamp(now, faults), **body}
        self._name_the_quoted(made, customer, number)
        item = overridden(made, writing)
        message = self._chat_message(customer, item, number, now)
        if customer.id in number.blocked:  # one tick for ever
            message.advance(Status.SENT)
        else:
            self._post(message, item, self._contact(customer, item, faults), number)
        self._changes.follow(customer, item)
        return message

    def echo(self, customer: Customer, body: JsonObject, number: Number) -> tuple[ChatMessage, JsonObject]:
        """What the company wrote on its own phone: into the chat, and as the value of `smb_message_echoes`."""
        now, contact = self._now(), contact_of(customer, self._faults.webhook)
        who = {"from": number.digits, "to": customer.wa_id, "to_user_id": customer.user_id}
        made = {"id": new_wamid(customer.address, outbound=True), "timestamp": stamp(now, self._faults.webhook), **body}
        item = {name: value for name, value in who.items() if value} | made
        message = ChatMessage(
            id=str(item["id"]),
            customer_id=customer.id,
            number=number.id,
            author="business",
            type=str(body["type"]),
            content=item,
            timestamp=now,
            status=Status.DELIVERED,
        )
        (self._world.keep_aside if message.type in QUIET else self._world.add_message)(message)
        self._published(message)
        self._changes.follow(customer, item)
        return message, {"contacts": [contact] if contact else [], "message_echoes": [item]}

    def _name_the_quoted(self, made: JsonObject, customer: Customer, number: Number) -> None:
        context = made.get("context")
        if isinstance(context, dict) and "id" in context and "from" not in context:
            quoted = self._world.messages.get(context["id"])
            own = quoted is not None and quoted.author == "customer"
            made["context"] = {"from": customer.wa_id if own else number.digits, **context}

    def _contact(self, customer: Customer, item: JsonObject, faults: WebhookFaults) -> JsonObject | None:
        """System messages come without."""
        return None if item.get("type") == "system" else contact_of(customer, faults)

    def _post(self, message: ChatMessage, item: JsonObject, contact: JsonObject | None, number: Number) -> None:
        ticks = self._ticks(message)
        self._postman.put(Update(kind="messages", number=number, item=item, contact=contact, on_attempt=ticks))

    def _chat_message(self, customer: Customer, item: JsonObject, number: Number, now: float) -> ChatMessage:
        kind = str(item.get("type", ""))
        message = ChatMessage(
            id=str(item.get("id")),
            customer_id=customer.id,
            number=number.id,
            author="customer",
            type=kind,
            content=item,
            timestamp=now,
        )
        (self._world.keep_aside if kind in QUIET else self._world.add_message)(message)
        if "group_id" not in item:
            self._opens_window(customer, item, number, now)
        self._published(message)
        return message

    def _opens_window(self, customer: Customer, item: JsonObject, number: Number, now: float) -> None:
        customer.wrote_to[number.id] = now
        if "referral" in item:
            customer.referred_to[number.id] = now

    def _ticks(self, message: ChatMessage) -> Callable[[bool | None], None]:
        outcome = {True: Status.DELIVERED, False: Status.SENT, None: Status.FAILED}

        def told(arrived: bool | None) -> None:
            if message.advance(outcome[arrived]):
                self._published(message)

        return told

    def _published(self, message: ChatMessage) -> None:
        """What is no bubble is told under another name, so that the page does not draw it."""
        self._bus.publish("note" if message.type in QUIET else "message", message.as_json())

    def company_read(self, message: ChatMessage) -> None:
        """The company read this message and everything before it at the same number."""
        for earlier in self._world.chat(message.customer_id):
            theirs = earlier.author == "customer" and earlier.number == message.number
            if theirs and earlier.advance(Status.READ):
                self._published(earlier)
            if earlier is message:
                return

    def company_types(self, customer_id: str) -> None:
        customer = self._world.customers[customer_id]
        customer.typing_until = self._now() + _TYPING_SECONDS
        self._changed(customer)

    def _changed(self, customer: Customer) -> None:
        self._bus.publish("customer", customer.as_json())
