"""A small total is of now; a large one at most two seconds old, and nobody else's."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.conversations.world import opened

from plantao.conversations.listing import Filters
from plantao.conversations.models import Channel, ConversationStatus
from plantao.conversations.paging import ConversationList
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database

BOUND = 3
ALL = Filters()


@pytest.fixture
def phones() -> Iterator[str]:
    return (str(5511900000000 + n) for n in count())


async def open_some(database: Database, now: datetime, phones: Iterator[str], number: int) -> list[UUID]:
    return [await opened(database, now, next(phones)) for _ in range(number)]


async def total(conversations: ConversationList, filters: Filters = ALL) -> int:
    """As a first page says it that is not the last."""
    return (await conversations.page(filters, limit=1, offset=0)).total


async def run(database: Database, statement: str, **values: object) -> None:
    async with database.transaction() as tx:
        await tx.run(text(statement), values)


async def test_up_to_the_bound_each_request_counts(
    database: Database, clock: ManualClock, phones: Iterator[str]
) -> None:
    conversations = ConversationList(database, clock, exact_up_to=BOUND)
    assert await total(conversations) == 0
    for expected in range(1, BOUND + 1):
        await open_some(database, clock.now(), phones, 1)
        assert await total(conversations) == expected


async def test_beyond_it_a_total_is_kept_for_two_seconds_at_most(
    database: Database, clock: ManualClock, phones: Iterator[str]
) -> None:
    conversations = ConversationList(database, clock, exact_up_to=BOUND)
    await open_some(database, clock.now(), phones, 5)
    assert await total(conversations) == 5
    await open_some(database, clock.now(), phones, 2)
    clock.advance(milliseconds=999)
    assert await total(conversations) == 5
    clock.advance(milliseconds=1)
    assert await total(conversations) == 5  # the old one, while the new one is counted
    clock.advance(seconds=1)
    assert await total(conversations) == 7


async def test_a_total_that_has_become_small_is_exact_again(
    database: Database, clock: ManualClock, phones: Iterator[str]
) -> None:
    conversations = ConversationList(database, clock, exact_up_to=BOUND)
    made = await open_some(database, clock.now(), phones, 5)
    assert await total(conversations) == 5
    await run(database, "DELETE FROM conversations WHERE id = ANY(:ids)", ids=made[:3])
    clock.advance(seconds=2)
    assert await total(conversations) == 2
    await open_some(database, clock.now(), phones, 1)
    assert await total(conversations) == 3


async def test_totals_are_kept_apart_by_every_filter_and_by_who_looks(
    database: Database, clock: ManualClock, phones: Iterator[str]
) -> None:
    conversations = ConversationList(database, clock, exact_up_to=0)
    made = await open_some(database, clock.now(), phones, 15)
    await _serve(database, 1, made[:2])
    await _serve(database, 2, made[2:5])
    await run(database, "UPDATE conversations SET channel = 'web' WHERE id = ANY(:ids)", ids=made[:7])
    await run(database, "UPDATE conversations SET status = 'queue', handled_by = 'none' WHERE id = ANY(:ids)",
              ids=made[11:])  # fmt: skip
    expected = {
        ALL: 15,
        Filters(assigned_to=1): 2,
        Filters(assigned_to=2): 3,
        Filters(channel=Channel.WEB): 7,
        Filters(channel=Channel.WHATSAPP): 8,
        Filters(status=ConversationStatus.IN_PROGRESS): 11,
        Filters(visible_to=1): 6,
        Filters(visible_to=2): 7,
        Filters(visible_to=3): 4,
        Filters(visible_to=2, assigned_to=2): 3,
    }
    for _ in range(2):  # counted first, then kept
        assert {filters: await total(conversations, filters) for filters in expected} == expected


async def _serve(database: Database, agent_id: int, ids: list[UUID]) -> None:
    statement = "UPDATE conversations SET handled_by = 'agent', assigned_to = :agent WHERE id = ANY(:ids)"
    await run(database, statement, agent=agent_id, ids=ids)


@pytest.mark.parametrize("bound", ["start_date", "end_date"])
async def test_a_total_within_a_time_is_of_now_and_not_kept(
    database: Database, clock: ManualClock, phones: Iterator[str], bound: str
) -> None:
    conversations = ConversationList(database, clock, exact_up_to=0, most_kept=1)
    await open_some(database, clock.now(), phones, 2)
    assert await total(conversations) == 2
    await open_some(database, clock.now(), phones, 1)
    within = Filters(start_date=clock.now()) if bound == "start_date" else Filters(end_date=clock.now())
    assert await total(conversations, within) == 3
    await open_some(database, clock.now(), phones, 1)
    assert await total(conversations, within) == 4
    assert await total(conversations) == 2  # what was kept has not been driven out


async def test_of_too_many_the_longest_unasked_is_dropped(
    database: Database, clock: ManualClock, phones: Iterator[str]
) -> None:
    conversations = ConversationList(database, clock, exact_up_to=0, most_kept=2)
    served, whatsapp = Filters(status=ConversationStatus.IN_PROGRESS), Filters(channel=Channel.WHATSAPP)
    await open_some(database, clock.now(), phones, 2)
    asked = [await total(conversations, filters) for filters in (ALL, served, ALL, whatsapp)]
    assert asked == [2, 2, 2, 2]
    await open_some(database, clock.now(), phones, 1)
    assert await total(conversations) == 2
    assert await total(conversations, whatsapp) == 2
    assert await total(conversations, served) == 3


async def test_a_last_page_says_the_total_itself(database: Database, clock: ManualClock, phones: Iterator[str]) -> None:
    conversations = ConversationList(database, clock, exact_up_to=1)
    await open_some(database, clock.now(), phones, 5)
    assert await total(conversations) == 5
    await open_some(database, clock.now(), phones, 1)
    page = await conversations.page(ALL, limit=4, offset=4)
    assert (len(page.rows), page.total) == (2, 6)
    beyond = await conversations.page(ALL, limit=4, offset=100)
    assert (len(beyond.rows), beyond.total) == (0, 5)


async def test_who_lists_holds_no_connection_while_waiting_for_a_total(
    database_url: str, clock: ManualClock, phones: Iterator[str]
) -> None:
    database = Database(database_url, pool_size=1)
    conversations = ConversationList(database, clock, exact_up_to=0)
    await open_some(database, clock.now(), phones, 2)
    async with asyncio.timeout(8):  # the pool itself would give up after ten
        assert set(await asyncio.gather(*(total(conversations) for _ in range(5)))) == {2}
    await database.dispose()
