"""A server that is killed comes back: for programs that run for months."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from plantao.kit.postgres.errors import PostgresError
from plantao.kit.postgres.server import EmbeddedPostgres

log = logging.getLogger(__name__)

LOOK_EVERY = 0.25  # seconds
AFTER_FAILURE = 5.0


@contextmanager
def kept_alive(server: EmbeddedPostgres) -> Iterator[None]:
    """While the block runs, a thread starts the server again whenever it is found dead."""
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(server, over), name="postgres-watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _watch(server: EmbeddedPostgres, over: threading.Event) -> None:
    pause = LOOK_EVERY
    while not over.wait(pause):
        try:
            if server.revive():
                log.warning("PostgreSQL had been killed and was started again")
            pause = LOOK_EVERY
        except PostgresError as error:
            log.error("PostgreSQL was killed and does not start: %s", error)
            pause = AFTER_FAILURE
