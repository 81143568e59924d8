"""The provider's own examples in SQL, and which of the shipped ones are switched off."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, text

from plantao.chatbot.engine import Intent
from plantao.kit.db import Transaction

MOST: Final = 5000
EXAMPLES_LOCK: Final = 7_216_001  # whoever changes what is taught: the checks span two tables
_COLUMNS = "id, intent, text, created_at, created_by"

LOCK = text(f"SELECT pg_advisory_xact_lock({EXAMPLES_LOCK})")

COUNTS = text("SELECT intent, count(*) AS n FROM bot_examples GROUP BY intent")

DISABLED = text("SELECT key FROM bot_disabled_examples")

FIND = text(f"SELECT {_COLUMNS} FROM bot_examples WHERE key = :key")

ADD = text(f"""
    INSERT INTO bot_examples (intent, text, key, created_at, created_by)
    VALUES (:intent, :text, :key, :now, :user_id)
    RETURNING {_COLUMNS}
""")

REMOVE = text(f"DELETE FROM bot_examples WHERE id = :id RETURNING {_COLUMNS}")

DISABLE = text("""
    INSERT INTO bot_disabled_examples (key, disabled_at, disabled_by) VALUES (:key, :now, :user_id)
    ON CONFLICT (key) DO NOTHING
""")

ENABLE = text("DELETE FROM bot_disabled_examples WHERE key = :key")

_WANTED = """
    (CAST(:intent AS text) IS NULL OR intent = :intent)
    AND (CAST(:pattern AS text) IS NULL OR key LIKE :pattern)
"""

COUNT = text(f"SELECT count(*) AS n FROM bot_examples WHERE {_WANTED}")

PAGE = text(f"""
    SELECT {_COLUMNS} FROM bot_examples WHERE {_WANTED} ORDER BY id DESC LIMIT :limit OFFSET :offset
""")

NEWEST = text(f"""
    SELECT {_COLUMNS} FROM (
        SELECT *, row_number() OVER (PARTITION BY intent ORDER BY id DESC) AS place FROM bot_examples
    ) numbered WHERE place <= :most ORDER BY id DESC
""")

KEYS = text("SELECT key FROM bot_examples WHERE key = ANY(CAST(:keys AS text[]))")

TAUGHT = text("SELECT intent, text FROM bot_examples ORDER BY id")

NOTHING_TAUGHT: Final = hashlib.md5(b"\n\n", usedforsecurity=False).hexdigest()

# Says whether what is taught is what was learnt, without reading it all.
MARK = text("""
    SELECT md5(
        coalesce((SELECT string_agg(intent || ':' || key, E'\\n' ORDER BY id) FROM bot_examples), '') || E'\\n\\n' ||
        coalesce((SELECT string_agg(key, E'\\n' ORDER BY key) FROM bot_disabled_examples), '')
    ) AS mark
""")


@dataclass(frozen=True, slots=True)
class OwnExample:
    id: int
    intent: Intent
    text: str
    created_at: datetime
    created_by: int


async def lock(tx: Transaction) -> None:
    """Until the transaction ends nobody else changes what is taught."""
    await tx.run(LOCK)


async def counts(tx: Transaction) -> dict[Intent, int]:
    return {Intent(row.intent): int(row.n) for row in await tx.rows(COUNTS)}


async def disabled_keys(tx: Transaction) -> set[str]:
    return {row.key for row in await tx.rows(DISABLED)}


async def find(tx: Transaction, key: str) -> OwnExample | None:
    row = await tx.first(FIND, {"key": key})
    return _example(row) if row is not None else None


async def known_keys(tx: Transaction, keys: Collection[str]) -> set[str]:
    """Those of `keys` that are taught already."""
    return {row.key for row in await tx.rows(KEYS, {"keys": list(keys)})}


async def add(tx: Transaction, intent: Intent, sentence: str, key: str, user_id: int, now: datetime) -> OwnExample:
    """The caller holds the lock and has looked for the key."""
    values = {"intent": intent, "text": sentence, "key": key, "user_id": user_id, "now": now}
    return _example((await tx.run(ADD, values)).one())


async def remove(tx: Transaction, id_: int) -> OwnExample | None:
    row = await tx.first(REMOVE, {"id": id_})
    return _example(row) if row is not None else None


async def disable(tx: Transaction, key: str, user_id: int, now: datetime) -> None:
    await tx.run(DISABLE, {"key": key, "user_id": user_id, "now": now})


async def enable(tx: Transaction, key: str) -> None:
    await tx.run(ENABLE, {"key": key})


async def page(
    tx: Transaction, intent: Intent | None, search: str | None, offset: int, limit: int
) -> tuple[list[OwnExample], int]:
    """Newest first, and how many there are. `search`: part of a normalised text."""
    wanted = {"intent": intent, "pattern": None if search is None else f"%{_escaped(search)}%"}
    total = await tx.first(COUNT, wanted)
    rows = await tx.rows(PAGE, wanted | {"offset": offset, "limit": limit})
    return [_example(row) for row in rows], int(total.n) if total is not None else 0


async def newest(tx: Transaction, most: int) -> list[OwnExample]:
    """At most `most` of each intent, newest first."""
    return [_example(row) for row in await tx.rows(NEWEST, {"most": most})]


async def taught(tx: Transaction) -> list[tuple[Intent, str]]:
    return [(Intent(row.intent), row.text) for row in await tx.rows(TAUGHT)]


async def mark(tx: Transaction) -> str:
    row = await tx.first(MARK)
    return str(row.mark) if row is not None else ""


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _example(row: Row[Any]) -> OwnExample:
    return OwnExample(row.id, Intent(row.intent), row.text, row.created_at, row.created_by)
