"""Who wears which tags: the same statements for conversations and for customers, each with a table of its own.

Such a table has two columns, its owner's id and `tag_id`. The owner's row is locked by who changes its tags.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import TextClause, text

from plantao.kit.db import Transaction
from plantao.kit.errors import ValidationFailed
from plantao.tags.models import MOST_WORN, Tag, tags_of


@dataclass(frozen=True)
class Worn:
    """`table` and `owner` are names of ours, never a client's."""

    table: str
    owner: str

    def column(self, id_: str) -> str:
        """The tags of the row whose id is the expression `id_`, as JSON for `tags_of`; null without any."""
        return f"""(
            SELECT json_agg(json_build_object('id', t.id, 'name', t.name, 'color', t.color) ORDER BY t.key)
            FROM {self.table} w JOIN tags t ON t.id = w.tag_id WHERE w.{self.owner} = {id_}
        )"""

    @cached_property
    def read(self) -> TextClause:
        return text(f"SELECT {self.column('CAST(:id AS uuid)')} AS tags")

    @cached_property
    def replace(self) -> TextClause:
        return text(f"""
            WITH known AS (
                SELECT id FROM tags WHERE id = ANY(CAST(:tags AS bigint[])) FOR KEY SHARE
            ), gone AS (
                DELETE FROM {self.table} WHERE {self.owner} = :id AND tag_id <> ALL(CAST(:tags AS bigint[]))
            ), put AS (
                INSERT INTO {self.table} ({self.owner}, tag_id) SELECT CAST(:id AS uuid), id FROM known
                ON CONFLICT DO NOTHING
            )
            SELECT count(*) AS known FROM known
        """)

    @cached_property
    def move(self) -> TextClause:
        return text(f"""
            INSERT INTO {self.table} ({self.owner}, tag_id)
            SELECT CAST(:winner AS uuid), tag_id FROM {self.table} WHERE {self.owner} = :loser ON CONFLICT DO NOTHING
        """)


async def read(tx: Transaction, worn: Worn, owner_id: Any) -> list[Tag]:
    row = await tx.first(worn.read, {"id": owner_id})
    return tags_of(row.tags if row is not None else None)


async def replace(tx: Transaction, worn: Worn, owner_id: Any, tag_ids: Collection[int]) -> list[Tag]:
    """These and no others from now on. Raises `ValidationFailed` for too many, and for one that is not."""
    wanted = set(tag_ids)
    if len(wanted) > MOST_WORN:
        raise ValidationFailed(f"São no máximo {MOST_WORN} etiquetas.", field="tags")
    row = await tx.first(worn.replace, {"id": owner_id, "tags": list(wanted)})
    if row is None or row.known != len(wanted):
        raise ValidationFailed("Uma das etiquetas não existe.", field="tags")
    return await read(tx, worn, owner_id)


async def add(tx: Transaction, worn: Worn, owner_id: Any, tag_ids: Collection[int]) -> list[Tag]:
    """These besides what there is. Raises as `replace` does."""
    present = {tag.id for tag in await read(tx, worn, owner_id)}
    return await replace(tx, worn, owner_id, present | set(tag_ids))


async def move(tx: Transaction, worn: Worn, loser: Any, winner: Any) -> None:
    """The winner wears the loser's too, however many that makes."""
    await tx.run(worn.move, {"loser": loser, "winner": winner})
