"""File locks (flock). The kernel frees them when the last holder dies, however it dies.

A lock belongs to the open file: it is inherited by children that inherit the descriptor.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plantao.kit.postgres.errors import LockTimeoutError
from plantao.kit.postgres.layout import Layout

POLL = 0.01
"""Seconds between two looks at something that we wait for."""


def try_lock(layout: Layout, path: Path, kind: int = fcntl.LOCK_EX) -> int | None:
    """The locked descriptor, or None when somebody holds the lock."""
    descriptor = layout.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def is_free(layout: Layout, path: Path) -> bool:
    """Whether nobody holds the lock. Ask only under the start lock: asking takes it for an instant."""
    descriptor = try_lock(layout, path)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is not None


@contextmanager
def starting(layout: Layout, timeout: float) -> Iterator[None]:
    """Nobody else starts or stops the server inside this block."""
    deadline = time.monotonic() + timeout
    while (descriptor := try_lock(layout, layout.start_lock)) is None:
        if time.monotonic() > deadline:
            raise LockTimeoutError(
                f"another process has held {layout.start_lock} for {timeout:g} s: see who with 'fuser', or wait"
            )
        time.sleep(POLL)
    try:
        yield
    finally:
        os.close(descriptor)
