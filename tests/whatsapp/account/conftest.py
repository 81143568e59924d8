"""A materialiser over an empty database, and a way to say things to it as Meta does."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from tests.conversations.world import RULES
from tests.whatsapp.account.saying import ACCOUNT, NUMBER, Say, speaker

from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.whatsapp.graph.client import GraphClient
from plantao.whatsapp.graph.tokens import FixedToken
from plantao.whatsapp.group_commit import LedgerWriter
from plantao.whatsapp.materialise import Materialiser
from plantao.whatsapp.numbers import Number, Numbers
from plantao.whatsapp.receipts import Receipts

KNOWN = """
    INSERT INTO whatsapp_numbers (phone_number_id, business_account_id, display_phone_number, messaging_limit)
    VALUES (:number, :account, '+55 11 3333-4444', 'TIER_10K'), ('2', :account, '+55 11 3333-5555', 'TIER_10K')
"""


@pytest.fixture
async def say(database: Database, clock: ManualClock, free_port: int) -> AsyncIterator[Say]:
    graph = GraphClient(f"http://127.0.0.1:{free_port}", "v26.0", "1", "token")
    numbers = Numbers([Number(NUMBER, ACCOUNT, None, True, graph, FixedToken("token"))])
    receipts = Receipts()
    materialiser = Materialiser(database, clock, RULES, numbers, receipts, LedgerWriter(database, clock))
    yield speaker(database, materialiser, clock)
    await receipts.drain()
    await graph.aclose()


@pytest.fixture
async def known_number(database: Database) -> None:
    """Two numbers of ours in one account, as a sync has left them."""
    async with database.transaction() as tx:
        await tx.run(text(KNOWN), {"number": NUMBER, "account": ACCOUNT})
