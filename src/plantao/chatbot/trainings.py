"""Trainings in SQL: what was taught at each, how well it understood, and which one is in force."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from plantao.chatbot.classifier import Example
from plantao.kit.db import Transaction

TRAINING_LOCK: Final = 7_216_002
TOPIC: Final = "bot.changed"  # a training or settings: every process looks
_COLUMNS = """
    version, trained_at, trained_by, applied, own_examples, disabled_examples, macro_f1_before, macro_f1,
    own_understood_before, own_understood, mark
"""

TRY_LOCK = text(f"SELECT pg_try_advisory_xact_lock({TRAINING_LOCK}) AS locked")

# Under the lock: the next number is nobody else's.
ADD = text(f"""
    INSERT INTO bot_trainings ({_COLUMNS}, taught)
    SELECT coalesce(max(version), 0) + 1, :now, :user_id, :applied, :own_examples, :disabled_examples,
           :macro_f1_before, :macro_f1, :own_understood_before, :own_understood, :mark, :taught
    FROM bot_trainings
    RETURNING {_COLUMNS}
""").bindparams(bindparam("taught", type_=JSONB(none_as_null=True)))

FORGET = text("UPDATE bot_trainings SET taught = NULL WHERE version < :version AND taught IS NOT NULL")

NEWEST = text(f"SELECT {_COLUMNS} FROM bot_trainings WHERE applied ORDER BY version DESC LIMIT 1")

TAUGHT = text("SELECT taught FROM bot_trainings WHERE version = :version")

# What a process compares with what it has taken up.
VERSIONS = text("""
    SELECT (SELECT coalesce(max(version), 0) FROM bot_trainings WHERE applied) AS training,
           (SELECT coalesce(max(version), 0) FROM bot_settings) AS settings
""")


class Taught(msgspec.Struct, frozen=True):
    """`own`: the provider's sentences; `disabled`: keys of shipped ones that are not learnt from."""

    own: list[Example]
    disabled: list[str]


class Figures(msgspec.Struct, frozen=True):
    """How well was understood before and after: macro-F1 (0 to 1) on the shipped evaluation, and how many of the
    provider's own sentences. `own_examples` of them are taught."""

    own_examples: int
    disabled_examples: int
    macro_f1_before: float
    macro_f1: float
    own_understood_before: int
    own_understood: int


@dataclass(frozen=True, slots=True)
class Training:
    version: int
    trained_at: datetime
    trained_by: int
    applied: bool
    figures: Figures
    mark: str


async def try_lock(tx: Transaction) -> bool:
    """Whether this transaction is the only one that trains."""
    row = await tx.first(TRY_LOCK)
    return row is not None and bool(row.locked)


async def add(
    tx: Transaction, figures: Figures, taught: Taught, mark: str, user_id: int, now: datetime, *, applied: bool
) -> Training:
    """The caller holds the lock."""
    values = msgspec.to_builtins(figures) | {"mark": mark, "user_id": user_id, "now": now, "applied": applied}
    row = (await tx.run(ADD, values | {"taught": msgspec.to_builtins(taught) if applied else None})).one()
    if applied:
        await tx.run(FORGET, {"version": row.version})
        tx.publish(TOPIC)
    return _training(row)


async def in_force(tx: Transaction) -> Training | None:
    """The newest that was applied; None while nothing was taught."""
    row = await tx.first(NEWEST)
    return _training(row) if row is not None else None


async def taught_at(tx: Transaction, version: int) -> Taught | None:
    """None when a newer training has taken its place."""
    row = await tx.first(TAUGHT, {"version": version})
    return msgspec.convert(row.taught, Taught) if row is not None and row.taught is not None else None


async def newest_versions(tx: Transaction) -> tuple[int, int]:
    """Of the training in force and of the settings; 0: none."""
    row = await tx.first(VERSIONS)
    return (int(row.training), int(row.settings)) if row is not None else (0, 0)


def _training(row: Row[Any]) -> Training:
    values = dict(row._mapping)
    figures = Figures(**{name: values[name] for name in Figures.__struct_fields__})
    return Training(row.version, row.trained_at, row.trained_by, row.applied, figures, row.mark)
