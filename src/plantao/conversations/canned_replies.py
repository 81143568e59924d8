"""Canned replies in SQL: texts that everybody at the desk may use, found by a short name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from plantao.kit.db import Transaction
from plantao.kit.errors import Conflict, NotFound

MOST = 500
_COLUMNS = "id, shortcut, content, updated_at, updated_by"

ALL = text(f"SELECT {_COLUMNS} FROM canned_replies ORDER BY shortcut")

COUNT = text("SELECT count(*) AS n FROM canned_replies")

ADD = text(f"""
    INSERT INTO canned_replies (shortcut, content, updated_at, updated_by) VALUES (:shortcut, :content, :now, :user_id)
    ON CONFLICT (shortcut) DO NOTHING RETURNING {_COLUMNS}
""")

# Another's shortcut is refused by the WHERE, not by a broken constraint: the transaction goes on.
CHANGE = text(f"""
    UPDATE canned_replies SET shortcut = coalesce(:shortcut, shortcut), content = coalesce(:content, content),
                              updated_at = :now, updated_by = :user_id
    WHERE id = :id AND NOT EXISTS (SELECT 1 FROM canned_replies o WHERE o.shortcut = :shortcut AND o.id <> :id)
    RETURNING {_COLUMNS}
""")

FIND = text(f"SELECT {_COLUMNS} FROM canned_replies WHERE id = :id")

REMOVE = text(f"DELETE FROM canned_replies WHERE id = :id RETURNING {_COLUMNS}")


@dataclass(frozen=True, slots=True)
class CannedReply:
    """`content` may name {cliente}, {protocolo} and {atendente}, which who uses it fills in."""

    id: int
    shortcut: str
    content: str
    updated_at: datetime
    updated_by: int


async def read_all(tx: Transaction) -> list[CannedReply]:
    return [_reply(row) for row in await tx.rows(ALL)]


async def add(tx: Transaction, shortcut: str, content: str, user_id: int, now: datetime) -> CannedReply:
    """Raises `Conflict` for a shortcut that is taken, or beyond `MOST`."""
    count = await tx.first(COUNT)
    if count is not None and count.n >= MOST:
        raise Conflict(f"São no máximo {MOST} respostas prontas.")
    row = await tx.first(ADD, {"shortcut": shortcut, "content": content, "user_id": user_id, "now": now})
    if row is None:
        raise _taken()
    return _reply(row)


async def change(
    tx: Transaction, id_: int, shortcut: str | None, content: str | None, user_id: int, now: datetime
) -> CannedReply:
    """Raises `NotFound`, `Conflict`."""
    values = {"id": id_, "shortcut": shortcut, "content": content, "user_id": user_id, "now": now}
    row = await tx.first(CHANGE, values)
    if row is not None:
        return _reply(row)
    raise _unknown() if await tx.first(FIND, {"id": id_}) is None else _taken()


async def remove(tx: Transaction, id_: int) -> CannedReply:
    """The one that was. Raises `NotFound`."""
    row = await tx.first(REMOVE, {"id": id_})
    if row is None:
        raise _unknown()
    return _reply(row)


def _reply(row: Row[Any]) -> CannedReply:
    return CannedReply(**row._mapping)


def _taken() -> Conflict:
    return Conflict("Já existe uma resposta pronta com este atalho.", field="shortcut")


def _unknown() -> NotFound:
    return NotFound("Resposta pronta não encontrada.")
