"""Rows in and out, over both drivers."""

import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Engine, case, delete, exists, func, insert, select, text, true, update
from tests.tds.tables import people, visits

MOMENT = datetime(2026, 11, 23, 15, 4, 5, 123456, tzinfo=UTC)
_FOUND = select(func.count()).select_from(people)
LONG = "ação 😀 d'água %s \\ " * 300


def test_a_row_comes_back_as_it_went(engine: Engine) -> None:
    row = {"email": "ana@exemplo.com.br", "note": LONG, "active": False, "since": MOMENT}
    with engine.begin() as connection:
        number = connection.execute(insert(people).returning(people.c.id), row).scalar_one()
        found = connection.execute(select(people)).mappings().one()
    assert dict(found) == row | {"id": number}
    assert found["since"].utcoffset() == timedelta(0)


def test_bytes_identifiers_and_nothing(engine: Engine) -> None:
    photo = bytes(range(256)) * 40
    row: dict[str, Any] = {"id": uuid.uuid4(), "token": b"\x00\xff" * 16, "photo": photo, "ended_at": None}
    with engine.begin() as connection:
        row["person_id"] = connection.scalar(insert(people).values(email="a").returning(people.c.id))
        connection.execute(insert(visits), row)
        connection.execute(update(visits).values(token=None, photo=None).where(visits.c.id == uuid.uuid4()))
        assert dict(connection.execute(select(visits)).mappings().one()) == row
        connection.execute(update(visits).values(token=None, photo=None).where(visits.c.id == row["id"]))
        found = connection.execute(select(visits.c.token, visits.c.photo)).one()
    assert found == (None, None)


def test_another_offset_is_the_same_moment(engine: Engine) -> None:
    there = MOMENT.astimezone(timezone(timedelta(hours=-3)))
    with engine.begin() as connection:
        connection.execute(insert(people), {"email": "a", "since": there})
        assert connection.scalar(select(people.c.since)) == MOMENT
        assert connection.scalar(select(people.c.id).where(people.c.since >= there)) is not None


def test_identities_and_counts(engine: Engine) -> None:
    with engine.begin() as connection:
        made = connection.execute(insert(people).returning(people.c.id), [{"email": f"p{n}"} for n in range(5)])
        first, *others = made.scalars().all()
        assert others == [first + n for n in range(1, 5)]
        assert connection.execute(update(people).values(note="x").where(people.c.id > first)).rowcount == 4
        assert connection.execute(update(people).values(note="y").where(people.c.id < first)).rowcount == 0
        changed = update(people).values(note=people.c.email + "!").where(people.c.id == first).returning(people.c.note)
        assert connection.execute(changed).scalar_one() == "p0!"
        gone = delete(people).where(people.c.id == first).returning(people.c.email)
        assert connection.execute(gone).scalars().all() == ["p0"]
        assert connection.execute(delete(people)).rowcount == 4


def test_pages_counts_and_conditions(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(people), [{"email": f"p{n}", "active": n % 2 == 0} for n in range(10)])
        ordered = select(people.c.email).order_by(people.c.email)
        assert connection.execute(ordered.offset(3).limit(2)).scalars().all() == ["p3", "p4"]
        assert connection.execute(ordered.limit(1)).scalars().all() == ["p0"]
        assert connection.scalar(select(func.count()).select_from(people).where(people.c.active)) == 5
        few = select(people.c.email).where(people.c.email.in_(["p1", "p7", "x"]))
        assert set(connection.execute(few).scalars()) == {"p1", "p7"}
        strange = insert(people).values(email="50%\\x'")
        connection.execute(strange)
        assert connection.scalar(_FOUND.where(people.c.email.contains("0%\\x'", autoescape=True))) == 1
        assert connection.scalar(_FOUND.where(people.c.email.like("50%\\%"))) == 1
        assert connection.scalar(select(exists().where(people.c.email == "p9"))) == 1
        kind = case((people.c.active == true(), "on"), else_="off")
        counted = select(kind, func.count()).group_by(people.c.active).order_by(people.c.active)
        assert connection.execute(counted).all() == [("off", 5), ("on", 6)]
        assert connection.scalar(select(func.len(people.c.email)).limit(1)) == 2


def test_nocount_hides_the_count(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(people), [{"email": "a"}, {"email": "b"}])
        connection.exec_driver_sql("SET NOCOUNT ON")
        assert connection.execute(update(people).values(note="x")).rowcount == -1
        connection.exec_driver_sql("SET NOCOUNT OFF")
        assert connection.execute(update(people).values(note="x")).rowcount == 2


@pytest.mark.parametrize("size", [1, 4096, 70_000])
def test_requests_and_answers_of_many_packets(engine: Engine, size: int) -> None:
    note = "ü" * size
    with engine.begin() as connection:
        connection.execute(insert(people), {"email": "a", "note": note})
        connection.execute(insert(people), [{"email": f"p{n}", "note": "x" * 100} for n in range(100)])
        assert connection.scalar(select(people.c.note).where(people.c.email == "a")) == note
        assert len(connection.execute(select(people)).all()) == 101
        assert connection.scalar(text("SELECT @@ROWCOUNT")) == 101
