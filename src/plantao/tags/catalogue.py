"""The catalogue of tags in SQL."""

from typing import Any

from sqlalchemy import Row, text

from plantao.kit.db import Transaction
from plantao.kit.errors import Conflict, NotFound
from plantao.tags.models import MOST_TAGS, Tag, TagColor, key_of

_COLUMNS = "id, name, color"

ALL = text(f"SELECT {_COLUMNS} FROM tags ORDER BY key")

# Who writes the catalogue does so alone, so that what is looked at before stays so; who reads it or puts a tag on waits
# for nobody.
LOCK = text("LOCK TABLE tags IN SHARE ROW EXCLUSIVE MODE")

ADD = text(f"""
    INSERT INTO tags (name, key, color)
    SELECT CAST(:name AS text), CAST(:key AS text), CAST(:color AS text)
    WHERE NOT EXISTS (SELECT FROM tags WHERE key = :key)
    RETURNING {_COLUMNS}
""")

COUNT = text("SELECT count(*) AS n FROM tags")

CHANGE = text(f"""
    UPDATE tags SET name = coalesce(:name, name), key = coalesce(:key, key), color = coalesce(:color, color)
    WHERE id = :id AND NOT EXISTS (SELECT FROM tags other WHERE other.key = :key AND other.id <> :id)
    RETURNING {_COLUMNS}
""")

FIND = text(f"SELECT {_COLUMNS} FROM tags WHERE id = :id")

# Whatever wore it no longer does: by the foreign keys.
REMOVE = text(f"DELETE FROM tags WHERE id = :id RETURNING {_COLUMNS}")


async def read_all(tx: Transaction) -> list[Tag]:
    """In the order in which people look for them."""
    return [_tag(row) for row in await tx.rows(ALL)]


async def add(tx: Transaction, name: str, color: TagColor) -> Tag:
    """Raises `Conflict` for a name that is taken, or beyond `MOST_TAGS`."""
    await tx.run(LOCK)
    count = await tx.first(COUNT)
    if count is not None and count.n >= MOST_TAGS:
        raise Conflict(f"São no máximo {MOST_TAGS} etiquetas.")
    row = await tx.first(ADD, {"name": name, "key": key_of(name), "color": color})
    if row is None:
        raise _taken()
    return _tag(row)


async def change(tx: Transaction, tag_id: int, name: str | None, color: TagColor | None) -> Tag:
    """Raises `NotFound`, `Conflict`."""
    await tx.run(LOCK)
    values = {"id": tag_id, "name": name, "key": None if name is None else key_of(name), "color": color}
    row = await tx.first(CHANGE, values)
    if row is not None:
        return _tag(row)
    raise _unknown() if await tx.first(FIND, {"id": tag_id}) is None else _taken()


async def remove(tx: Transaction, tag_id: int) -> Tag:
    """The one that was. Raises `NotFound`."""
    row = await tx.first(REMOVE, {"id": tag_id})
    if row is None:
        raise _unknown()
    return _tag(row)


def _tag(row: Row[Any]) -> Tag:
    return Tag(row.id, row.name, TagColor(row.color))


def _taken() -> Conflict:
    return Conflict("Já existe uma etiqueta com este nome.", field="name")


def _unknown() -> NotFound:
    return NotFound("Etiqueta não encontrada.")
