"""Stories run through HTTP and the WebSocket, over a real PostgreSQL and the stand-in for Meta."""

from collections.abc import AsyncIterator

import pytest
from tests.stories.harness import System, running_system


@pytest.fixture
async def system(database_url: str) -> AsyncIterator[System]:
    async with running_system(database_url) as running:
        yield running
