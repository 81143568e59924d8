"""The simulator as a Python object: what the control API does, in-process and typed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

import httpx2
from starlette.types import ASGIApp

from plantao_simulator.config import Clock, SimulatorConfig
from plantao_simulator.customers import AUTO, Customers
from plantao_simulator.delivery import Attempt, Postman
from plantao_simulator.faults import GraphFault
from plantao_simulator.ground import Ground
from plantao_simulator.inbound import Writing, compose
from plantao_simulator.media import MediaStore
from plantao_simulator.sending import Sending
from plantao_simulator.state import ChatMessage, Customer, Send, Status
from plantao_simulator.statuses import StatusTeller
from plantao_simulator.templates import TemplateShelf
from plantao_simulator.wire import JsonObject, change, envelope


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
        ground = Ground(config=config, now=self.now)
        self.bus, self._tasks, self.faults, self.world = ground.bus, ground.tasks, ground.faults, ground.world
        self.media = MediaStore(config.media_url_seconds)
        self.templates = TemplateShelf.of(config.templates)
        self.postman = Postman(ground)
        self.statuses = StatusTeller(ground, self.postman)
        self._customers = Customers(ground, self.postman)
        self.sending = Sending(ground, self._customers, self.statuses, self.templates, self.media)
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

    def now(self) -> float:
        """The simulated present, Unix seconds."""
        return self._clock() + self._advanced

    def advance_clock(self, seconds: float) -> float:
        """Moves the present forward (windows close, media addresses expire); answers the new one."""
        self._advanced += seconds
        return self.now()

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

    async def write(self, customer: Customer, writing: Writing) -> ChatMessage:
        """The customer writes; the webhook call is under way when this returns. See `Writing` for the shapes."""
        body = compose(writing, self.media, self.base_url or "http://127.0.0.1", self.now())
        self.sending.limits.incoming(self.now())
        return self._customers.write(customer, body, writing)

    async def tap(self, customer: Customer, message_id: str, option_id: str) -> ChatMessage:
        """The customer taps an answer of an interactive message or template. ValueError if there is no such answer."""
        message = self.world.messages.get(message_id)
        for option in message.options if message and message.customer_id == customer.id else ():
            if option_id in {option.get("id"), option.get("payload")}:
                return await self.write(customer, option | {"reply_to": message_id})
        text = "this message has no such answer"
        raise ValueError(text)

    def play(self, customer: Customer, message_id: str) -> ChatMessage:
        """The customer listens to a voice note of the company: `played`, once. ValueError if it is none."""
        message = self.world.messages.get(message_id)
        if message is None or message.customer_id != customer.id or not message.is_voice_note:
            text = "this is not a voice note of the company"
            raise ValueError(text)
        self.statuses.played(message)
        return message

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

    def set_template_status(self, name: str, language: str, status: str) -> None:
        """Moves a template to another state and tells the webhook. KeyError if there is no such template."""
        template = self.templates.set_status(name, language, status)
        value: JsonObject = {
            "event": status,
            "message_template_id": int(template.id),
            "message_template_name": template.name,
            "message_template_language": template.language,
            "reason": "NONE",
            "message_template_category": template.category,
        }
        body = envelope(self.config.business_account_id, [[change(value, "message_template_status_update")]])
        body["entry"][0]["time"] = int(self.now())
        self.postman.raw(body)

    def fail_next(self, **fault: object) -> GraphFault:
        """Adds a Graph fault: `fail_next(kind="drop_response")`, `fail_next(kind="error", code=131000, times=2)`."""
        made = GraphFault(**fault)  # type: ignore[arg-type]  # the fields' types are the fault's own business
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

    async def verify_webhook(self) -> JsonObject:
        """Meta's GET handshake; `{"ok", "status", "body", "challenge"}`, with `error` when nobody answered."""
        challenge = str(secrets.randbelow(9 * 10**9) + 10**9)
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": self.config.verify_token}
        try:
            answer = await self.postman.client.get(self.config.webhook_url, params=query)
        except httpx2.HTTPError as error:
            return {"ok": False, "status": None, "challenge": challenge, "error": type(error).__name__}
        ok = answer.status_code == 200 and answer.text == challenge
        return {"ok": ok, "status": answer.status_code, "body": answer.text[:200], "challenge": challenge}

    async def reset(self) -> None:
        """An empty world: no customers, chats, media, faults or records; deliveries under way are dropped."""
        await self._tasks.stop()
        self.postman.drop_held()
        self.faults.clear()
        self.world.clear()
        self.media.clear()
        self.sending.log.clear()
        self.postman.log.clear()
        self.templates.by_key = TemplateShelf.of(self.config.templates).by_key
        self._advanced = 0.0
        self.bus.publish("reset", {})
