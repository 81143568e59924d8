"""A whole system on loopback, in the test's own event loop: the product, Meta's stand-in, people with clients."""

import asyncio
import json
import os
import re
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from tests.contract.conformance import check_answer
from websockets.asyncio.client import ClientConnection, connect

from plantao.app import Parts, build_parts, create_asgi
from plantao.identity.accounts import Accounts
from plantao.identity.models import Role
from plantao.identity.passwords import PasswordHasher
from plantao.kit.clock import Clock
from plantao.kit.http.server import bind, build_server
from plantao.settings import Settings
from plantao_simulator import Simulator, SimulatorConfig, create_simulator, run_server

Json = dict[str, Any]
PASSWORD = "Senha-Segura-123"
JWT_SECRET = "kNsv8Zw2QfY5tRbX3mLcD7hJpGx9uEaT"
UNLIMITED = "1000000/second"  # rates have stories of their own
FAST: Json = {
    "sent_delay": 0.0,
    "delivered_delay": 0.0,
    "read_delay": 0.0,
    "retry_gaps": (0.02, 0.05, 0.1, 0.2, 0.5, 1.0),
}


@dataclass
class Socket:
    """A console's live line. Frames are kept, so that a wait finds what came before it too."""

    connection: ClientConnection
    frames: list[Json] = field(default_factory=list)

    async def say(self, type_: str, **fields: Any) -> None:
        await self.connection.send(json.dumps({"type": type_, **fields}))

    async def expect(self, type_: str, fits: Callable[[Json], bool] = lambda _: True, timeout: float = 10) -> Json:
        """The first frame of this type that fits and was not expected before."""
        for index, frame in enumerate(self.frames):
            if frame["type"] == type_ and fits(frame):
                return self.frames.pop(index)
        async with asyncio.timeout(timeout):
            while True:
                heard: Json = json.loads(await self.connection.recv())
                if heard["type"] == type_ and fits(heard):
                    return heard
                self.frames.append(heard)

    async def join(self, conversation_id: str, since_seq: int | None = None) -> Json:
        fields = {} if since_seq is None else {"since_seq": since_seq}
        await self.say("join_conversation", conversation_id=conversation_id, **fields)
        return await self.expect("joined", lambda frame: frame["conversation_id"] == conversation_id)

    async def silence(self) -> list[Json]:
        """Everything not yet expected, up to the answer of a ping: what was sent before it has arrived.

        Without the queue and who looks on, which are told at a pace of their own.
        """
        await self.say("ping")
        await self.expect("pong")
        return [frame for frame in self.frames if frame["type"] not in ("queue_update", "conversation_viewers")]


@dataclass
class Person:
    """A user of the console, with a token."""

    id: int
    client: httpx2.AsyncClient
    token: str
    url: str

    async def get(self, path: str, **params: Any) -> httpx2.Response:
        return await self.client.get(f"/api/v1{path}", params=params, headers=self.headers)

    async def patch(self, path: str, body: Json) -> httpx2.Response:
        return await self.client.patch(f"/api/v1{path}", json=body, headers=self.headers)

    async def put(self, path: str, body: Json) -> httpx2.Response:
        return await self.client.put(f"/api/v1{path}", json=body, headers=self.headers)

    async def delete(self, path: str) -> httpx2.Response:
        return await self.client.delete(f"/api/v1{path}", headers=self.headers)

    async def post(self, path: str, body: Json | None = None, **headers: str) -> httpx2.Response:
        return await self.client.post(f"/api/v1{path}", json=body, headers=self.headers | headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @asynccontextmanager
    async def socket(self, **options: Any) -> AsyncIterator[Socket]:
        async with connect(f"{self.url}/ws/chat?token={self.token}", compression=None, **options) as connection:
            yield Socket(connection)

    async def conversations(self, **filters: Any) -> list[Json]:
        found: list[Json] = (await self.get("/conversations", **filters)).json()["conversations"]
        return found

    async def messages(self, conversation_id: str) -> list[Json]:
        found: list[Json] = (await self.get(f"/conversations/{conversation_id}")).json()["messages"]
        return found


@dataclass
class System:
    sim: Simulator
    parts: Parts
    client: httpx2.AsyncClient
    url: str

    async def person(self, role: Role, name: str = "Maria Silva", email: str | None = None) -> Person:
        email = email or f"{name.split(maxsplit=1)[0].lower()}@provedor.example"
        accounts = Accounts(self.parts.store, self.parts.clock, self.parts.hasher)
        user = await accounts.create_user(email, PASSWORD, name=name, role=role)
        answer = await self.client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return Person(user.id, self.client, answer.json()["access_token"], self.url.replace("http", "ws", 1))

    async def settle(self, timeout: float = 20, *queues: str) -> None:
        """Until every webhook body is materialised and nothing waits to be sent; or only what `queues` names."""
        async with asyncio.timeout(timeout):
            while await self._unfinished(queues or ("ledger", "outbox")):  # noqa: ASYNC110 - it asks over HTTP, as an operator would
                await asyncio.sleep(0.01)

    async def _unfinished(self, queues: Sequence[str]) -> bool:
        metrics = (await self.client.get("/metrics")).text
        depths = re.findall(rf"^plantao_(?:{'|'.join(queues)})_pending (.+)$", metrics, re.MULTILINE)
        assert len(depths) == len(queues), "the metrics do not name them all"
        return any(float(depth) > 0 for depth in depths)


class Server:
    """uvicorn in our own loop, without its signal handlers."""

    def __init__(self, server: uvicorn.Server) -> None:
        self.uvicorn = server

    @asynccontextmanager
    async def running(self, listener: Any) -> AsyncIterator[None]:
        task = asyncio.create_task(self.uvicorn._serve([listener]))
        try:
            while not self.uvicorn.started:
                if task.done():
                    await task
                await asyncio.sleep(0.005)
            yield
        finally:
            self.uvicorn.should_exit = True
            await task


def settings_for(sim: Simulator, **overrides: Any) -> Settings:
    config = sim.config
    values: Json = {
        "jwt_secret": JWT_SECRET,
        "whatsapp_graph_url": sim.base_url,
        "whatsapp_phone_number_id": config.phone_number_id,
        "whatsapp_access_token": config.access_token,
        "whatsapp_app_secret": (config.app_secret,),
        "whatsapp_verify_token": config.verify_token,
        "bot_debounce_seconds": 0.05,
        "media_url": (Path(os.environ["PLANTAO_TEST_SCRATCH"]) / "media").as_uri(),
        **dict.fromkeys(("rate_limit_api", "rate_limit_whatsapp_send", "rate_limit_register"), UNLIMITED),
    }
    return Settings.model_validate(values | overrides)


@asynccontextmanager
async def running_system(
    database_url: str,
    *,
    clock: Clock | None = None,
    simulator: Json | None = None,
    send_buffer: int | None = None,
    hasher: PasswordHasher | None = None,
    **overrides: Any,
) -> AsyncIterator[System]:
    """The product and the stand-in for Meta, each on a loopback port of its own.

    `send_buffer`: bytes that the kernel holds for a client that does not read. `hasher`: one that costs next to
    nothing unless given, for nearly every test logs somebody in.
    """
    async with AsyncExitStack() as stack:
        listener = bind("127.0.0.1", 0)
        if send_buffer is not None:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = SimulatorConfig(webhook_url=f"{url}/api/v1/whatsapp/webhook", **FAST | (simulator or {}))
        sim = create_simulator(config)
        await stack.enter_async_context(run_server(sim))
        parts = build_parts(settings_for(sim, **overrides), database_url, clock)
        parts.hasher = hasher or PasswordHasher(memory_kib=8, passes=1)
        bound = parts.settings.max_connections
        asgi = create_asgi(parts)
        server = build_server(asgi, loop="asyncio", timeout_graceful_shutdown=5, limit_concurrency=bound)
        await stack.enter_async_context(Server(server).running(listener))
        limits = httpx2.Limits(max_connections=200)
        hooks: Json = {"response": [check_answer]}
        # Nothing on loopback speaks TLS, and reading the world's authorities takes long.
        quick: Json = {"trust_env": False, "verify": False, "timeout": 30}
        client = httpx2.AsyncClient(base_url=url, limits=limits, event_hooks=hooks, **quick)
        await stack.enter_async_context(client)
        yield System(sim, parts, client, url)
