"""Argon2id in a few threads of its own: the event loop never waits for a hash, and the queue for them is bounded."""

import asyncio
import functools
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from plantao.kit.errors import ServiceUnavailable

T = TypeVar("T")

# OWASP's second choice: 19 MiB and about 20 ms a hash, so that a small server can take a morning's log-ins.
MEMORY_KIB, PASSES, LANES = 19_456, 2, 1
THREADS = 2
MAX_WAITING = 64  # about a second of work


@functools.lru_cache
def _nobodys(memory_kib: int, passes: int, lanes: int) -> str:
    """The hash of a password that nobody has."""
    argon2 = PasswordHash([Argon2Hasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)])
    return argon2.hash(secrets.token_urlsafe())


class Verification(NamedTuple):
    """`rehashed` is the same password under today's parameters, when the stored hash is older than they are."""

    matches: bool
    rehashed: str | None


class PasswordHasher:
    """Hashes and verifies. Raises `ServiceUnavailable` when too many hashes wait already."""

    def __init__(
        self,
        *,
        memory_kib: int = MEMORY_KIB,
        passes: int = PASSES,
        lanes: int = LANES,
        threads: int = THREADS,
        max_waiting: int = MAX_WAITING,
    ) -> None:
        self._argon2 = PasswordHash([Argon2Hasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)])
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._limit = threads + max_waiting
        self._pending = 0
        # Nobody's password: what is verified when there is no such user, so that this takes the same time.
        self._dummy = _nobodys(memory_kib, passes, lanes)

    async def hash(self, password: str) -> str:
        return await self._run(functools.partial(self._argon2.hash, password))

    async def verify(self, password: str, stored: str | None) -> Verification:
        """`stored` None (no such user) takes as long as a wrong password, and never matches."""
        verify = functools.partial(self._argon2.verify_and_update, password, stored or self._dummy)
        return Verification(*await self._run(verify))

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._pending >= self._limit:
            detail = "Muitos acessos ao mesmo tempo. Tente novamente em instantes."
            raise ServiceUnavailable(detail, headers={"Retry-After": "2"})
        self._pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._pending -= 1
