"""What happens, told to whoever watches: the page (SSE), tests that wait, and the tasks behind both."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

from plantao_simulator.wire import JsonObject

T = TypeVar("T")
_log = logging.getLogger("plantao_simulator")
_QUEUE = 1000


class Bus:
    """Publishes events. A watcher that falls behind is cut off, so it notices and reads the state anew."""

    def __init__(self) -> None:
        self._watchers: set[asyncio.Queue[JsonObject | None]] = set()
        self._changed: asyncio.Event = asyncio.Event()
        self._seq = 0

    def publish(self, kind: str, data: JsonObject) -> None:
        """Tells everybody. `kind` becomes the SSE event name."""
        self._seq += 1
        self._changed.set()
        self._changed = asyncio.Event()
        for queue in list(self._watchers):
            self._give(queue, {"seq": self._seq, "kind": kind, "data": data})

    def _give(self, queue: asyncio.Queue[JsonObject | None], event: JsonObject) -> None:
        if queue.qsize() < _QUEUE:
            queue.put_nowait(event)
        elif queue in self._watchers:
            self._watchers.discard(queue)
            queue.put_nowait(None)

    async def watch(self) -> AsyncIterator[JsonObject]:
        """Events from now on: `{"seq", "kind", "data"}`. Ends when the simulator stops or the watcher is too slow."""
        queue: asyncio.Queue[JsonObject | None] = asyncio.Queue()
        self._watchers.add(queue)
        try:
            while (event := await queue.get()) is not None:
                yield event
        finally:
            self._watchers.discard(queue)

    async def until(self, probe: Callable[[], T | None], timeout: float) -> T:
        """The first answer of `probe` that is not None, asked again after every event; TimeoutError else."""
        async with asyncio.timeout(timeout):
            while (found := probe()) is None:
                await self._changed.wait()
            return found

    def close(self) -> None:
        """Ends every watch."""
        for queue in self._watchers:
            queue.put_nowait(None)
        self._watchers.clear()


class Tasks:
    """Tasks that nobody awaits: kept alive, ended at stop, and never silent about an error."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("task_failed", exc_info=error)

    async def stop(self) -> None:
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
