"""The simulator as a Python object: what the control API does, in-process and typed."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Callable, Coroutine
from dataclasses import fields, replace
from typing import Any

import httpx2
from starlette.types import ASGIApp

from plantao_simulator.business import Account, Business, Number
from plantao_simulator.config import Clock, NumberConfig, SimulatorConfig
from plantao_simulator.customers import AUTO, Customers
from plantao_simulator.delivery import Attempt, Postman
from plantao_simulator.faults import GraphFault
from plantao_simulator.ground import Ground
from plantao_simulator.inbound import Writing, compose
from plantao_simulator.media import MediaStore
from plantao_simulator.notices import Notices
from plantao_simulator.playing import Stage
from plantao_simulator.review import TemplateDesk, template_value
from plantao_simulator.sending import Sending
from plantao_simulator.state import ChatMessage, Customer, Send, Status
from plantao_simulator.statuses import StatusTeller
from plantao_simulator.storm import Storms
from plantao_simulator.wire import JsonObject

_IDS = ("reply_to", "message_id")


class Simulator:
    """Meta and the customers' phones. `app` is its HTTP side; `start` and `stop` frame its background work.

    `base_url` is where media addresses point; `run_server` sets it, else the first request does.
    """

    def __init__(
        self, config: SimulatorConfig, build_app: Callable[[Simulator], ASGIApp], clock: Clock = time.time
    ) -> None:
        self.config = config
        self._clock = clock
        self._advanced = 0.0
        self._started = False
        self.base_url = ""
        self.break_connection: Callable[[tuple[str, int]], bool] | None = None
        self._original = replace(config)
        self.dice = random.Random(config.seed)  # noqa: S311 - chance in a play, not in a lock
        self.business = Business(config)
        ground = Ground(config=config, now=self.now, business=self.business, dice=self.dice)
        self.bus, self._tasks, self.faults, self.world = ground.bus, ground.tasks, ground.faults, ground.world
        self.media = MediaStore(config.media_url_seconds)
        self.postman = Postman(ground)
        self.statuses = StatusTeller(ground, self.postman)
        self._customers = Customers(ground, self.postman)
        self.sending = Sending(ground, self._customers, self.statuses, self.media)
        self.notices = Notices(ground, self.postman)
        self.templates = TemplateDesk(ground, self.notices)
        self.storms = Storms(self)
        self.stage = Stage(self, self.storms)
        self.app = build_app(self)

    async def start(self) -> None:
        """Opens the webhook client. Calling it again is harmless: the app's lifespan does so too."""
        if not self._started:
            self.postman.start()
            self._started = True

    async def stop(self) -> None:
        """Ends deliveries and watches. What was not delivered is dropped."""
        if self._started:
            self._started = False
            self.bus.close()
            await self._tasks.stop()
            await self.postman.stop()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Work in the background that ends with the simulator or a reset."""
        return self._tasks.spawn(work)

    def now(self) -> float:
        """The simulated present, Unix seconds."""
        return self._clock() + self._advanced

    def advance_clock(self, seconds: float) -> float:
        """Moves the present forward (windows close, media addresses expire); answers the new one."""
        self._advanced += seconds
        return self.now()

    def open_windows(self, customer: Customer) -> None:
        """As if the customer had just written to every number, without a word to the webhook."""
        customer.wrote_to.update(dict.fromkeys(self.business.numbers, self.now()))

    def customer(
        self,
        name: str = "Cliente",
        *,
        phone: str | None = AUTO,
        wa_id: str | None = AUTO,
        user_id: str | None = AUTO,
        username: str | None = None,
    ) -> Customer:
        """A new customer. `phone=None` is somebody with a username only; `wa_id` is the form Meta uses for the phone.

        ValueError if nothing identifies the customer, or the phone or user id is taken.
        """
        return self._customers.add(name, phone, wa_id, user_id, username)

    def add_number(self, given: NumberConfig) -> Number:
        """One more business number. ValueError if its id is taken."""
        return self.business.add(given)

    async def write(self, customer: Customer, writing: Writing) -> ChatMessage:
        """The customer writes; the webhook call is under way when this returns. See `Writing` for the shapes.

        Without a `number` in the writing it goes to the one of the quoted message, else of the chat's last one.
        """
        writing = self._with_ids(customer, writing)
        number = self._written_to(customer, writing)
        body = compose(writing, self.media, self.base_url or "http://127.0.0.1", self.now())
        message = self._customers.write(customer, body, writing, number)
        number.limits.incoming(self.now())
        return message

    def _with_ids(self, customer: Customer, writing: Writing) -> Writing:
        """ "last" stands for the newest message of the company, and in edits and revocations of the customer."""
        if isinstance(writing, str) or "last" not in {writing.get("reply_to"), writing.get("message_id")}:
            return writing
        author = "customer" if writing.get("type") in {"edit", "revoke"} else "business"
        newest = next((m.id for m in reversed(self.chat(customer)) if m.author == author), None)
        if newest is None:
            message = f"there is no message of the {author}"
            raise ValueError(message)
        return {key: newest if value == "last" and key in _IDS else value for key, value in writing.items()}

    def _written_to(self, customer: Customer, writing: Writing) -> Number:
        described = {} if isinstance(writing, str) else writing
        if described.get("number"):
            return self.business.find_number(str(described["number"]))
        quoted = self.world.messages.get(str(described.get("reply_to") or described.get("message_id")))
        last = quoted or next(reversed(self.world.chat(customer.id)), None)
        return self.business.numbers.get(last.number, self.business.first) if last else self.business.first

    async def echo(self, customer: Customer, writing: Writing) -> ChatMessage:
        """The company answers with the WhatsApp Business app on a phone: a `smb_message_echoes` update."""
        number = self._written_to(customer, writing)
        body = compose(writing, self.media, self.base_url or "http://127.0.0.1", self.now())
        message, value = self._customers.echo(customer, body, number)
        self.notices.tell("smb_message_echoes", value, number=number)
        return message

    async def tap(self, customer: Customer, message_id: str, option_id: str) -> ChatMessage:
        """The customer taps an answer of an interactive message or template. ValueError if there is no such answer."""
        message = self.world.messages.get(message_id)
        for option in message.options if message and message.customer_id == customer.id else ():
            if option_id in {option.get("id"), option.get("payload")}:
                return await self.write(customer, option | {"reply_to": message_id})
        text = "this message has no such answer"
        raise ValueError(text)

    def open_chat(self, customer: Customer) -> None:
        """The chat is on the customer's screen: what has arrived and what arrives is read."""
        customer.chat_open = True
        self.statuses.chat_opened(customer)
        self.bus.publish("customer", customer.as_json())

    def close_chat(self, customer: Customer) -> None:
        customer.chat_open = False
        self.bus.publish("customer", customer.as_json())

    def set_online(self, customer: Customer, online: bool) -> None:
        """Without signal nothing is delivered to the phone; with it again, everything that waited is."""
        customer.online = online
        if online:
            self.statuses.came_online(customer)
        self.bus.publish("customer", customer.as_json())

    def play(self, customer: Customer, message_id: str) -> None:
        """The customer listens to a voice message of the company. ValueError if there is no such message."""
        message = self.world.messages.get(message_id)
        if message is None or message.customer_id != customer.id or message.type != "audio":
            text = "there is no such voice message"
            raise ValueError(text)
        self.statuses.played(message)

    def set_template_status(self, name: str, language: str, status: str, account: Account | None = None) -> None:
        """Moves a template to another state and tells the webhook. KeyError if there is no such template."""
        account = account or self.business.first.account
        template = account.templates.by_key[name, language]
        self.notices.tell("message_template_status_update", template_value(template, status), account=account)

    def fail_next(self, **fault: Any) -> GraphFault:
        """Adds a Graph fault: `fail_next(kind="drop_response")`, `fail_next(kind="error", code=131000, times=2)`."""
        made = GraphFault(**fault)
        self.faults.graph.append(made)
        return made

    @property
    def sends(self) -> list[Send]:
        """Every message the Graph side accepted, oldest first."""
        return list(self.sending.log)

    @property
    def deliveries(self) -> list[Attempt]:
        """Every finished attempt to call the webhook, oldest first."""
        return list(self.postman.log)

    def chat(self, customer: Customer) -> list[ChatMessage]:
        """The customer's screen, oldest first."""
        return self.world.chat(customer.id)

    async def wait_for_send(
        self,
        predicate: Callable[[Send], bool] = lambda _: True,
        timeout: float = 5.0,
        *,
        after: int = 0,
    ) -> Send:
        """The first accepted send with `seq > after` that fits, past ones included; TimeoutError else."""
        seen = after

        def probe() -> Send | None:
            nonlocal seen
            for send in [s for s in reversed(self.sending.log) if s.seq > seen][::-1]:
                seen = send.seq
                if predicate(send):
                    return send
            return None

        return await self.bus.until(probe, timeout)

    async def wait_for_status(
        self,
        wamid: str,
        status: Status,
        timeout: float = 5.0,
    ) -> ChatMessage:
        """The message once it has come so far or further; TimeoutError else."""

        def probe() -> ChatMessage | None:
            message = self.world.messages.get(wamid)
            return message if message is not None and message.reached(status) else None

        return await self.bus.until(probe, timeout)

    async def wait_for_deliveries(
        self,
        predicate: Callable[[Attempt], bool],
        count: int = 1,
        timeout: float = 5.0,
    ) -> list[Attempt]:
        """The webhook attempts that fit, once there are `count` of them; TimeoutError else."""

        def probe() -> list[Attempt] | None:
            found = [attempt for attempt in self.postman.log if predicate(attempt)]
            return found if len(found) >= count else None

        return await self.bus.until(probe, timeout)

    async def verify_webhook(self, url: str | None = None, verify_token: str | None = None) -> JsonObject:
        """Meta's GET handshake; `{"ok", "status", "body", "challenge"}`, with `error` when nobody answered.

        With the app's address and token unless others are given.
        """
        challenge = str(secrets.randbelow(9 * 10**9) + 10**9)
        token = self.config.verify_token if verify_token is None else verify_token
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token}
        try:
            answer = await self.postman.client.get(url or self.config.webhook_url, params=query)
        except httpx2.HTTPError as error:
            return {"ok": False, "status": None, "challenge": challenge, "error": type(error).__name__}
        ok = answer.status_code == 200 and answer.text == challenge
        return {"ok": ok, "status": answer.status_code, "body": answer.text[:200], "challenge": challenge}

    def change_number(self, number: Number, changes: JsonObject) -> None:
        """Other values for a number; their names and types were checked before."""
        rate, level = changes.pop("messages_per_second", None), changes.pop("throughput", None)
        for name, value in changes.items():
            setattr(number, name, value)
        if level is not None:
            number.set_throughput(level)
        if rate is not None:
            number.limits.set_rate(rate)

    def change_settings(self, changes: JsonObject) -> None:
        """Other values for settings that may change while it runs; their names and types were checked before."""
        for name, value in changes.items():
            setattr(self.config, name, value)
        if "seed" in changes:
            self.dice.seed(self.config.seed)
        if "messages_per_second" in changes:
            for number in self.business.numbers.values():
                number.set_throughput(number.throughput)

    async def reset(self) -> None:
        """An empty world as the settings made it: no customers, chats, media, faults or records, nothing under way."""
        await self._tasks.stop()
        for name in (field.name for field in fields(self._original)):
            setattr(self.config, name, getattr(self._original, name))
        self.dice.seed(self.config.seed)
        self.business.restore()
        self.postman.drop_held()
        self.faults.clear()
        self.world.clear()
        self.media.clear()
        self.sending.log.clear()
        self.postman.log.clear()
        self.storms.all.clear()
        self.stage.all.clear()
        self._advanced = 0.0
        self.bus.publish("reset", {})
