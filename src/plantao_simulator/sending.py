"""The heart of the Graph side: accepts or refuses one message as Meta would."""

from __future__ import annotations

from collections import deque
from typing import Any

from plantao_simulator.checks import check_payload, dig
from plantao_simulator.config import FailureMode
from plantao_simulator.customers import Customers
from plantao_simulator.errors import GraphError
from plantao_simulator.ground import Ground
from plantao_simulator.inbound import MEDIA_TYPES
from plantao_simulator.limits import Limits
from plantao_simulator.media import MediaStore
from plantao_simulator.state import ChatMessage, Customer, Send
from plantao_simulator.statuses import StatusTeller
from plantao_simulator.templates import Template, TemplateShelf, rendered
from plantao_simulator.wire import JsonObject, canonical, dialled, new_wamid


class Sending:
    """Accepts messages of the company. Order of checks: shape, template, media, recipient, speed, window."""

    def __init__(
        self,
        ground: Ground,
        customers: Customers,
        statuses: StatusTeller,
        templates: TemplateShelf,
        media: MediaStore,
    ) -> None:
        config = ground.config
        self._config, self._world, self._bus, self._now = config, ground.world, ground.bus, ground.now
        self._customers, self._statuses = customers, statuses
        self._templates, self._media = templates, media
        self._seq = 0
        self.limits = Limits(config)
        self.log: deque[Send] = deque(maxlen=config.history)

    def accept(self, payload: JsonObject, version: str, failure: int | None = None) -> JsonObject:
        """The body of the 200 answer; GraphError when refused. `failure` is the code of a `failed` status to come."""
        kind = _checked(payload)
        template = self._templates.check(payload["template"]) if kind == "template" else None
        self._check_media(payload, kind)
        customer = self._recipient(payload, template)
        self.limits.outgoing(customer.id, self._now())
        failure = self._failure(customer, kind) or failure
        message = self._message(payload, kind, customer, template)
        self._remember(message, payload, version)
        self._statuses.accepted(message, failure)
        return self._answer(payload, customer, message)

    def _check_media(self, payload: JsonObject, kind: str) -> None:
        """An id must have been uploaded here. (Which code Meta answers is not documented; libraries report 131009.)"""
        media_id = dig(payload, f"{kind}.id") if kind in MEDIA_TYPES else None
        if media_id is not None and self._media.get(str(media_id)) is None:
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
        if digits == self._config.display_digits:
            raise GraphError(131021)
        if allowed is not None and canonical(digits) not in {canonical(dialled(n)) for n in allowed}:
            raise GraphError(131030)
        known = self._world.by_number(digits)
        if known is None and not 8 <= len(digits) <= 15:
            raise GraphError(131009, "Param to is not a phone number.")
        return known or self._customers.stranger(digits, on_whatsapp=self._config.unknown_numbers == "create")

    def _failure(self, customer: Customer, kind: str) -> int | None:
        """The code this message will fail with later; raises it when the failure is told at once."""
        if not customer.on_whatsapp:
            return _told(131026, self._config.undeliverable_failure)
        if kind != "template" and not self._window_open(customer):
            return _told(131047, self._config.window_failure)
        return None

    def _window_open(self, customer: Customer) -> bool:
        wrote_at = customer.wrote_at
        return wrote_at is not None and self._now() - wrote_at < self._config.window_seconds

    def _message(self, payload: JsonObject, kind: str, customer: Customer, template: Template | None) -> ChatMessage:
        return ChatMessage(
            id=new_wamid(customer.address, outbound=True),
            customer_id=customer.id,
            author="business",
            type=kind,
            content={key: payload[key] for key in ("type", kind, "context") if key in payload} | {"type": kind},
            timestamp=self._now(),
            category=template.category.lower() if template else "service",
            shown=rendered(template, payload["template"]) if template else None,
            callback_data=payload.get("biz_opaque_callback_data"),
        )

    def _remember(self, message: ChatMessage, payload: JsonObject, version: str) -> None:
        self._seq += 1
        send = Send(
            seq=self._seq,
            wamid=message.id,
            customer_id=message.customer_id,
            at=message.timestamp,
            version=version,
            payload=payload,
        )
        self.log.append(send)
        self._world.add_message(message)
        self._world.customers[message.customer_id].typing_until = None
        self._bus.publish("message", message.as_json())
        self._bus.publish("send", send.as_json())

    def _answer(self, payload: JsonObject, customer: Customer, message: ChatMessage) -> JsonObject:
        if payload.get("to"):
            contact: JsonObject = {"input": payload["to"], "wa_id": customer.wa_id}
        else:
            contact = {"input": payload["recipient"], "user_id": customer.user_id}
        accepted: JsonObject = {"id": message.id}
        if message.type == "template":
            accepted["message_status"] = "accepted"
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [accepted]}

    def mark_read(self, payload: JsonObject) -> JsonObject:
        """Marks a customer's message and the ones before it as read; shows "typing" for up to 25 s if asked."""
        message = self._world.messages.get(str(payload.get("message_id")))
        if message is None or message.author != "customer":
            raise GraphError(131009, "message_id is not the id of a received message.")
        indicator: Any = payload.get("typing_indicator")
        if indicator is not None and dig(indicator, "type") != "text":
            raise GraphError(131009, "typing_indicator.type must be text.")
        self._customers.company_read(message)
        if indicator is not None:
            self._customers.company_types(message.customer_id)
        return {"success": True}


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
