"""The migrated database is the one that the code describes, and each hot query has its index."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

# The metadata holds what was imported, and not every worker has run a migration.
import plantao.chatbot.tables
import plantao.conversations.tables
import plantao.customers.tables
import plantao.identity.tables
import plantao.routing.tables
import plantao.tags.tables
import plantao.whatsapp.tables  # noqa: F401 - imported for their effect
from plantao.conversations import bot_turns, listing, outbox, queueing, waking
from plantao.conversations import repository as conversations
from plantao.conversations.models import Channel, ConversationStatus
from plantao.customers import repository as customers
from plantao.kit import migrations
from plantao.kit.db import Database, metadata
from plantao.kit.migrations import current_revision, migrate, newest_revision
from plantao.kit.postgres import EmbeddedPostgres
from plantao.whatsapp import ledger


async def administer(cluster: EmbeddedPostgres, *statements: str) -> None:
    engine = create_async_engine(cluster.url("postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))


@pytest.fixture
def empty_url(cluster: EmbeddedPostgres, worker_id: str) -> Iterator[str]:
    name = f"empty_{worker_id}"
    asyncio.run(administer(cluster, f"CREATE DATABASE {name}"))
    yield cluster.url(name)
    asyncio.run(administer(cluster, f"DROP DATABASE {name} WITH (FORCE)"))


def differences(connection: Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_the_migrated_database_is_the_one_that_the_tables_describe(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_two_migrators_at_once_leave_one_schema(empty_url: str) -> None:
    assert await current_revision(empty_url) is None
    await asyncio.gather(migrate(empty_url), migrate(empty_url), migrate(empty_url))
    assert await current_revision(empty_url) == newest_revision()
    await migrate(empty_url)


async def holding(url: str, statement: str, until: asyncio.Event, held: asyncio.Event) -> None:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text(statement))
        held.set()
        await until.wait()


async def test_a_migration_that_meets_a_lock_gives_way_and_is_tried_again(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others are held up for the lock's timeout at most, not for as long as the long transaction lasts."""
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(migrations, "PAUSE_SECONDS", 0.05)
    failures, release, held = [], asyncio.Event(), asyncio.Event()
    upgrade = migrations._upgrade

    async def watched(url: str) -> None:
        try:
            await upgrade(url)
        except DBAPIError as error:
            failures.append(getattr(error.orig, "sqlstate", None))
            release.set()
            await holder
            raise

    monkeypatch.setattr(migrations, "_upgrade", watched)
    # Alembic wants this table; so does somebody else who creates it in a long transaction.
    create = "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL PRIMARY KEY)"
    engine = create_async_engine(empty_url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text(create))
    lock = holding(empty_url, "LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE", release, held)
    monkeypatch.setattr(migrations, "current_revision", nothing_yet)
    holder = asyncio.create_task(lock)
    await held.wait()
    async with asyncio.timeout(20):
        await migrate(empty_url)
    assert failures == ["55P03"]
    assert await current_revision(empty_url) == newest_revision()


async def nothing_yet(_url: str) -> None:
    return None


async def test_a_lock_that_stays_is_an_error_after_a_few_tries(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await migrate(empty_url)
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT", "20ms")
    monkeypatch.setattr(migrations, "PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(migrations, "current_revision", nothing_yet)
    release, held = asyncio.Event(), asyncio.Event()
    lock = holding(empty_url, "LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE", release, held)
    holder = asyncio.create_task(lock)
    await held.wait()
    with pytest.raises(DBAPIError, match="lock timeout"):
        await migrate(empty_url)
    release.set()
    await holder


def test_the_revisions_are_numbered_in_one_line() -> None:
    names = sorted(path.name for path in (migrations.migrations_directory() / "versions").glob("*.py"))
    assert [name.split("_")[0] for name in names] == [f"{n:04}" for n in range(1, len(names) + 1)]


FILL = (
    """INSERT INTO customers (id, name, phone, wa_id, created_at)
       SELECT md5('k' || n)::uuid, 'Cliente ' || n, (5511900000000 + n)::text, (5511900000000 + n)::text, now()
       FROM generate_series(1, 20000) n""",
    """INSERT INTO customer_identifiers
       SELECT kind, (5511900000000 + n)::text, md5('k' || n)::uuid
       FROM generate_series(1, 20000) n, unnest(ARRAY['phone', 'wa_id']) kind""",
    # Of each customer's three the last may be open: some with people, a few waiting, a few with the bot.
    """INSERT INTO conversations (id, protocol, customer_id, channel, status, handled_by, assigned_to, last_seq,
                                  started_at, last_message_at, queued_at, bot_due_at, closed_at)
       SELECT md5('c' || n)::uuid, 'p' || n, md5('k' || (n % 20000 + 1))::uuid, 'whatsapp', status,
              CASE status WHEN 'in_progress' THEN CASE WHEN n % 2 = 0 THEN 'agent' ELSE 'bot' END ELSE 'none' END,
              CASE WHEN status = 'queue' OR status = 'in_progress' AND n % 2 = 1 THEN NULL ELSE n % 50 + 1 END,
              5, at, at, CASE status WHEN 'queue' THEN at END,
              CASE WHEN status = 'in_progress' AND n % 20 = 1 THEN at END,
              CASE status WHEN 'resolved' THEN at END
       FROM (SELECT n, now() - n * interval '20 seconds' AS at,
                    CASE WHEN n > 1200 THEN 'resolved' WHEN n % 10 = 0 THEN 'queue' ELSE 'in_progress' END AS status
             FROM generate_series(1, 60000) n) AS made""",
    """INSERT INTO messages (id, conversation_id, seq, direction, type, content, sent_at, stored_at, sent_by, status,
                             status_rank, external_id, due_at, sent_from)
       SELECT md5('m' || n)::uuid, md5('c' || (n % 60000 + 1))::uuid, n / 60000 + 1,
              CASE n % 2 WHEN 0 THEN 'incoming' ELSE 'outgoing' END, 'text', 'texto ' || n, now(), now(), 'bot',
              'delivered', 20, 'wamid.' || n, CASE WHEN n % 1500 = 1 THEN now() END, '1'
       FROM generate_series(0, 299999) n""",
    """INSERT INTO webhook_ledger (received_at, body, materialised_at)
       SELECT now(), '{}', CASE WHEN n <= 99900 THEN now() END FROM generate_series(1, 100000) n""",
    """INSERT INTO conversation_reads (user_id, conversation_id, seq)
       SELECT n % 50 + 1, md5('c' || n)::uuid, 3 FROM generate_series(1, 60000) n""",
    "INSERT INTO tags (name, key, color) SELECT n::text, n::text, 'gray' FROM generate_series(1, 40) AS n",
    # The first is everywhere, the last on 20 that were closed long ago, the others on one in 40.
    """INSERT INTO conversation_tags (conversation_id, tag_id)
       SELECT md5('c' || n)::uuid, tag FROM generate_series(1, 60000) n,
              LATERAL (VALUES (1), (2 + n % 38), (CASE WHEN n > 59980 THEN 40 END)) AS worn (tag)
       WHERE tag IS NOT NULL""",
    "ANALYZE",
)
NOW = datetime(2036, 1, 1, tzinfo=UTC)
DAY = datetime.now(UTC) - timedelta(days=5)
CONVERSATION, CUSTOMER = UUID(int=1), [UUID(int=1)]
LISTS: dict[str, listing.Filters] = {
    "all": listing.Filters(),
    "of an agent": listing.Filters(assigned_to=7),
    "resolved": listing.Filters(status=ConversationStatus.RESOLVED),
    "waiting": listing.Filters(status=ConversationStatus.QUEUE),
    "served": listing.Filters(status=ConversationStatus.IN_PROGRESS),
    "closed": listing.Filters(status=ConversationStatus.CLOSED),
    "resolved of an agent": listing.Filters(status=ConversationStatus.RESOLVED, assigned_to=7),
    "served by an agent": listing.Filters(status=ConversationStatus.IN_PROGRESS, assigned_to=7),
    "of a channel": listing.Filters(channel=Channel.WHATSAPP),
    "of a rare channel": listing.Filters(channel=Channel.WEB),
    "of an absent channel": listing.Filters(channel=Channel.API),
    "of a day": listing.Filters(start_date=DAY, end_date=DAY + timedelta(days=1)),
    "served by an agent, not put aside": listing.Filters(
        status=ConversationStatus.IN_PROGRESS, assigned_to=7, snoozed=False
    ),
    "put aside by an agent": listing.Filters(assigned_to=7, snoozed=True),
    "put aside, all": listing.Filters(snoozed=True),
    "visible to an agent, put aside": listing.Filters(visible_to=7, snoozed=True),
    "visible to an agent": listing.Filters(visible_to=7),
    "visible to an agent, resolved": listing.Filters(visible_to=7, status=ConversationStatus.RESOLVED),
    "visible to an agent, waiting": listing.Filters(visible_to=7, status=ConversationStatus.QUEUE),
    "visible to an agent, of a rare channel": listing.Filters(visible_to=7, channel=Channel.WEB),
    "wearing a common tag": listing.Filters(tag=1),
    "wearing a rare tag": listing.Filters(tag=40),
    "visible to an agent, wearing a common tag": listing.Filters(visible_to=7, tag=1),
    "visible to an agent, of a day": listing.Filters(visible_to=7, start_date=DAY),
}
QUEUES: dict[str, Any] = {
    "numbers": ["1"] * 4,
    "senders": ["agent", "bot", "system", "api"],
    "lanes": [0, 1, 1, 2],
    "shares": [0, 2, 2, 2],
}
CLAIM: tuple[Any, dict[str, Any]] = (outbox.CLAIM, QUEUES | {"now": NOW, "lease_until": NOW, "limit": 32})
NEXT_DUE: tuple[Any, dict[str, Any]] = (outbox.NEXT_DUE, QUEUES | {"now": NOW})
QUERIES: dict[str, tuple[Any, dict[str, Any]]] = {
    "page of messages": (conversations.PAGE_OF_MESSAGES, {"id": CONVERSATION, "before_seq": 2**31 - 1, "limit": 200}),
    "messages after": (conversations.MESSAGES_AFTER, {"id": CONVERSATION, "after_seq": 3, "limit": 200}),
    "one conversation": (conversations.FIND, {"id": CONVERSATION}),
    "outbox claim": CLAIM,
    "outbox next due": NEXT_DUE,
    "outbox depth": (outbox.COUNT_PENDING, {}),
    "statuses": (outbox.KNOWN, {"external_ids": ["wamid.1"], "ids": [CONVERSATION]}),
    "bot claim": (bot_turns.CLAIM, {"now": NOW, "lease_until": NOW, "limit": 16}),
    "bot next due": (bot_turns.NEXT_DUE, {}),
    "those to be woken": (waking.WAKE_DUE, {"now": NOW, "limit": 500}),
    "head of the queue": (queueing.NEXT, {}),
    "queue depth": (queueing.DEPTH, {}),
    "loads": (queueing.LOADS, {"agents": [1, 2, 3]}),
    "identifiers": (customers.FIND_OWNERS, {"kinds": ["phone"], "values": ["5511900000001"]}),
    "a customer's identifiers": (customers.FIND_IDENTIFIERS_OF, {"ids": CUSTOMER}),
    "ledger pending": (ledger.PENDING, {"limit": 256, "max_bytes": 10_000_000}),
    "ledger depth": (ledger.COUNT_PENDING, {}),
}
LARGE = {
    "conversations",
    "conversation_reads",
    "conversation_tags",
    "messages",
    "customers",
    "customer_identifiers",
    "webhook_ledger",
}


async def fill(cluster: EmbeddedPostgres, template: str, name: str) -> None:
    await administer(cluster, f"CREATE DATABASE {name} TEMPLATE {template}")
    engine = create_async_engine(cluster.url(name), poolclass=NullPool)
    async with engine.begin() as connection:
        for statement in FILL:
            await connection.execute(text(statement))


@pytest.fixture(scope="module")
def large(cluster: EmbeddedPostgres, worker_database_url: str, worker_id: str) -> Iterator[str]:
    """A database of a provider that has been at work for a while."""
    name = f"large_{worker_id}"
    asyncio.run(fill(cluster, "plantao_template", name))
    yield cluster.url(name)
    with suppress(DBAPIError):
        asyncio.run(administer(cluster, f"DROP DATABASE {name} WITH (FORCE)"))


def sequential_scans(plan: dict[str, Any]) -> set[str]:
    found = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return found.union(*(sequential_scans(child) for child in plan.get("Plans", [])))


async def scans(connection: AsyncConnection, statement: Any, values: dict[str, Any]) -> set[str]:
    explain = text(f"EXPLAIN (FORMAT JSON) {statement.text}")
    plan = (await connection.execute(explain, values)).scalar_one()
    return sequential_scans(plan[0]["Plan"]) & LARGE


@pytest.mark.parametrize("name", QUERIES)
async def test_a_hot_query_reads_no_large_table_from_end_to_end(large: str, name: str) -> None:
    database = Database(large, pool_size=1)
    async with database.engine.connect() as connection:
        assert await scans(connection, *QUERIES[name]) == set()
    await database.dispose()


class Explaining:
    """Stands where a transaction stands; runs each statement and keeps how it was run."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.scans: list[dict[str, Any]] = []

    async def rows(self, statement: Any, values: dict[str, Any]) -> list[Any]:
        explain = text(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.text}")
        plan = (await self.connection.execute(explain, values)).scalar_one()
        self.scans += scans_in(plan[0]["Plan"])
        return list((await self.connection.execute(statement, values)).all())

    def read(self) -> int:
        """Rows of conversations that were looked at, also those that were looked at in vain."""
        found = [scan for scan in self.scans if scan.get("Relation Name") == "conversations"]
        assert found
        total: float = sum((s["Actual Rows"] + s.get("Rows Removed by Filter", 0)) * s["Actual Loops"] for s in found)
        return round(total)


def scans_in(plan: dict[str, Any]) -> list[dict[str, Any]]:
    below = [scan for child in plan.get("Plans", []) for scan in scans_in(child)]
    return [plan, *below] if "Relation Name" in plan else below


@pytest.fixture
async def explaining(large: str) -> AsyncIterator[Explaining]:
    database = Database(large, pool_size=1)
    async with database.engine.connect() as connection:
        yield Explaining(connection)
    await database.dispose()


class Practised(Explaining):
    """Asks on a connection that has been asked the same often: the database may have kept a plan for all values."""

    async def rows(self, statement: Any, values: dict[str, Any]) -> list[Any]:
        compiled = statement.compile(dialect=self.connection.dialect)
        given = ", ".join(f"'{values[name]}'" for name in compiled.positiontup)
        asked = f"EXECUTE asked({given})" if given else "EXECUTE asked"
        driver: Any = (await self.connection.get_raw_connection()).driver_connection
        await driver.execute(f"PREPARE asked AS {compiled}")
        for _ in range(6):  # five are planned for their values before one for all is thought of
            await driver.execute(asked)
        plan = await driver.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {asked}")
        self.kept = await driver.fetchval("SELECT generic_plans FROM pg_prepared_statements WHERE name = 'asked'")
        await driver.execute("DEALLOCATE asked")
        self.scans += scans_in(plan[0]["Plan"])
        return []


# Of 60,000 conversations the newest 1,200 are open, 120 of them wait; an agent has had 1,200 in all.
@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("offset", [0, 200])
async def test_a_page_of_the_list_reads_little_beyond_what_it_shows(
    explaining: Explaining, name: str, offset: int
) -> None:
    await listing.page(explaining, LISTS[name], limit=20, offset=offset)
    assert "Seq Scan" not in {scan["Node Type"] for scan in explaining.scans if scan["Relation Name"] in LARGE}
    assert explaining.read() <= 2 * (offset + 20) + 1200


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("offset", [0, 200])
@pytest.mark.parametrize("reader", [7, 99])  # who has read 1,200, and who has read nothing
async def test_a_plan_that_was_kept_reads_no_more(explaining: Explaining, name: str, offset: int, reader: int) -> None:
    practised = Practised(explaining.connection)
    await listing.page(practised, LISTS[name], limit=20, offset=offset, reader=reader)
    assert "Seq Scan" not in {scan["Node Type"] for scan in practised.scans if scan["Relation Name"] in LARGE}
    assert practised.read() <= 2 * (offset + 20) + 1200
    if name == "all" and offset == 0:
        assert practised.kept


async def test_a_rare_channel_is_read_from_an_index_of_its_own(explaining: Explaining) -> None:
    await listing.page(explaining, LISTS["of a rare channel"], limit=20, offset=0)
    used = {scan.get("Index Name") for scan in explaining.scans if scan["Alias"] == "conversations"}
    assert used == {"ix_conversations_other_channels"}


async def test_no_more_is_counted_than_was_asked_for(explaining: Explaining) -> None:
    found = await listing.count(explaining, LISTS["resolved"], at_most=1000)
    assert found == 1000
    assert explaining.read() <= 1000 + 1200


@pytest.mark.parametrize("name", ["of an agent", "resolved of an agent", "resolved", "of a rare channel"])
async def test_an_index_has_all_that_a_count_needs(explaining: Explaining, name: str) -> None:
    """That the planner takes it is left to it: on a table this small, rows are as cheap."""
    await explaining.connection.execute(text("SET enable_seqscan = off"))
    await explaining.connection.execute(text("SET enable_bitmapscan = off"))
    await listing.count(explaining, LISTS[name])
    assert [scan["Node Type"] for scan in explaining.scans] == ["Index Only Scan"]


# A campaign to everybody, and with it a house full of unfinished business.
CROWD = {
    "one of each conversation": "seq = 1",
    "several of each conversation": "seq IN (1, 2)",
}


@pytest.mark.parametrize("name", CROWD)
@pytest.mark.parametrize("statement", [CLAIM, NEXT_DUE], ids=["claim", "next due"])
async def test_a_claim_among_100_000_that_wait_reads_what_it_takes(
    explaining: Explaining, name: str, statement: tuple[Any, dict[str, Any]]
) -> None:
    waiting = f"""
        UPDATE messages SET due_at = now() - (9 - seq) * interval '1 hour', direction = 'outgoing', sent_from = '1',
            sent_by = CASE WHEN id::text < '01' THEN 'agent' ELSE 'api' END
        WHERE {CROWD[name]} OR id IN (SELECT id FROM messages WHERE seq = 3 LIMIT 40000)
    """
    changed = await explaining.connection.execute(text(waiting))
    assert changed.rowcount >= 100_000
    await explaining.connection.execute(text("ANALYZE messages"))
    await explaining.rows(*statement)
    of_messages = [scan for scan in explaining.scans if scan.get("Relation Name") == "messages"]
    assert "Seq Scan" not in {scan["Node Type"] for scan in of_messages}
    read = sum((s["Actual Rows"] + s.get("Rows Removed by Filter", 0)) * s["Actual Loops"] for s in of_messages)
    assert read <= 32 * 40
