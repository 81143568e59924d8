"""Who is found by what was written, and what it costs to find out among 100,000."""

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.base import Executable

from plantao.conversations import listing, searching
from plantao.conversations.listing import Filters
from plantao.conversations.models import Channel, ConversationStatus
from plantao.conversations.searching import plain, read_search
from plantao.kit.db import Database, Transaction
from plantao.kit.errors import ValidationFailed
from plantao.kit.postgres import EmbeddedPostgres

PEOPLE = {
    "joao": ("João da Silva", None, "5511987654321"),
    "jose": ("José D'Ávila Sant'Ana", None, "5521912345678"),
    "ana": ("Ana-Lúcia ÇELİK", "ana.lucia_77", "551133334444"),
    "user": (None, "maria.joaquina", None),
    "emoji": ("🔥 Zé 🔥", None, "351912000333"),
    "cyrillic": ("Иван Петров", None, "5585999990000"),
    "percent": ("100% Fibra", None, "5511955550000"),
}
FOUND = {
    "joao sil": {"joao"},
    "SILVA joão": {"joao"},
    "ilv": {"joao"},
    "jo": {"joao", "jose", "user"},
    "oa": set(),  # two letters are the beginning of a word
    "oao": {"joao"},
    "joa": {"joao", "user"},
    "joao da s": {"joao"},
    "d'avila": {"jose"},
    "d avila": {"jose"},
    "sant ana": {"jose"},
    "celik": {"ana"},
    "ana lucia 77": {"ana"},
    "ana.lucia_77": {"ana"},
    "@maria.joaq": {"user"},
    "ze": {"emoji"},
    "🔥zé": {"emoji"},
    "иван": {"cyrillic"},
    "ПЕТ": {"cyrillic"},
    "100%": {"percent"},
    "%%ana": {"ana", "jose"},
    "___silva": {"joao"},
    "(11) 98765-4321": {"joao"},
    "11 8765-4321": {"joao"},  # without the ninth digit
    "011 8765 4321": {"joao"},
    "+55 11 98765-4321": {"joao"},
    "+55 (11) 8765-4321": {"joao"},
    "551187654321": {"joao"},
    "98765": {"joao"},
    "4321": {"joao"},
    "3333-4444": {"ana"},
    "11 3333": {"ana"},
    "+351 912 000 333": {"emoji"},
    "joao 11 98765": {"joao"},
    "joao 21": set(),
    "joao silva souza": set(),
    "55": set(),  # of two digits no number begins, else everybody would be found
    "20261127-000002": {"jose"},
    "20261127000002": {"jose"},
    "20261127-00000": set(PEOPLE),
    "20261128-000002": set(),
    "20261127-000002 x": set(),
}
FILL = text("""
    WITH made AS (
        SELECT n, gen_random_uuid() AS id, name, username, phone
        FROM unnest(CAST(:names AS text[]), CAST(:usernames AS text[]), CAST(:phones AS text[]))
            WITH ORDINALITY AS given (name, username, phone, n)
    ), people AS (
        INSERT INTO customers (id, name, username, phone, created_at)
        SELECT id, name, username, phone, now() FROM made RETURNING id
    )
    INSERT INTO conversations (id, protocol, customer_id, channel, status, handled_by, started_at, last_message_at)
    SELECT gen_random_uuid(), '20261127-' || lpad(n::text, 6, '0'), made.id, 'whatsapp', 'in_progress', 'bot', now(),
           now() FROM made JOIN people USING (id)
""")


@pytest.fixture
async def people(database: Database) -> dict[Any, str]:
    """Who is who, by what the list tells of them."""
    names, usernames, phones = (list(values) for values in zip(*PEOPLE.values(), strict=True))
    async with database.transaction() as tx:
        await tx.run(FILL, {"names": names, "usernames": usernames, "phones": phones})
    return {face: key for key, face in PEOPLE.items()}


async def test_what_is_written_finds_whom_it_means(database: Database, people: dict[Any, str]) -> None:
    async with database.transaction() as tx:
        for written, expected in FOUND.items():
            filters = Filters(search=read_search(written))
            rows = await listing.page(tx, filters, limit=20, offset=0)
            found = [people[row.customer_name, row.customer_username, row.customer_phone] for row in rows]
            assert (set(found), len(found)) == (expected, len(expected)), written
            assert await listing.count(tx, filters) == len(expected), written


@pytest.mark.parametrize("written", ["--", "🔥🔥", "_%", "%%%%", "a b c d e f g h i j k"])
def test_what_says_nothing_or_too_much_is_refused(written: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        read_search(written)
    assert refused.value.field == "search"


@given(st.text(min_size=1, max_size=100))
def test_every_pattern_has_a_trigram_and_no_wildcard_of_the_writer(written: str) -> None:
    try:
        search = read_search(written)
    except ValidationFailed:
        return
    for pattern in search.patterns:
        word = pattern[1:-1]
        assert pattern == f"%{word}%"
        assert word.removeprefix(" ").isalnum() or any(unicodedata.category(sign)[0] in "MN" for sign in word)
        assert len(word) >= 2 if word.startswith(" ") else len(word) >= 3


LATIN = st.characters(min_codepoint=32, max_codepoint=0x24F)


@given(st.text(LATIN, min_size=1, max_size=40))
def test_a_name_is_found_by_itself(written: str) -> None:
    """The parts of what is stored, as the database makes it, are those of what is looked for."""
    assert plain(plain(written)) == plain(written)
    assert plain(written.upper()) == plain(plain(written).upper())


# 100,000 customers with 300,000 conversations. Every second one is a Maria, one in 20,000 a Zuleica.
LARGE = (
    """INSERT INTO customers (id, name, username, phone, created_at)
       SELECT md5('k' || n)::uuid, (ARRAY['Maria', 'João', 'Maria', 'Antônia'])[n % 4 + 1] || ' '
              || (ARRAY['da Silva', 'Souza', 'Conceição'])[n % 3 + 1] || ' '
              || CASE WHEN n % 20000 = 7 THEN 'Zuleica' ELSE substr(md5(n::text), 1, 8) END,
              NULL, (5511900000000 + n * 97)::text, now()
       FROM generate_series(1, 100000) n""",
    """INSERT INTO conversations (id, protocol, customer_id, channel, status, handled_by, assigned_to, last_seq,
                                  started_at, last_message_at, queued_at, closed_at)
       SELECT md5('c' || n)::uuid, to_char(at, 'YYYYMMDD-') || lpad(n::text, 6, '0'),
              md5('k' || (n % 100000 + 1))::uuid, 'whatsapp', status,
              CASE status WHEN 'in_progress' THEN 'agent' ELSE 'none' END,
              CASE WHEN status <> 'queue' THEN n % 50 + 1 END, 1, at, at, CASE status WHEN 'queue' THEN at END,
              CASE status WHEN 'resolved' THEN at END
       FROM (SELECT n, CAST('2026-11-27Z' AS timestamptz) - n * interval '20 seconds' AS at,
                    CASE WHEN n > 1200 THEN 'resolved' WHEN n % 10 = 0 THEN 'queue' ELSE 'in_progress' END AS status
             FROM generate_series(1, 300000) n) AS made""",
    """INSERT INTO messages (id, conversation_id, seq, direction, type, content, sent_at, stored_at, sent_by, status,
                             status_rank)
       SELECT md5('m' || n)::uuid, md5('c' || n)::uuid, 1, 'incoming', 'text', 'Oi', now(), now(), 'customer',
              'delivered', 20
       FROM generate_series(1, 100000) n""",
    "VACUUM ANALYZE",
)


async def fill(cluster: EmbeddedPostgres, name: str) -> None:
    engine = create_async_engine(cluster.url("postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name} TEMPLATE plantao_template"))
    engine = create_async_engine(cluster.url(name), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in LARGE:
            await connection.execute(text(statement))


async def drop(cluster: EmbeddedPostgres, name: str) -> None:
    engine = create_async_engine(cluster.url("postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="module")
def large(cluster: EmbeddedPostgres, worker_database_url: str, worker_id: str) -> Iterator[str]:
    """`worker_database_url`: the template is there."""
    name = f"search_{worker_id}"
    asyncio.run(fill(cluster, name))
    yield cluster.url(name)
    with suppress(DBAPIError):
        asyncio.run(drop(cluster, name))


class Explaining(Transaction):
    """Keeps how each statement was run."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self.scans: list[dict[str, Any]] = []

    async def rows(self, statement: Executable, parameters: Any = None) -> list[Row[Any]]:
        explain = text(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
        plan = (await self.connection.execute(explain, parameters)).scalar_one()[0]
        self.scans += scans_in(plan["Plan"])
        return await super().rows(statement, parameters)

    def read(self, table: str) -> int:
        """Rows that were looked at, also in vain."""
        total: float = sum(
            (scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0) + scan.get("Rows Removed by Index Recheck", 0))
            * scan["Actual Loops"]
            for scan in self.scans
            if scan.get("Relation Name") == table
        )
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


OTHERS = {
    "all": Filters(),
    "an attendant's": Filters(visible_to=7),
    "waiting": Filters(status=ConversationStatus.QUEUE),
    "an agent's resolved": Filters(status=ConversationStatus.RESOLVED, assigned_to=7),
    "of a day": Filters(start_date=datetime(2026, 11, 20, tzinfo=UTC), end_date=datetime(2026, 11, 21, tzinfo=UTC)),
    "of an absent channel": Filters(channel=Channel.API),
    "unread": Filters(visible_to=7, unread_by=7),
}
WORDS = (
    *("zuleica", "maria", "ma", "si", "m d s", "silva maria joao", "xyzxyz"),
    *("5511", "551190", "11 9", "9", "20261127", "20261127-0"),
)
DAY = 24 * 180  # conversations


@pytest.mark.parametrize("others", OTHERS)
@pytest.mark.parametrize("written", WORDS)
async def test_a_search_among_100_000_customers_reads_a_bounded_part(
    explaining: Explaining, others: str, written: str
) -> None:
    filters = Filters(**{**_fields(OTHERS[others]), "search": read_search(written)})
    rows = await listing.page(explaining, filters, limit=20, offset=0)
    large = {"customers", "conversations", "messages"}
    assert {s["Relation Name"] for s in explaining.scans if s["Node Type"] == "Seq Scan"} & large == set()
    assert explaining.read("customers") <= 2 * (searching.MOST_CUSTOMERS + 1) + 2 * searching.WALK + len(rows)
    assert explaining.read("conversations") <= 4 * (searching.MOST_CUSTOMERS + 1) + 2 * searching.WALK + DAY + 100


def _fields(filters: Filters) -> dict[str, Any]:
    return {name: getattr(filters, name) for name in Filters.__dataclass_fields__}


async def test_of_a_common_name_the_newest_come_first_and_of_a_rare_one_all(explaining: Explaining) -> None:
    common = Filters(search=read_search("maria"))
    page = await listing.page(explaining, common, limit=20, offset=0)
    newest = datetime(2026, 11, 27, tzinfo=UTC) - timedelta(seconds=20)
    assert [row.last_message_at for row in page] == [newest - timedelta(seconds=40 * n) for n in range(20)]
    rare = Filters(search=read_search("zuleica"))
    page = await listing.page(explaining, rare, limit=20, offset=0)
    assert len(page) == 5 * 3
