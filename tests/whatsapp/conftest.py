from collections.abc import AsyncIterator

import pytest
from tests.whatsapp.outgoing import Outgoing, outgoing


@pytest.fixture
async def out(database_url: str) -> AsyncIterator[Outgoing]:
    async with outgoing(database_url) as made:
        yield made
