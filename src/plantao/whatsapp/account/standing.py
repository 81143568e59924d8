"""What Meta says of our numbers, in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from plantao.conversations.views import encode_json
from plantao.kit.db import Transaction
from plantao.whatsapp.account.models import Standing

_SAID: Final = (
    "display_phone_number",
    "verified_name",
    "quality_rating",
    "status",
    "name_status",
    "throughput_level",
    "messaging_limit",
    "account_mode",
    "can_send",
)
_COLUMNS: Final = f"phone_number_id, business_account_id, {', '.join(_SAID)}, reasons, synced_at"

ALL = text(f"SELECT {_COLUMNS} FROM whatsapp_numbers ORDER BY phone_number_id")
ONE = text(f"SELECT {_COLUMNS} FROM whatsapp_numbers WHERE phone_number_id = :phone_number_id FOR UPDATE")

# A notice that came after Meta was asked knows better.
REPLACE = text(f"""
    INSERT INTO whatsapp_numbers AS known ({_COLUMNS})
    VALUES (:phone_number_id, :business_account_id, {", ".join(f":{name}" for name in _SAID)}, CAST(:reasons AS jsonb),
            :synced_at)
    ON CONFLICT (phone_number_id) DO UPDATE SET
        business_account_id = excluded.business_account_id, reasons = excluded.reasons,
        synced_at = excluded.synced_at, {", ".join(f"{name} = excluded.{name}" for name in _SAID)}
    WHERE coalesce(known.changed_at, '-infinity') <= excluded.synced_at
""")

# Notices name a number by its digits alone; where the account has but one, that one is meant.
FIND_SHOWN = text("""
    SELECT phone_number_id FROM (
        SELECT phone_number_id, regexp_replace(display_phone_number, '[^0-9]', '', 'g') AS digits, count(*) OVER ()
        FROM whatsapp_numbers WHERE business_account_id = :account_id
    ) AS ours (phone_number_id, digits, total)
    WHERE digits = :digits OR total = 1 ORDER BY digits = :digits DESC NULLS LAST LIMIT 1
""")

CHANGE = text(f"""
    UPDATE whatsapp_numbers SET
        {", ".join(f"{name} = coalesce(CAST(:{name} AS text), {name})" for name in _SAID)}, changed_at = :now
    WHERE phone_number_id = ANY(CAST(:phone_number_ids AS text[]))
""")

OF_ACCOUNT = text("SELECT phone_number_id FROM whatsapp_numbers WHERE business_account_id = :account_id")


async def everything(tx: Transaction) -> list[Standing]:
    return [Standing(**row._mapping) for row in await tx.rows(ALL)]


async def replace(tx: Transaction, said: Standing) -> Standing | None:
    """Keeps what Meta said; answers what was known before, None for a number that is new."""
    before = await tx.first(ONE, {"phone_number_id": said.phone_number_id})
    await tx.run(REPLACE, asdict(said) | {"reasons": encode_json(said.reasons).decode()})
    return Standing(**before._mapping) if before is not None else None


async def with_digits(tx: Transaction, account_id: str | None, digits: str | None) -> str | None:
    """The id of the account's number that is shown by these digits."""
    row = await tx.first(FIND_SHOWN, {"account_id": account_id, "digits": digits})
    return None if row is None else str(row.phone_number_id)


async def of_account(tx: Transaction, account_id: str | None) -> list[str]:
    return [str(row.phone_number_id) for row in await tx.rows(OF_ACCOUNT, {"account_id": account_id})]


async def change(
    tx: Transaction, phone_number_ids: Sequence[str], values: Mapping[str, str | None], now: datetime
) -> None:
    """`values`: columns by name; None leaves one as it is."""
    given: dict[str, Any] = dict.fromkeys(_SAID) | dict(values)
    await tx.run(CHANGE, given | {"phone_number_ids": list(phone_number_ids), "now": now})
