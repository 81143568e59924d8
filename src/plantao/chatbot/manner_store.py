"""The bot's settings in SQL: each version a row, so that two who save at once do not undo each other unseen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from plantao.chatbot.manner import Manner
from plantao.chatbot.trainings import TOPIC
from plantao.kit.db import Transaction

KEPT: Final = 200  # versions

READ = text("SELECT version, value, saved_at, saved_by FROM bot_settings ORDER BY version DESC LIMIT 1")

# The primary key decides between two who have seen the same version.
SAVE = text("""
    INSERT INTO bot_settings (version, value, saved_at, saved_by)
    SELECT :seen + 1, :value, :now, :user_id
    WHERE (SELECT coalesce(max(version), 0) FROM bot_settings) = :seen
    ON CONFLICT (version) DO NOTHING RETURNING version
""").bindparams(bindparam("value", type_=JSONB))

FORGET = text("DELETE FROM bot_settings WHERE version <= :version")


@dataclass(frozen=True, slots=True)
class Saved:
    """`version` 0: nobody has saved anything, these are the defaults."""

    manner: Manner
    version: int = 0
    saved_at: datetime | None = None
    saved_by: int | None = None


async def read(tx: Transaction) -> Saved:
    row = await tx.first(READ)
    if row is None:
        return Saved(Manner())
    return Saved(msgspec.convert(row.value, Manner), row.version, row.saved_at, row.saved_by)


async def save(tx: Transaction, manner: Manner, seen: int, user_id: int, now: datetime) -> Saved | None:
    """None when somebody has saved since version `seen`."""
    values = {"value": msgspec.to_builtins(manner), "seen": seen, "user_id": user_id, "now": now}
    row = await tx.first(SAVE, values)
    if row is None:
        return None
    await tx.run(FORGET, {"version": row.version - KEPT})
    tx.publish(TOPIC)
    return Saved(manner, row.version, now, user_id)
