"""The hub for several processes, over Redis or Valkey pub/sub."""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from plantao.kit.hub import RESYNC, InProcessHub

log = structlog.get_logger(__name__)

CHANNEL = "plantao:hub"
NODE_BYTES = 8
OUTBOX_LIMIT = 10_000  # messages waiting for Redis; beyond it the others are told to resync
RECONNECT_SECONDS = 0.5
GOODBYE_SECONDS = 1.0  # for the last words of a process that stops


class RedisHub(InProcessHub):
    """For several processes: handlers here at once, those of other processes by Redis pub/sub.

    A frame on the channel: 8 bytes of sender, topic, NUL, message. While Redis is away this process goes on
    alone; when it is back, everybody is told to resync.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self.healthy = False
        self._redis = Redis.from_url(url, socket_connect_timeout=2, health_check_interval=15)
        self._node = secrets.token_bytes(NODE_BYTES)
        self._outbox: asyncio.Queue[bytes] = asyncio.Queue(OUTBOX_LIMIT)
        self._overflowed = False
        self._tasks: list[asyncio.Task[None]] = []
        self._listening = asyncio.Event()
        self._stopping = False

    def publish(self, topic: str, message: bytes) -> None:
        super().publish(topic, message)
        try:
            self._outbox.put_nowait(self._node + topic.encode() + b"\0" + message)
        except asyncio.QueueFull:
            self._overflowed = True

    async def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._forever(self._send_all), name="hub-send"),
            asyncio.create_task(self._forever(self._listen), name="hub-listen"),
        ]
        try:
            async with asyncio.timeout(3):
                await self._listening.wait()
        except TimeoutError:
            log.warning("hub_redis_away")

    async def stop(self) -> None:
        self._stopping = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._outbox.join()
        pending = set(self._tasks)
        while pending:  # the client may swallow a cancellation that meets the end of a call
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=0.1)
        await self._redis.aclose()

    async def _forever(self, work: Callable[[], Awaitable[None]]) -> None:
        while not self._stopping:  # the client may turn a cancellation while it connects into a timeout
            try:
                await work()
            except (RedisError, OSError, TimeoutError) as error:
                self.healthy = False
                log.warning("hub_redis_away", error=type(error).__name__)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _send_all(self) -> None:
        while True:
            if self._overflowed:
                # First of all after an outage, not only with our next word.
                await self._redis.publish(CHANNEL, self._node + RESYNC.encode() + b"\0")
                self._overflowed = False
                self.healthy = self._listening.is_set()
            frame = await self._outbox.get()
            try:
                await self._redis.publish(CHANNEL, frame)
            except (RedisError, OSError, TimeoutError):
                # What could not be told is lost for the others: they read the database again instead.
                self._overflowed = True
                raise
            finally:
                self._outbox.task_done()

    async def _listen(self) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(CHANNEL)
            self.healthy = True
            self._listening.set()
            super().publish(RESYNC, b"")
            try:
                async for message in channel.listen():
                    self._receive(message["data"])
            finally:
                self._listening.clear()

    def _receive(self, frame: bytes) -> None:
        if frame[:NODE_BYTES] == self._node:
            return
        topic, _, message = frame[NODE_BYTES:].partition(b"\0")
        super().publish(topic.decode(), message)
