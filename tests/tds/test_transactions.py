"""Transactions, locks and errors, over both drivers."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from tests.tds.tables import people, visits

_WAITING = (
    "SELECT COUNT(*) FROM pg_catalog.pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
_COUNT = select(func.count()).select_from(people)


def test_commit_and_rollback(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(insert(people).values(email="a"))
        connection.commit()
        connection.execute(insert(people).values(email="b"))
        connection.rollback()
        assert connection.execute(select(people.c.email)).scalars().all() == ["a"]


def test_others_see_it_after_the_commit(engine: Engine) -> None:
    with engine.connect() as one, engine.connect() as other:
        one.execute(insert(people).values(email="a"))
        assert other.scalar(_COUNT) == 0
        one.commit()
        assert other.scalar(_COUNT) == 1


def test_autocommit(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection, engine.connect() as other:
        connection.execute(insert(people).values(email="a"))
        assert connection.scalar(text("SELECT @@TRANCOUNT")) == 0
        assert other.scalar(_COUNT) == 1


def test_a_savepoint(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(people).values(email="a"))
        nested = connection.begin_nested()
        connection.execute(insert(people).values(email="b"))
        nested.rollback()
        assert connection.scalar(_COUNT) == 1


def test_an_isolation_level(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="SERIALIZABLE") as one, engine.connect() as other:
        assert one.get_isolation_level() == "SERIALIZABLE"
        assert one.scalar(_COUNT) == 0
        other.execute(insert(people).values(email="a"))
        other.commit()
        assert one.scalar(_COUNT) == 0


def _refused(connection: Connection, statement: str) -> str:
    with pytest.raises(IntegrityError) as refused:
        connection.exec_driver_sql(statement)
    return str(refused.value)


def test_a_refused_row_costs_only_itself(engine: Engine) -> None:
    with engine.begin() as connection:
        number = connection.scalar(insert(people).values(email="a").returning(people.c.id))
        unique = _refused(connection, "INSERT INTO people (email) VALUES (N'a')")
        assert "Violation of UNIQUE KEY constraint 'uq_people_email'. Cannot insert duplicate key" in unique
        assert "'dbo.people'. The duplicate key value is (a)." in unique
        assert "PRIMARY KEY constraint" in _refused(
            connection, f"INSERT INTO people (id, email) VALUES ({number}, 'b')"
        )
        assert 'CHECK constraint "ck_people_email"' in _refused(connection, "UPDATE people SET email = N''")
        null = _refused(connection, "INSERT INTO people (note) VALUES (N'x')")
        assert "Cannot insert the value NULL into column 'email', table 'auth.dbo.people'" in null
        connection.execute(insert(people).values(email="c"))
    with engine.connect() as connection:
        assert connection.execute(select(people.c.email).order_by(people.c.email)).scalars().all() == ["a", "c"]


def test_foreign_keys_and_a_filtered_index(engine: Engine) -> None:
    with engine.begin() as connection:
        number = connection.scalar(insert(people).values(email="a").returning(people.c.id))
        row = f"INSERT INTO visits (id, person_id) VALUES (NEWID(), {number})"
        connection.exec_driver_sql(row)
        again = _refused(connection, row)
        assert "Cannot insert duplicate key row in object 'dbo.visits' with unique index 'uq_visits_open'" in again
        connection.execute(update(visits).values(ended_at=func.sysdatetimeoffset()))
        connection.exec_driver_sql(row)
        nobody = _refused(connection, row.replace(f"{number})", "0)"))
        assert 'INSERT statement conflicted with the FOREIGN KEY constraint "fk_visits_person"' in nobody
        still = _refused(connection, "DELETE FROM people")
        assert 'DELETE statement conflicted with the REFERENCE constraint "fk_visits_person"' in still
        assert connection.execute(delete(visits)).rowcount == 2


def test_what_is_not_there_and_what_is_not_spoken(engine: Engine) -> None:
    for statement, answer in (
        ("SELECT * FROM nobody", "Invalid object name 'nobody'."),
        ("SELECT nothing FROM people", "Invalid column name 'nothing'."),
        ("SELECT FROM WHERE", "Incorrect syntax near"),
        ("BACKUP DATABASE x TO DISK = 'y'", "Incorrect syntax near"),
    ):
        with engine.connect() as connection, pytest.raises(DBAPIError) as refused:
            connection.exec_driver_sql(statement)
        assert answer in str(refused.value)


def _locked(connection: Connection, email: str) -> int | None:
    query = select(people.c.id).with_hint(people, "WITH (UPDLOCK, HOLDLOCK)").where(people.c.email == email)
    return connection.scalar(query)


@pytest.mark.parametrize("there", [True, False])
def test_a_lock_is_waited_for(engine: Engine, there: bool) -> None:
    """HOLDLOCK locks the row that may come, too."""
    if there:
        with engine.begin() as connection:
            connection.execute(insert(people).values(email="a", note="first"))
    order: list[str] = []
    asks = threading.Event()

    def second() -> None:
        with engine.begin() as connection:
            asks.set()
            _locked(connection, "a")
            order.append("second")

    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as connection:
            _locked(connection, "a")
            waiting = pool.submit(second)
            asks.wait()
            with engine.connect() as other:  # PostgreSQL itself says when it waits
                while not waiting.done() and not other.scalar(text(_WAITING)):
                    other.rollback()
            order.append("first")
        waiting.result()
    assert order == ["first", "second"]


def test_a_deadlock_has_one_victim(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(people), [{"email": "a"}, {"email": "b"}])
    both = threading.Barrier(2)

    def take(first: str, second: str) -> str:
        try:
            with engine.begin() as connection:
                connection.execute(update(people).values(note="x").where(people.c.email == first))
                both.wait()
                connection.execute(update(people).values(note="x").where(people.c.email == second))
        except DBAPIError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(2) as pool:
        told = [pool.submit(take, *pair) for pair in (("a", "b"), ("b", "a"))]
        texts = sorted(each.result() for each in told)
    assert texts[0] == ""
    assert "chosen as the deadlock victim" in texts[1]
