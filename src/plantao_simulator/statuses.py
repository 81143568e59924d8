"""What becomes of an accepted message: sent, delivered, read, or failed, told to the webhook step by step."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from datetime import UTC, datetime

from plantao_simulator.delivery import Postman, Update
from plantao_simulator.errors import webhook_error
from plantao_simulator.ground import Ground
from plantao_simulator.identity import contact_of, stamp, status_identity
from plantao_simulator.state import ChatMessage, Customer, Status
from plantao_simulator.wire import JsonObject


class StatusTeller:
    """Moves the company's messages forward and tells each step."""

    def __init__(self, ground: Ground, postman: Postman) -> None:
        self._config, self._world, self._faults = ground.config, ground.world, ground.faults
        self._bus, self._tasks, self._now = ground.bus, ground.tasks, ground.now
        self._business, self._dice = ground.business, ground.dice
        self._postman = postman
        self._free_used: Counter[tuple[str, str]] = Counter()

    def accepted(self, message: ChatMessage, failure: int | None = None) -> None:
        """Starts a message's life; with `failure`, it ends in a `failed` status carrying that code."""
        self._tasks.spawn(self._fail(message, failure) if failure else self._live(message))

    def chat_opened(self, customer: Customer) -> None:
        """Everything that has arrived is now read."""
        for message in self._world.from_business(customer.id, Status.DELIVERED):
            self._step(message, Status.READ)

    def came_online(self, customer: Customer) -> None:
        """What waited at Meta now arrives."""
        for message in self._world.from_business(customer.id, Status.SENT):
            self._tasks.spawn(self._arrive(message))

    async def _live(self, message: ChatMessage) -> None:
        await self._pause(self._config.sent_delay)
        faults = self._faults.webhook
        skips = faults.skip_delivered or self._dice.random() < faults.read_without_delivered_share
        if faults.reverse_statuses or skips:
            await self._live_oddly(message, skips=skips)
            return
        self._step(message, Status.SENT)
        await self._arrive(message)

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds * (1 + self._dice.random() * self._config.status_jitter))

    async def _arrive(self, message: ChatMessage) -> None:
        customer = self._world.customers.get(message.customer_id)
        if customer is None or not customer.online:
            return
        await self._pause(self._config.delivered_delay)
        self._step(message, Status.DELIVERED)
        if customer.chat_open or self._config.auto_read:
            await self._pause(self._config.read_delay)
            self._step(message, Status.READ)

    async def _live_oddly(self, message: ChatMessage, *, skips: bool) -> None:
        """All steps at once, in the order or with the gap that the faults ask for."""
        faults = self._faults.webhook
        await self._pause(self._config.delivered_delay + self._config.read_delay)
        middle = [] if skips else [Status.DELIVERED]
        steps = [Status.SENT, *middle, Status.READ]
        message.advance(Status.READ)
        updates = [self._update(message, step, self._now() + i) for i, step in enumerate(steps)]
        self._postman.put(*(reversed(updates) if faults.reverse_statuses else updates))
        self._published(message)

    async def _fail(self, message: ChatMessage, code: int) -> None:
        await self._pause(self._config.sent_delay)
        message.error = webhook_error(code)
        self._step(message, Status.FAILED)

    def played(self, message: ChatMessage) -> None:
        """The customer has listened to a voice message."""
        self._step(message, Status.PLAYED)

    def _step(self, message: ChatMessage, status: Status) -> None:
        if message.advance(status):
            self._postman.put(self._update(message, status, self._now()))
            self._published(message)

    def _published(self, message: ChatMessage) -> None:
        self._bus.publish("message", message.as_json())

    def _update(self, message: ChatMessage, status: Status, at: float) -> Update:
        customer = self._world.customers[message.customer_id]
        faults = self._faults.webhook
        item: JsonObject = {"id": message.id, "status": status.value, "timestamp": stamp(at, faults)}
        item |= status_identity(customer, faults)
        if status is Status.FAILED:
            item["errors"] = [message.error]
        item |= self._pricing(message, status)
        if message.entry_point and status is Status.SENT:  # the one case in which newer versions name a conversation
            ends, origin = str(int(message.entry_point)), {"type": "referral_conversion"}
            item["conversation"] = {"id": _conversation_id(message), "expiration_timestamp": ends, "origin": origin}
        if message.callback_data is not None:
            item["biz_opaque_callback_data"] = message.callback_data
        old = faults.omit_bsuid or status is Status.FAILED
        contact = None if old else contact_of(customer, faults)
        return Update(kind="statuses", number=self._business.numbers[message.number], item=item, contact=contact)

    def _pricing(self, message: ChatMessage, status: Status) -> JsonObject:
        """Comes with `sent` and one of delivered and read. Service messages are free up to a number's monthly quota."""
        if status is Status.FAILED or (status is not Status.SENT and message.priced > 1):
            return {}
        if message.priced == 0:
            message.free = message.entry_point is not None or self._is_free(message)
        message.priced += 1 if status is Status.SENT else 2
        kind = "free_customer_service" if message.free else "regular"
        pricing = {"billable": not message.free, "pricing_model": "PMP", "type": kind, "category": message.category}
        if message.entry_point:
            return {"pricing": pricing | {"type": "free_entry_point", "category": "referral_conversion"}}
        return {"pricing": pricing}

    def _is_free(self, message: ChatMessage) -> bool:
        if message.category != "service":
            return False
        month = datetime.fromtimestamp(self._now(), UTC).strftime("%Y-%m")
        self._free_used[message.number, month] += 1
        return self._free_used[message.number, month] <= self._config.free_service_messages


def _conversation_id(message: ChatMessage) -> str:
    """The same for all messages to a customer in one free entry point."""
    named = f"{message.number}:{message.customer_id}:{message.entry_point}"
    return hashlib.blake2s(named.encode(), digest_size=16).hexdigest()
