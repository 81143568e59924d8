"""Attacks run over real HTTP and WebSocket, and every answer that they get is looked at."""

from collections.abc import AsyncIterator

import pytest
from tests.attacks.ground import watched_system
from tests.stories.harness import System


@pytest.fixture
async def system(database_url: str) -> AsyncIterator[System]:
    async with watched_system(database_url) as running:
        yield running
