"""From an agent's send, or a customer's question to the bot, to the call of Meta's Graph API."""

import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncpg
import msgspec

from bench.bodies import PHONE_NUMBER_ID, phone, webhook_request
from bench.graph import GraphStandIn
from bench.http_client import Client, api_request
from bench.live_line import LiveLine
from bench.processes import cpu_seconds
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
    queued: int


FULL = Size(rounds=3, rest=150, socket=60, bot=40, queued=3000)
QUICK = Size(rounds=1, rest=50, socket=25, bot=15, queued=1000)

# A campaign: one message each for many customers, by a number that Meta lets send 1,000 a second.
RAISE = """
    INSERT INTO whatsapp_sending (phone_number_id, throughput) VALUES ($1, 'HIGH') ON CONFLICT DO NOTHING
"""
QUEUE = (
    """INSERT INTO customers (id, name, phone, wa_id, created_at)
       SELECT md5($1 || n)::uuid, 'Cliente', $1 || n, $1 || n, now() FROM generate_series(10000, 9999 + $2::int) n""",
    """INSERT INTO conversations (id, protocol, customer_id, channel, phone_number_id, status, handled_by, last_seq,
                                  started_at, last_message_at)
       SELECT md5('c' || $1 || n)::uuid, $1 || n, md5($1 || n)::uuid, 'whatsapp', $3, 'in_progress', 'bot', 1, now(),
              now()
       FROM generate_series(10000, 9999 + $2::int) n""",
    """INSERT INTO messages (id, conversation_id, seq, direction, type, content, sent_at, stored_at, sent_by, status,
                             status_rank, sent_from, due_at)
       SELECT md5('m' || $1 || n)::uuid, md5('c' || $1 || n)::uuid, 1, 'outgoing', 'text', 'Sua fatura chegou.', now(),
              now(), 'api', 'queued', 0, $3, now()
       FROM generate_series(10000, 9999 + $2::int) n""",
)


async def measure(size: Size) -> list[Figure]:
    rest: list[list[float]] = []
    socket: list[list[float]] = []
    bot: list[list[float]] = []
    queued: list[float] = []
    thrifty: list[float] = []
    async with ground() as base, GraphStandIn().running() as graph:
        async with plantao(base.data_dir, graph.port, QUIET_BOT) as product:
            conversations = await _conversations(base, product)
            token = await log_in(product.port)
            for number in range(size.rounds):
                print(f"send: round {number + 1} of {size.rounds}", file=sys.stderr)
                rest.append(await _by_rest(product, graph, token, conversations, size.rest))
                socket.append(await _by_socket(product, graph, token, conversations, size.socket))
            for number in range(size.rounds):
                print(f"send: a campaign, round {number + 1} of {size.rounds}", file=sys.stderr)
                speed, per_cpu = await _campaign(base, product, graph, number, size.queued)
                queued.append(speed)
                thrifty.append(per_cpu)
        async with plantao(base.data_dir, graph.port, DEBOUNCE) as product:
            for number in range(size.rounds):
                print(f"send: bot, round {number + 1} of {size.rounds}", file=sys.stderr)
                bot.append(await _by_bot(product, graph, CUSTOMERS + number * size.bot, size.bot))
    return [
        *_figures("Agent's REST send to Graph call", rest, "< 15"),
        *_figures("Agent's WebSocket send to Graph call", socket, "< 15"),
        Figure("Sent of a campaign to many customers, by a number of 1,000 a second", queued, "messages/s", "", 0),
        Figure("The same per CPU second of the server", thrifty, "messages/s", "", 0),
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


async def _campaign(
    base: Ground, product: Process, graph: GraphStandIn, number: int, count: int
) -> tuple[float, float]:
    """Messages a second from the first call of Graph to the last, and by the server's own processor time."""
    graph.forget()
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(base.dsn)
    prefix = f"55119{number}"
    async with connection.transaction():
        await connection.execute(RAISE, PHONE_NUMBER_ID)
        for statement in QUEUE:
            given = (prefix, count, PHONE_NUMBER_ID) if "$3" in statement else (prefix, count)
            await connection.execute(statement, *given)
    await connection.close()
    moments: list[float] = []
    before = cpu_seconds(product.pid)
    async with asyncio.timeout(TIMEOUT + count / 50):
        while len(moments) < count:
            moments.append((await graph.calls.get())[2])
    return (count - 1) / (max(moments) - min(moments)), count / (cpu_seconds(product.pid) - before)


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
