"""When people are at the desk, and what a customer is told who asks for one at another time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from plantao.kit.db import Transaction

DEFAULT_MESSAGE: Final = "No momento não há ninguém da equipe. Voltamos {abertura}, e a sua conversa já está na fila."
HORIZON: Final = 60  # days in which the next opening is looked for
WEEKDAYS: Final = ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo")

READ = text("SELECT value FROM desk_settings WHERE key = 'business_hours'")

WRITE = text("""
    INSERT INTO desk_settings (key, value, updated_at, updated_by) VALUES ('business_hours', :value, :now, :user_id)
    ON CONFLICT (key) DO UPDATE SET
        value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by
""").bindparams(bindparam("value", type_=JSONB))


class Shift(msgspec.Struct, frozen=True):
    """`weekday`: 1 is Monday. Local times; a shift ends on its day, at the latest at 23:59."""

    weekday: int
    opens: time
    closes: time


class Holiday(msgspec.Struct, frozen=True):
    date: date
    name: str


class BusinessHours(msgspec.Struct, frozen=True):
    """Without any shift the desk never closes."""

    week: Sequence[Shift] = ()
    holidays: Sequence[Holiday] = ()
    message: str = DEFAULT_MESSAGE


@dataclass(frozen=True, slots=True)
class Opening:
    """`opens_at`: the next opening while it is closed; null while it is open, or when none is near."""

    is_open: bool
    opens_at: datetime | None


def opening(hours: BusinessHours, now: datetime, zone: ZoneInfo) -> Opening:
    if not hours.week:
        return Opening(is_open=True, opens_at=None)
    local = now.astimezone(zone)
    for opens, closes in _shifts_from(hours, local.date(), zone):
        if now < closes:
            return Opening(is_open=True, opens_at=None) if opens <= now else Opening(is_open=False, opens_at=opens)
    return Opening(is_open=False, opens_at=None)


def _shifts_from(hours: BusinessHours, first: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    free = {holiday.date for holiday in hours.holidays}
    for day in (first + timedelta(days=n) for n in range(HORIZON)):
        shifts = [] if day in free else [shift for shift in hours.week if shift.weekday == day.isoweekday()]
        for shift in sorted(shifts, key=lambda shift: shift.opens):
            yield datetime.combine(day, shift.opens, zone), datetime.combine(day, shift.closes, zone)


def closed_message(hours: BusinessHours, now: datetime, zone: ZoneInfo) -> str | None:
    """What a customer is told; None while the desk is open."""
    at = opening(hours, now, zone)
    if at.is_open:
        return None
    return hours.message.replace("{abertura}", _spoken(at.opens_at, now, zone))


def _spoken(opens_at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """`hoje às 13:00`, `na segunda-feira, 30/11, às 08:00`."""
    if opens_at is None:
        return "em breve"
    local, days = opens_at.astimezone(zone), (opens_at.astimezone(zone).date() - now.astimezone(zone).date()).days
    hour = f"{local:%H:%M}"
    if days <= 1:
        return f"{'amanhã' if days else 'hoje'} às {hour}"
    weekday = WEEKDAYS[local.weekday()]
    return f"{'no' if local.weekday() >= 5 else 'na'} {weekday}, {local:%d/%m}, às {hour}"


async def read(tx: Transaction) -> BusinessHours:
    row: Any = await tx.first(READ)
    return msgspec.convert(row.value, BusinessHours) if row is not None else BusinessHours()


async def write(tx: Transaction, hours: BusinessHours, user_id: int, now: datetime) -> None:
    await tx.run(WRITE, {"value": msgspec.to_builtins(hours), "user_id": user_id, "now": now})
