"""Customers: they appear and write; and what the company does shows on their screens."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable

from plantao_simulator.delivery import Postman, Update
from plantao_simulator.ground import Ground
from plantao_simulator.identity import contact_of, message_identity, stamp
from plantao_simulator.inbound import Writing, overridden
from plantao_simulator.state import ChatMessage, Customer, Status
from plantao_simulator.wire import JsonObject, dialled, new_bsuid, new_wamid, usual_wa_id

AUTO = "auto"
"""Stands for "make one up" in a customer's phone, wa_id or BSUID."""

_TYPING_SECONDS = 25


class Customers:
    """Everything the customers do. Incoming messages leave for the webhook at once."""

    def __init__(self, ground: Ground, postman: Postman) -> None:
        self._world, self._faults, self._bus, self._now = ground.world, ground.faults, ground.bus, ground.now
        self._own_number = ground.config.display_digits
        self._postman = postman
        self._ids = itertools.count(1)

    def add(
        self, name: str, phone: str | None, wa_id: str | None, user_id: str | None, username: str | None
    ) -> Customer:
        """ValueError if nothing identifies the customer, or the phone or BSUID is taken."""
        digits = self._free_number() if phone == AUTO else dialled(phone) if phone else None
        shown = usual_wa_id(digits) if digits and wa_id == AUTO else wa_id
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

    def stranger(self, digits: str, *, on_whatsapp: bool) -> Customer:
        """Somebody the company wrote to first."""
        customer = self.add(f"+{digits}", "+" + digits, AUTO, AUTO, None)
        customer.on_whatsapp = on_whatsapp
        self._changed(customer)
        return customer

    def _free_number(self) -> str:
        while True:
            number = f"5511{secrets.randbelow(39_999_999) + 960_000_000}"
            if self._world.by_number(number) is None:
                return number

    def write(self, customer: Customer, body: JsonObject, writing: Writing) -> ChatMessage:
        """Puts a composed message into the chat and sends it to the webhook."""
        now, faults = self._now(), self._faults.webhook
        identity = message_identity(customer, faults)
        made = {**identity, "id": new_wamid(customer.address, outbound=False), "timestamp": stamp(now, faults), **body}
        if isinstance(made.get("context"), dict) and "from" not in made["context"]:
            made["context"] = {"from": self._own_number, **made["context"]}
        item = overridden(made, writing)
        message = self._chat_message(customer, item, now)
        self._postman.put(
            Update(kind="messages", item=item, contact=contact_of(customer, faults), on_attempt=self._ticks(message))
        )
        return message

    def _chat_message(self, customer: Customer, item: JsonObject, now: float) -> ChatMessage:
        kind = str(item.get("type", ""))
        message = ChatMessage(
            id=str(item.get("id")), customer_id=customer.id, author="customer", type=kind, content=item, timestamp=now
        )
        self._world.add_message(message)
        customer.wrote_at = now
        self._bus.publish("message", message.as_json())
        return message

    def _ticks(self, message: ChatMessage) -> Callable[[bool | None], None]:
        outcome = {True: Status.DELIVERED, False: Status.SENT, None: Status.FAILED}

        def told(arrived: bool | None) -> None:
            if message.advance(outcome[arrived]):
                self._bus.publish("message", message.as_json())

        return told

    def company_read(self, message: ChatMessage) -> None:
        """The company read this message and everything before it."""
        for earlier in self._world.chat(message.customer_id):
            if earlier.author == "customer" and earlier.advance(Status.READ):
                self._bus.publish("message", earlier.as_json())
            if earlier is message:
                return

    def company_types(self, customer_id: str) -> None:
        customer = self._world.customers[customer_id]
        customer.typing_until = self._now() + _TYPING_SECONDS
        self._changed(customer)

    def _changed(self, customer: Customer) -> None:
        self._bus.publish("customer", customer.as_json())
