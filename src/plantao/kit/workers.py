"""Loops that take work from the database until they are told to stop."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from plantao.kit.wakeup import Bell

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0  # a worker looks for work at least so often, rung or not
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds after a step that failed


class Worker:
    """Calls `step` again and again; between calls it waits for its bell.

    `step` answers how many seconds there is certainly nothing to do: 0 asks to be called again at once.
    A step that raises is logged and called again after a growing pause: a worker never dies of its work.
    """

    def __init__(
        self, name: str, step: Callable[[], Awaitable[float]], bell: Bell, *, poll: float = POLL_SECONDS
    ) -> None:
        self.name = name
        self._step = step
        self._bell = bell
        self._poll = poll
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"worker-{self.name}")

    async def stop(self) -> None:
        """Lets the step in flight finish, then ends."""
        self._stopping = True
        self._bell.ring()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping:
            self._bell.clear()
            try:
                idle = await self._step()
                pause = FIRST_PAUSE
            except Exception:
                log.exception("worker_step_failed", worker=self.name)
                idle, pause = pause, min(pause * 2, LONGEST_PAUSE)
            if idle > 0 and not self._stopping:
                await self._bell.wait(min(idle, self._poll))
