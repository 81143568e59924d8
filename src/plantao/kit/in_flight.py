"""Work begun and not yet ended: so much at once, logged when it fails, waited for at the end."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class InFlight:
    """`limit` is for the caller to ask (`free`), not enforced. `on_end` is called after each, well or badly."""

    def __init__(self, name: str, limit: int, on_end: Callable[[], None] | None = None) -> None:
        self._name = name
        self._limit = limit
        self._on_end = on_end
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def free(self) -> int:
        return self._limit - len(self._tasks)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def cancel(self) -> None:
        """For work that may be begun again."""
        for task in self._tasks:
            task.cancel()

    async def drain(self) -> None:
        """Until nothing is in flight."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # What was claimed becomes due again when its lease ends: nothing is lost.
            log.error("work_failed", work=self._name, exc_info=error)
        if self._on_end is not None:
            self._on_end()
