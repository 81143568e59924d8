"""Moving windows that several processes share, in Redis or Valkey."""

from typing import Any

from limits.aio.storage import RedisStorage
from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

ANSWER_SECONDS = 0.5  # what a request waits for Redis, before it is counted in memory
CONNECTIONS = 16


class SharedWindows(RedisStorage):
    """The library's storage, with few connections and little patience. Connects when it is first asked.

    All processes must agree about the time to well within a window: hits carry the clock of who counted them.
    """

    def __init__(self, url: str) -> None:
        self._pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=ANSWER_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 1),  # one: a connection that was kept may have died since
        )
        pool: dict[str, Any] = {"connection_pool": self._pool}  # documented, but not in the annotation
        super().__init__(
            _as_the_library_names_it(url),
            wrap_exceptions=True,
            implementation="redispy",
            key_prefix="plantao:limits",
            **pool,
        )

    async def aclose(self) -> None:
        await self._pool.disconnect()


def _as_the_library_names_it(url: str) -> str:
    return f"redis+{url}" if url.startswith("unix:") else url
