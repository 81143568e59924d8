"""`queue_update`: the queue to all staff, at most once a second, read and encoded once for all of them."""

import asyncio
from collections.abc import Callable, Collection

import structlog

from plantao.conversations.events import DESK
from plantao.conversations.views import encode_frame
from plantao.kit.clock import Clock
from plantao.kit.db import Database, is_transient
from plantao.kit.hub import RESYNC, Hub
from plantao.realtime.frames import QueueUpdate
from plantao.realtime.socket import Socket
from plantao.routing.waiting import read_queue

log = structlog.get_logger(__name__)

INTERVAL = 1.0  # seconds
PLACES = 50  # in a frame: during an outage hundreds wait, and a screen shows some


class QueueFeed:
    """Speaks up after a change: at once when it has been quiet for a second, else when the second is over."""

    def __init__(self, hub: Hub, database: Database, clock: Clock, staff: Callable[[], Collection[Socket]]) -> None:
        """`staff`: the sockets of this process that may see the queue."""
        self._database = database
        self._clock = clock
        self._staff = staff
        self._changed = asyncio.Event()
        self._told = encode_frame(QueueUpdate(0, []))
        self._unsubscribe = hub.subscribe(self._hear)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="queue-feed")

    async def stop(self) -> None:
        self._unsubscribe()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _hear(self, topic: str, _message: bytes) -> None:
        if topic in (DESK, RESYNC):
            self._changed.set()

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._tell()
            except Exception as error:
                self._changed.set()
                if not is_transient(error):
                    log.exception("queue_feed_failed")
            await asyncio.sleep(INTERVAL)

    async def _tell(self) -> None:
        if not self._staff():
            return
        async with self._database.transaction() as tx:
            queue = await read_queue(tx, self._clock.now(), PLACES)
        frame = encode_frame(QueueUpdate(queue.total_in_queue, queue.queue))
        if frame == self._told:
            return
        self._told = frame
        for socket in self._staff():
            socket.offer(frame)
