"""hypothesis over a running system: examples are drawn in a thread, and tried in the system's own event loop."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

SLOWEST = 30  # seconds for one example
JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["\0", "\ud800", "9" * 600, 10**400, "ping", "text", "0199d2a4-7b1e-7c3a-9f00-3b1d2c4e5f60"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


async def fuzz(strategy: st.SearchStrategy[Any], check: Callable[[Any], Awaitable[None]], examples: int) -> None:
    """Always the same examples. `check` raises for one that does harm; hypothesis then finds the smallest such."""
    loop = asyncio.get_running_loop()

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
    )
    @given(strategy)
    def tried(example: Any) -> None:
        asyncio.run_coroutine_threadsafe(_awaited(check, example), loop).result(SLOWEST)

    await asyncio.to_thread(tried)


async def _awaited(check: Callable[[Any], Awaitable[None]], example: Any) -> None:
    await check(example)
