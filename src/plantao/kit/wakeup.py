"""A bell for a worker: rung when there is work, with a poll as the safety net."""

import asyncio


class Bell:
    """Remembers a ring, so that none is lost between looking for work and waiting for it.

    Clear first, then look, then wait: a ring that comes while the worker looks is found by the wait.
    """

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._event.set()

    def clear(self) -> None:
        self._event.clear()

    async def wait(self, timeout: float) -> None:
        """Until the next ring, at most `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                await self._event.wait()
        except TimeoutError:
            pass
