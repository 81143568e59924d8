"""The heart of the Graph side: accepts or refuses one message as Meta would."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from plantao_simulator.business import Number
from plantao_simulator.checks import check_payload, dig
from plantao_simulator.config import FailureMode
from plantao_simulator.customers import Customers
from plantao_simulator.errors import GraphError
from plantao_simulator.ground import Ground
from plantao_simulator.inbound import MEDIA_TYPES
from plantao_simulator.media import MediaStore
from plantao_simulator.state import ChatMessage, Customer, Send
from plantao_simulator.statuses import StatusTeller
from plantao_simulator.template_sends import check_template, rendered
from plantao_simulator.templates import Template
from plantao_simulator.wire import JsonObject, canonical, dialled, new_wamid

Listener = Callable[[ChatMessage], None]
_ENTRY_ANSWER = 24 * 3600
_ENTRY_FREE = 72 * 3600


class Sending:
    """Accepts messages of the company. Order of checks: number, shape, template, media, recipient, speed, window."""

    def __init__(self, ground: Ground, customers: Customers, statuses: StatusTeller, media: MediaStore) -> None:
        config = ground.config
        self._config, self._world, self._bus, self._now = config, ground.world, ground.bus, ground.now
        self._business = ground.business
        self._customers, self._statuses, self._media = customers, statuses, media
        self._seq = 0
        self._listeners: list[Listener] = []
        self.log: deque[Send] = deque(maxlen=config.history)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls it with every accepted message until the answered function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def accept(self, payload: JsonObject, version: str, number: Number, failure: int | None = None) -> JsonObject:
        """The body of the 200 answer; GraphError when refused. `failure` is the code of a `failed` status to come."""
        self._check_number(number)
        kind = _checked(payload)
        template = check_template(number.account.templates, payload["template"]) if kind == "template" else None
        self._check_media(payload, kind, number)
        customer = self._recipient(payload, template)
        number.limits.outgoing(customer.id, self._now())
        failure = self._failure(customer, number, template) or failure or _link_failure(payload, kind)
        message = self._message(payload, kind, customer, template, number)
        self._remember(message, payload, version)
        self._statuses.accepted(message, failure)
        return self._answer(payload, customer, message)

    def _check_number(self, number: Number) -> None:
        if not number.registered:
            raise GraphError(133010)
        if number.account.can_send() == "BLOCKED":
            raise GraphError(131031, "The business account is disabled.")

    def _check_media(self, payload: JsonObject, kind: str, number: Number) -> None:
        """An id must be one of this number. (Which code Meta answers is not documented; libraries report 131009.)"""
        media_id = dig(payload, f"{kind}.id") if kind in MEDIA_TYPES else None
        if media_id is not None and self._media.of_number(str(media_id), number.id, self._now()) is None:
            raise GraphError(131009, f"{kind}.id is not a valid media id.")

    def _recipient(self, payload: JsonObject, template: Template | None) -> Customer:
        if payload.get("to"):
            return self._by_number(dialled(payload["to"]))
        if template and template.category == "AUTHENTICATION":
            raise GraphError(131062)
        customer = self._world.by_user_id(payload["recipient"])
        if customer is None:
            raise GraphError(131026)
        return customer

    def _by_number(self, digits: str) -> Customer:
        allowed = self._config.allowed_recipients
        if any(digits == number.digits for number in self._business.numbers.values()):
            raise GraphError(131021)
        if allowed is not None and canonical(digits) not in {canonical(dialled(n)) for n in allowed}:
            raise GraphError(131030)
        known = self._world.by_number(digits)
        if known is None and not 8 <= len(digits) <= 15:
            raise GraphError(131009, "Param to is not a phone number.")
        return known or self._customers.stranger(digits, on_whatsapp=self._config.unknown_numbers == "create")

    def _failure(self, customer: Customer, number: Number, template: Template | None) -> int | None:
        """The code this message will fail with later; raises it when the failure is told at once."""
        if not customer.on_whatsapp:
            return _told(131026, self._config.undeliverable_failure)
        is_open = self._window_open(customer, number)
        _check_restrictions(number, is_open=is_open)
        if template is None and not is_open:
            return _told(131047, self._config.window_failure)
        if template and template.category == "MARKETING" and not customer.marketing:
            return 131050
        return None

    def _window_open(self, customer: Customer, number: Number) -> bool:
        """For a day after the customer's last message to this number."""
        now, wrote_at = self._now(), customer.wrote_to.get(number.id)
        return wrote_at is not None and now - wrote_at < self._config.window_seconds

    def _entry_point(self, customer: Customer, number: Number) -> float | None:
        """The end of the free entry point this message is in; the first answer to an advertisement opens one."""
        now, referred_at = self._now(), customer.referred_to.pop(number.id, None)
        if referred_at is not None and now - referred_at < _ENTRY_ANSWER:
            customer.free_until[number.id] = now + _ENTRY_FREE
        ends = customer.free_until.get(number.id, 0.0)
        return ends if now < ends else None

    def _message(
        self, payload: JsonObject, kind: str, customer: Customer, template: Template | None, number: Number
    ) -> ChatMessage:
        return ChatMessage(
            id=new_wamid(customer.address, outbound=True),
            customer_id=customer.id,
            number=number.id,
            author="business",
            type=kind,
            content={key: payload[key] for key in ("type", kind, "context") if key in payload} | {"type": kind},
            timestamp=self._now(),
            category=template.category.lower() if template else "service",
            shown=rendered(template, payload["template"]) if template else None,
            entry_point=self._entry_point(customer, number),
            callback_data=payload.get("biz_opaque_callback_data"),
        )

    def _remember(self, message: ChatMessage, payload: JsonObject, version: str) -> None:
        self._seq += 1
        send = Send(
            seq=self._seq,
            wamid=message.id,
            customer_id=message.customer_id,
            number=message.number,
            at=message.timestamp,
            version=version,
            payload=payload,
        )
        self.log.append(send)
        self._world.add_message(message)
        self._world.customers[message.customer_id].typing_until = None
        self._bus.publish("message", message.as_json())
        self._bus.publish("send", send.as_json())
        for listener in list(self._listeners):
            listener(message)

    def _answer(self, payload: JsonObject, customer: Customer, message: ChatMessage) -> JsonObject:
        if payload.get("to"):
            contact: JsonObject = {"input": payload["to"], "wa_id": customer.wa_id}
        else:
            contact = {"input": payload["recipient"], "user_id": customer.user_id}
        accepted: JsonObject = {"id": message.id}
        if message.type == "template":
            accepted["message_status"] = "accepted"
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [accepted]}

    def mark_read(self, payload: JsonObject, number: Number) -> JsonObject:
        """Marks a customer's message and the ones before it as read; shows "typing" for up to 25 s if asked."""
        message = self._world.messages.get(str(payload.get("message_id")))
        if message is None or message.author != "customer" or message.number != number.id:
            raise GraphError(131009, "message_id is not the id of a received message.")
        indicator: Any = payload.get("typing_indicator")
        if indicator is not None and dig(indicator, "type") != "text":
            raise GraphError(131009, "typing_indicator.type must be text.")
        self._customers.company_read(message)
        if indicator is not None:
            self._customers.company_types(message.customer_id)
        return {"success": True}


def _check_restrictions(number: Number, *, is_open: bool) -> None:
    """A restricted account may not write first, or may not answer, or neither."""
    kinds = {str(one.get("restriction_type")) for one in number.account.restrictions}
    refused = "RESTRICTED_CUSTOMER_INITIATED_MESSAGING" if is_open else "RESTRICTED_BIZ_INITIATED_MESSAGING"
    if refused in kinds:
        raise GraphError(368, "The business account is restricted.")


def _link_failure(payload: JsonObject, kind: str) -> int | None:
    """A link of the reserved domain `.invalid` is one Meta can not fetch: it says so later."""
    link = dig(payload, f"{kind}.link") if kind in MEDIA_TYPES else None
    return 131053 if link and (urlsplit(str(link)).hostname or "").endswith(".invalid") else None


def _told(code: int, mode: FailureMode) -> int:
    if mode == "sync":
        raise GraphError(code)
    return code


def _checked(payload: JsonObject) -> str:
    """Shapes nested wrongly (a list where an object belongs) stumble inside the tables: Meta says 100."""
    try:
        return check_payload(payload)
    except (AttributeError, KeyError, TypeError) as error:
        raise GraphError(100, "The payload does not have the documented shape.") from error
