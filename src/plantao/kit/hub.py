"""Live fan-out: what one process publishes, every subscriber of every process hears.

Nothing here is durable. Who needs certainty reads the database again, and `RESYNC` says when to:
after any moment in which messages may have been missed.
"""

from collections.abc import Callable
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)

Handler = Callable[[str, bytes], None]
RESYNC = "hub.resync"


class Hub(Protocol):
    # None where there is nothing outside the process that could be ill.
    healthy: bool | None

    def publish(self, topic: str, message: bytes) -> None:
        """Hands `message` to all subscribers. Never blocks, never raises."""
        ...

    def subscribe(self, handler: Handler) -> Callable[[], None]:
        """`handler(topic, message)` is called for everything published; the answer ends that."""
        ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class InProcessHub:
    """For a single process: a list of handlers."""

    healthy: bool | None = None

    def __init__(self) -> None:
        self._handlers: list[Handler] = []

    def publish(self, topic: str, message: bytes) -> None:
        for handler in tuple(self._handlers):
            try:
                handler(topic, message)
            except Exception:
                log.exception("hub_handler_failed", topic=topic)

    def subscribe(self, handler: Handler) -> Callable[[], None]:
        self._handlers.append(handler)
        return lambda: self._handlers.remove(handler)

    async def start(self) -> None:
        return

    async def stop(self) -> None:
        return


def open_hub(redis_url: str | None) -> Hub:
    """The hub for one process, or with Redis for several."""
    if redis_url is None:
        return InProcessHub()
    # Importing the client takes a quarter of a second, which a single process can spare.
    from plantao.kit.redis_hub import RedisHub  # noqa: PLC0415

    return RedisHub(redis_url)
