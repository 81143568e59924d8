"""When the desk is open, and what is said while it is not."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from plantao.conversations.business_hours import BusinessHours, Holiday, Shift, closed_message, opening

ZONE = ZoneInfo("America/Sao_Paulo")
MORNING, AFTERNOON = (time(8), time(12)), (time(13), time(18))
WEEK = [Shift(day, *hours) for day in range(1, 6) for hours in (AFTERNOON, MORNING)] + [Shift(6, time(9), time(12))]
HOURS = BusinessHours(WEEK, [Holiday(date(2026, 12, 25), "Natal")])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("now", "opens_at"),
    [
        ("2026-11-27T08:00", None),  # a Friday, at the minute
        ("2026-11-27T07:59", "2026-11-27T08:00"),
        ("2026-11-27T12:00", "2026-11-27T13:00"),  # a shift ends before its last minute's next
        ("2026-11-27T17:59", None),
        ("2026-11-27T18:00", "2026-11-28T09:00"),
        ("2026-11-28T12:30", "2026-11-30T08:00"),  # over Sunday
        ("2026-12-24T18:30", "2026-12-26T09:00"),  # over Christmas, a Friday
        ("2026-12-25T10:00", "2026-12-26T09:00"),
    ],
)
def test_open_or_when(now: str, opens_at: str | None) -> None:
    found = opening(HOURS, at(now), ZONE)
    assert found.is_open == (opens_at is None)
    assert found.opens_at == (at(opens_at) if opens_at else None)


def test_without_shifts_it_never_closes() -> None:
    assert opening(BusinessHours(), at("2026-11-29T03:00"), ZONE).is_open


def test_a_desk_that_is_always_on_holiday_has_no_opening() -> None:
    days = [Holiday(date.fromordinal(date(2026, 11, 27).toordinal() + n), "Férias") for n in range(90)]
    closed = BusinessHours(WEEK, days, "Voltamos {abertura}.")
    assert opening(closed, at("2026-11-27T10:00"), ZONE).opens_at is None
    assert closed_message(closed, at("2026-11-27T10:00"), ZONE) == "Voltamos em breve."


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2026-11-27T12:30", "hoje às 13:00"),
        ("2026-11-27T20:00", "amanhã às 09:00"),
        ("2026-11-28T15:00", "na segunda-feira, 30/11, às 08:00"),
        ("2026-12-24T20:00", "no sábado, 26/12, às 09:00"),
    ],
)
def test_the_next_opening_in_words(now: str, said: str) -> None:
    hours = BusinessHours(HOURS.week, HOURS.holidays, "Voltamos {abertura}.")
    assert closed_message(hours, at(now), ZONE) == f"Voltamos {said}."


def test_nothing_is_said_while_it_is_open() -> None:
    assert closed_message(HOURS, at("2026-11-27T09:00"), ZONE) is None
