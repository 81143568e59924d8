"""From an agent's send, or a customer's question to the bot, to the call of Meta's Graph API."""

import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncpg
import msgspec

from bench.bodies import phone, webhook_request
from bench.graph import GraphStandIn
from bench.http_client import Client, api_request
from bench.live_line import LiveLine
from bench.report import Figure, percentile
from bench.system import Ground, Process, ground, log_in, plantao

QUIET_BOT, DEBOUNCE = 30.0, 1.5
CUSTOMERS = 50
REST_PAUSE = 0.025  # seconds: below Meta's 80 a second, which the product keeps to
SOCKET_PAUSE = 0.06  # seconds: a socket may say 20 frames a second
TIMEOUT = 30.0

Say = Callable[[str, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Size:
    rounds: int
    rest: int
    socket: int
    bot: int


FULL = Size(rounds=3, rest=150, socket=60, bot=40)
QUICK = Size(rounds=1, rest=50, socket=25, bot=15)


async def measure(size: Size) -> list[Figure]:
    rest: list[list[float]] = []
    socket: list[list[float]] = []
    bot: list[list[float]] = []
    async with ground() as base, GraphStandIn().running() as graph:
        async with plantao(base.data_dir, graph.port, QUIET_BOT) as product:
            conversations = await _conversations(base, product)
            token = await log_in(product.port)
            for number in range(size.rounds):
                print(f"send: round {number + 1} of {size.rounds}", file=sys.stderr)
                rest.append(await _by_rest(product, graph, token, conversations, size.rest))
                socket.append(await _by_socket(product, graph, token, conversations, size.socket))
        async with plantao(base.data_dir, graph.port, DEBOUNCE) as product:
            for number in range(size.rounds):
                print(f"send: bot, round {number + 1} of {size.rounds}", file=sys.stderr)
                bot.append(await _by_bot(product, graph, CUSTOMERS + number * size.bot, size.bot))
    return [
        *_figures("Agent's REST send to Graph call", rest, "< 15"),
        *_figures("Agent's WebSocket send to Graph call", socket, "< 15"),
        *_figures("Webhook to bot's Graph call beyond the debounce", bot, "< 50"),
    ]


async def _conversations(base: Ground, product: Process) -> list[str]:
    """One of each customer, who writes for it to exist."""
    client, rng = Client(), random.Random(1)
    await client.connect(product.port)
    for customer in range(CUSTOMERS):
        await client.ask(webhook_request(customer, rng))
    client.close()
    await base.until("SELECT count(*) FROM conversations", CUSTOMERS)
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(base.dsn)
    rows = await connection.fetch("SELECT id::text FROM conversations ORDER BY id")
    await connection.close()
    return [str(row["id"]) for row in rows]


async def _by_rest(
    product: Process, graph: GraphStandIn, token: str, conversations: list[str], count: int
) -> list[float]:
    client = Client()
    await client.connect(product.port)

    async def say(conversation_id: str, text: str) -> None:
        body = msgspec.json.encode({"content": text})
        path = f"/api/v1/conversations/{conversation_id}/messages"
        answer = await client.ask(api_request("POST", path, body, token))
        assert answer.status == 201, answer

    try:
        return await _latencies(graph, say, conversations, count, REST_PAUSE)
    finally:
        client.close()


async def _by_socket(
    product: Process, graph: GraphStandIn, token: str, conversations: list[str], count: int
) -> list[float]:
    line = await LiveLine.connect(product.port, token, _no_error)

    async def say(conversation_id: str, text: str) -> None:
        line.say("send_message", conversation_id=conversation_id, content=text)

    try:
        return await _latencies(graph, say, conversations, count, SOCKET_PAUSE)
    finally:
        line.close()


def _no_error(frame: bytes, _at: float) -> None:
    assert not frame.startswith(b'{"type":"error"'), frame


async def _latencies(graph: GraphStandIn, say: Say, conversations: list[str], count: int, pause: float) -> list[float]:
    graph.forget()
    found = []
    for number in range(count):
        text = f"Olá! Seu atendimento nº {number} já está com a equipe técnica."
        sent_at = time.perf_counter()
        await say(conversations[number % len(conversations)], text)
        async with asyncio.timeout(TIMEOUT):
            _, said, called_at = await graph.calls.get()
        assert said == text
        found.append(called_at - sent_at)
        await asyncio.sleep(pause)
    return found


async def _by_bot(product: Process, graph: GraphStandIn, first: int, count: int) -> list[float]:
    """Each of `count` new customers writes once; the bot answers each."""
    graph.forget()
    client, rng, sent_at = Client(), random.Random(first), {}
    await client.connect(product.port)
    for customer in range(first, first + count):
        sent_at[phone(customer)] = time.perf_counter()
        await client.ask(webhook_request(customer, rng))
        await asyncio.sleep(2 * REST_PAUSE)
    client.close()
    found = []
    async with asyncio.timeout(TIMEOUT):
        for _ in range(count):
            to, _, called_at = await graph.calls.get()
            found.append(called_at - sent_at.pop(to) - DEBOUNCE)
    return found


def _figures(name: str, rounds: list[list[float]], aim: str) -> list[Figure]:
    return [
        Figure(f"{name}, p50", [percentile(values, 50) * 1000 for values in rounds], "ms", aim, 1),
        Figure(f"{name}, p99", [percentile(values, 99) * 1000 for values in rounds], "ms", "", 1),
    ]
