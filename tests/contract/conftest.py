"""The contract is held against a whole running system."""

from collections.abc import AsyncIterator

import pytest
from tests.stories.harness import System, running_system


@pytest.fixture
async def system(database_url: str) -> AsyncIterator[System]:
    async with running_system(database_url, registration="open") as running:
        yield running
