"""The load generator, a process of its own: `python -m bench.load '<Load as JSON>'`.

It builds all requests first, says `ready`, waits for a line, sends them as fast as they are answered, and
prints a `Result` as JSON. Each connection has one request in flight, as Meta's have.
"""

import asyncio
import sys
import time
from collections import deque
from collections.abc import Iterator
from itertools import cycle, islice

import msgspec
import uvloop

from bench.bodies import WEBHOOK, signed_request, webhook_requests
from bench.http_client import Answer, Connection, api_request
from bench.storm_plan import Storm


class Load(msgspec.Struct, frozen=True):
    """`rate`: requests a second, all connections together; without it, as fast as they are answered.

    `storm`: webhooks as in `storm_plan`. With `paths` no webhooks are sent, but these are read with `token`, one after
    the other, again and again.
    """

    port: int
    connections: int
    count: int
    customers: int = 500
    burst: int = 1
    path: str = WEBHOOK
    rate: float | None = None
    paths: tuple[str, ...] = ()
    token: str = ""
    storm: bool = False
    max_seconds: float = 60.0


class Result(msgspec.Struct, frozen=True):
    """Latencies in seconds. `cpu`: the generator's own, while it was sending. `started`: time.monotonic()."""

    answered: int
    failed: int
    seconds: float
    p50: float
    p99: float
    cpu: float
    started: float


class Generator:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._requests = deque(_requests(load))
        self._sent_at: dict[Connection, float] = {}
        self._latencies: list[float] = []
        self._failed = 0
        self._began = 0.0
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> Result:
        loop = asyncio.get_running_loop()
        connections = [Connection(self._answered, self._lost) for _ in range(self._load.connections)]
        for connection in connections:
            await loop.create_connection(lambda made=connection: made, "127.0.0.1", self._load.port)  # type: ignore[misc] # mypy cannot infer a lambda with a default
        await _told_to_go()
        started, cpu = time.monotonic(), time.process_time()
        self._began = loop.time()
        for connection in connections:
            self._next(connection)
        async with asyncio.timeout(self._load.max_seconds):
            await self._done
        seconds, cpu = time.monotonic() - started, time.process_time() - cpu
        for connection in connections:
            connection.close()
        return self._result(started, seconds, cpu)

    def _next(self, connection: Connection) -> None:
        if self._requests and self._load.rate is not None:
            due = self._began + (self._load.count - len(self._requests)) / self._load.rate
            request = self._requests.popleft()
            asyncio.get_running_loop().call_at(due, self._send, connection, request)
        elif self._requests:
            self._send(connection, self._requests.popleft())
        elif not self._done.done() and len(self._latencies) == self._load.count:
            self._done.set_result(None)

    def _send(self, connection: Connection, request: bytes) -> None:
        self._sent_at[connection] = time.perf_counter()
        connection.write(request)

    def _answered(self, connection: Connection, answer: Answer) -> None:
        self._latencies.append(time.perf_counter() - self._sent_at[connection])
        self._failed += answer.status != 200
        self._next(connection)

    def _lost(self) -> None:
        if not self._done.done():
            self._done.set_exception(ConnectionError("the server closed a connection under load"))

    def _result(self, started: float, seconds: float, cpu: float) -> Result:
        ordered = sorted(self._latencies)
        p50, p99 = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
        return Result(len(ordered), self._failed, seconds, p50, p99, cpu, started)


def _requests(load: Load) -> Iterator[bytes]:
    if load.storm:
        bodies = Storm(load.count, load.customers).bodies()
        return (signed_request(body, load.path) for body in bodies)
    if not load.paths:
        return webhook_requests(load.count, load.customers, load.burst, load.path)
    reads = [api_request("GET", path, token=load.token) for path in load.paths]
    return islice(cycle(reads), load.count)


async def _told_to_go() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


async def _main(load: Load) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(await Generator(load).run()) + b"\n")


if __name__ == "__main__":
    uvloop.run(_main(msgspec.json.decode(sys.argv[1], type=Load)))
