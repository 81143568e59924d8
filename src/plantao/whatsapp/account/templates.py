"""Templates in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from plantao.conversations.views import encode_json
from plantao.kit.db import Transaction, as_columns
from plantao.whatsapp.account.models import Component, Template

_COLUMNS = "business_account_id, name, language, meta_id, category, status, quality, reason, components, synced_at"

OF_NAME = text(f"""
    SELECT {_COLUMNS} FROM whatsapp_templates
    WHERE business_account_id = :account_id AND name = :name ORDER BY language
""")

_FILTER = """
    FROM whatsapp_templates
    WHERE (CAST(:account_id AS text) IS NULL OR business_account_id = :account_id)
      AND (CAST(:status AS text) IS NULL OR status = :status)
      AND (CAST(:name AS text) IS NULL OR strpos(name, :name) > 0)
      AND (CAST(:language AS text) IS NULL OR language = :language)
"""
PAGE = text(f"SELECT {_COLUMNS} {_FILTER} ORDER BY name, language, business_account_id LIMIT :limit OFFSET :offset")
COUNT = text(f"SELECT count(*) AS total {_FILTER}")

# A notice that came after Meta was asked knows better, and so does who asked later. In one order, against deadlocks.
REPLACE = text("""
    INSERT INTO whatsapp_templates AS known
        (business_account_id, name, language, meta_id, category, status, quality, reason, components, synced_at)
    SELECT :account_id, name, language, meta_id, category, status, quality, reason, CAST(components AS jsonb),
           CAST(:asked_at AS timestamptz)
    FROM unnest(CAST(:name AS text[]), CAST(:language AS text[]), CAST(:meta_id AS text[]), CAST(:category AS text[]),
                CAST(:status AS text[]), CAST(:quality AS text[]), CAST(:reason AS text[]), CAST(:components AS text[]))
        AS new (name, language, meta_id, category, status, quality, reason, components)
    ORDER BY name, language
    ON CONFLICT (business_account_id, name, language) DO UPDATE SET
        meta_id = excluded.meta_id, category = excluded.category, status = excluded.status,
        quality = excluded.quality, reason = excluded.reason, components = excluded.components,
        synced_at = excluded.synced_at
    WHERE coalesce(known.changed_at, '-infinity') <= excluded.synced_at
      AND coalesce(known.synced_at, '-infinity') <= excluded.synced_at
""")

MARK_GONE = text("""
    UPDATE whatsapp_templates SET status = 'DELETED', synced_at = :asked_at
    WHERE business_account_id = :account_id AND status <> 'DELETED'
      AND coalesce(synced_at, '-infinity') < :asked_at AND coalesce(changed_at, '-infinity') <= :asked_at
""")

# By a notice. `noted` keeps Meta's time of the newest one of each field, for they come in any order.
NOTE = text("""
    INSERT INTO whatsapp_templates AS known
        (business_account_id, name, language, meta_id, category, status, quality, reason, components, noted, changed_at)
    VALUES
        (:account_id, :name, :language, :meta_id, :category, coalesce(:status, 'PENDING'), :quality, :reason,
         CAST(:components AS jsonb), jsonb_build_object(CAST(:field AS text), CAST(:at AS double precision)), :now)
    ON CONFLICT (business_account_id, name, language) DO UPDATE SET
        meta_id = coalesce(excluded.meta_id, known.meta_id),
        category = coalesce(excluded.category, known.category),
        status = coalesce(:status, known.status),
        quality = coalesce(excluded.quality, known.quality),
        reason = CASE WHEN CAST(:status AS text) IS NULL THEN known.reason ELSE excluded.reason END,
        components = coalesce(excluded.components, known.components),
        noted = known.noted || excluded.noted,
        changed_at = excluded.changed_at
    WHERE coalesce(CAST(known.noted ->> CAST(:field AS text) AS double precision), 0) <= :at
    RETURNING name
""")

FORGET = text("""
    UPDATE whatsapp_templates SET status = 'DELETED', changed_at = :now
    WHERE business_account_id = :account_id AND name = :name
      AND (CAST(:language AS text) IS NULL OR language = :language)
""")


@dataclass(frozen=True, slots=True)
class Change:
    """What a notice says of a template; what it does not say is None. `field`: which kind of notice, `at` its time."""

    field: str
    at: datetime
    status: str | None = None
    category: str | None = None
    quality: str | None = None
    reason: str | None = None
    components: list[Component] | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    business_account_id: str | None = None
    status: str | None = None
    name: str | None = None  # a part of it
    language: str | None = None


async def of_name(tx: Transaction, account_id: str, name: str) -> list[Template]:
    """The name in all its languages, deleted ones too."""
    return [_template(row) for row in await tx.rows(OF_NAME, {"account_id": account_id, "name": name})]


async def page(tx: Transaction, filters: Filters, *, limit: int, offset: int) -> tuple[list[Template], int]:
    """A page in the order of their names, and how many there are in all."""
    wanted = {
        "account_id": filters.business_account_id,
        "status": filters.status,
        "name": filters.name,
        "language": filters.language,
    }
    total = await tx.first(COUNT, wanted)
    rows = await tx.rows(PAGE, wanted | {"limit": limit, "offset": offset})
    return [_template(row) for row in rows], int(total.total) if total is not None else 0


async def replace_all(tx: Transaction, account_id: str, found: Sequence[Template], asked_at: datetime) -> None:
    """All templates of an account, as Meta listed them when asked at `asked_at`; others are gone."""
    distinct = {(one.name, one.language): _row(one) for one in found}
    given = {"account_id": account_id, "asked_at": asked_at}
    if distinct:
        await tx.run(REPLACE, as_columns(list(distinct.values())) | given)
    await tx.run(MARK_GONE, given)


async def note(
    tx: Transaction,
    account_id: str,
    name: str,
    language: str,
    change: Change,
    meta_id: str | None,
    now: datetime,
) -> bool:
    """Whether the change was news: a later one of its kind may have come before it."""
    given = {
        "account_id": account_id,
        "name": name,
        "language": language,
        "field": change.field,
        "at": change.at.timestamp(),
        "now": now,
        "status": change.status,
        "category": change.category,
        "quality": change.quality,
        "reason": change.reason,
        "meta_id": meta_id,
        "components": _json(change.components),
    }
    return await tx.first(NOTE, given) is not None


async def forget(tx: Transaction, account_id: str, name: str, language: str | None, now: datetime) -> None:
    """Meta has deleted it; without a language, in all of them."""
    await tx.run(FORGET, {"account_id": account_id, "name": name, "language": language, "now": now})


def _row(template: Template) -> dict[str, Any]:
    return {
        "name": template.name,
        "language": template.language,
        "meta_id": template.meta_id,
        "category": template.category,
        "status": template.status,
        "quality": template.quality,
        "reason": template.reason,
        "components": _json(template.components),
    }


def _json(components: list[Component] | None) -> str | None:
    return None if components is None else encode_json(components).decode()


def _template(row: Row[Any]) -> Template:
    return Template(**row._mapping)
