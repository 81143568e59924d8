"""A simulator on a loopback port, and a receiver standing where the product's webhook would be."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from plantao_simulator import Simulator, SimulatorConfig, create_simulator, run_server

PHONE_ID = "106540352242922"
ACCOUNT_ID = "102290129340398"
Json = dict[str, Any]


@dataclass
class Receiver:
    """Keeps every webhook call. `answers` are used up one by one, then it answers 200."""

    secret: str = ""
    verify_token: str = ""
    url: str = ""
    raw: list[bytes] = field(default_factory=list)
    signatures: list[str | None] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, request: Request) -> Response:
        self.raw.append(await request.body())
        self.signatures.append(request.headers.get("x-hub-signature-256"))
        async with self.changed:
            self.changed.notify_all()
        return PlainTextResponse("", self.answers.pop(0) if self.answers else 200)

    async def verify(self, request: Request) -> Response:
        right = request.query_params["hub.verify_token"] == self.verify_token
        return PlainTextResponse(request.query_params["hub.challenge"] if right else "no", 200 if right else 403)

    def valid(self, index: int) -> bool:
        made = hmac.new(self.secret.encode(), self.raw[index], hashlib.sha256).hexdigest()
        return self.signatures[index] == f"sha256={made}"

    @property
    def bodies(self) -> list[Json]:
        return [json.loads(body) for body in self.raw]

    @property
    def values(self) -> list[Json]:
        return [c["value"] for body in self.bodies for entry in body["entry"] for c in entry["changes"]]

    def items(self, kind: str) -> list[Json]:
        """All `messages` or `statuses` received, in order of arrival."""
        return [item for value in self.values for item in value.get(kind, ())]

    async def until(self, enough: Callable[[], bool]) -> None:
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(enough)

    async def statuses(self, count: int) -> list[Json]:
        await self.until(lambda: len(self.items("statuses")) >= count)
        return self.items("statuses")

    async def messages(self, count: int) -> list[Json]:
        await self.until(lambda: len(self.items("messages")) >= count)
        return self.items("messages")


class _Server(uvicorn.Server):
    """Says when it listens, and stops without waiting for the next tick."""

    def __init__(self, config: uvicorn.Config, closing: asyncio.Event) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self.closing = closing

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def main_loop(self) -> None:
        await self.closing.wait()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Ctrl-C stays with the run. Given back later than taken, it would go to a task of a test that is over, and
        asyncio spells out that task with its result, all that was received, at every start of a loop from then on."""
        yield


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = Starlette(routes=[Route("/hook", made.post, methods=["POST"]), Route("/hook", made.verify)])
    config = uvicorn.Config(app, port=0, log_level="warning", ws="none", timeout_graceful_shutdown=1)
    server = _Server(config, made.closing)
    task = asyncio.create_task(server.serve())
    await server.listening.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    made.url = f"http://127.0.0.1:{port}/hook"
    yield made
    made.closing.set()
    await task


@dataclass
class Bench:
    """A running simulator and a client of its Graph and control sides."""

    sim: Simulator
    base: str
    client: httpx2.AsyncClient
    receiver: Receiver

    async def graph(self, payload: Json, *, version: str = "v26.0") -> httpx2.Response:
        return await self.client.post(f"/{version}/{PHONE_ID}/messages", json=payload, headers=self.auth)

    async def control(self, method: str, path: str, body: Json | None = None) -> httpx2.Response:
        return await self.client.request(method, f"/_sim{path}", json=body)

    @property
    def auth(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.sim.config.access_token}"}


Start = Callable[..., Awaitable[Bench]]


@pytest.fixture
async def start(receiver: Receiver) -> AsyncIterator[Start]:
    """Starts a simulator with any settings: `bench = await start(pair_limit=False)`."""
    async with AsyncExitStack() as stack:

        async def begin(clock: Callable[[], float] | None = None, **settings: Any) -> Bench:
            fast = {"sent_delay": 0.0, "delivered_delay": 0.0, "read_delay": 0.0, "retry_gaps": (0.01, 0.02, 0.03)}
            config = SimulatorConfig(**{"webhook_url": receiver.url, **fast, **settings})
            sim = create_simulator(config, clock) if clock else create_simulator(config)
            receiver.secret, receiver.verify_token = config.app_secret, config.verify_token
            base = await stack.enter_async_context(run_server(sim))
            client = await stack.enter_async_context(httpx2.AsyncClient(base_url=base, trust_env=False, verify=False))
            return Bench(sim, base, client, receiver)

        yield begin
        receiver.closing.set()  # both servers take a moment to stop: let them do it together


@pytest.fixture
async def bench(start: Start) -> Bench:
    return await start()


def text_to(to: str, body: str = "Olá!", **more: Any) -> Json:
    return {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": body}, **more}
