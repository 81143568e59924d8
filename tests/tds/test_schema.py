"""Schema changes, the trigger, application locks and Alembic, over both drivers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

_LOCK = (
    "DECLARE @r INT; EXEC @r = sp_getapplock @Resource = 'plantao_migrations', @LockMode = 'Exclusive', "
    "@LockOwner = 'Session', @LockTimeout = {timeout}; SELECT @r"
)
_RELEASE = (
    "DECLARE @r INT; EXEC @r = sp_releaseapplock @Resource = 'plantao_migrations', @LockOwner = 'Session'; SELECT @r"
)
_MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "{revision}", {down}

def upgrade() -> None:
    {upgrade}

def downgrade() -> None:
    {downgrade}
"""
_ENV = """
from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
"""


@contextmanager
def _table(engine: Engine, definition: str) -> Iterator[Connection]:
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE TABLE audit ({definition})")
        connection.commit()
        try:
            yield connection
        finally:
            connection.rollback()
            connection.exec_driver_sql("DROP TABLE audit")
            connection.commit()


def test_a_table_that_only_grows(engine: Engine) -> None:
    with _table(engine, "id BIGINT IDENTITY(1,1) NOT NULL PRIMARY KEY, what NVARCHAR(max) NOT NULL") as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER audit_stays ON audit INSTEAD OF UPDATE, DELETE AS "
            "THROW 51000, 'The audit is never changed.', 1"
        )
        connection.exec_driver_sql("INSERT INTO audit (what) VALUES (N'kept')")
        connection.commit()
        for statement in ("UPDATE audit SET what = N'x'", "DELETE FROM audit", "DELETE FROM audit WHERE id = 0"):
            with pytest.raises(DBAPIError, match="The audit is never changed"):
                connection.exec_driver_sql(statement)
            connection.rollback()
        assert connection.scalar(text("SELECT what FROM audit")) == "kept"
        connection.exec_driver_sql("DROP TRIGGER audit_stays")
        assert connection.exec_driver_sql("DELETE FROM audit").rowcount == 1


def test_columns_and_indexes_change(engine: Engine) -> None:
    with _table(engine, "id INT NOT NULL CONSTRAINT pk_audit PRIMARY KEY CLUSTERED, a NVARCHAR(5) NULL") as connection:
        for statement in (
            "INSERT INTO audit (id, a) VALUES (1, N'x')",
            "ALTER TABLE audit ADD b BIT NOT NULL CONSTRAINT df_b DEFAULT 1, c DATETIME2(3) NULL",
            "ALTER TABLE audit ADD CONSTRAINT ck_audit CHECK (id > 0)",
            "CREATE UNIQUE NONCLUSTERED INDEX ix_audit ON audit (a, b DESC) INCLUDE (c) WHERE a IS NOT NULL",
            "DROP INDEX ix_audit ON audit",
            "ALTER TABLE audit DROP CONSTRAINT ck_audit",
            "ALTER TABLE audit ALTER COLUMN a NVARCHAR(50) NOT NULL",
            "ALTER TABLE audit DROP COLUMN c",
            "ALTER TABLE audit ADD CONSTRAINT df_a DEFAULT (N'there') FOR a",
            "INSERT INTO audit (id) VALUES (3)",
            "DELETE FROM audit WHERE a = N'there'",
            "EXEC sp_rename 'audit.a', 'name', 'COLUMN'",
        ):
            connection.exec_driver_sql(statement)
        assert connection.execute(text("SELECT * FROM audit")).mappings().one() == {"id": 1, "name": "x", "b": True}
        with pytest.raises(DBAPIError, match="Cannot insert the value NULL into column 'name'"):
            connection.exec_driver_sql("INSERT INTO audit (id, name) VALUES (2, NULL)")
        with pytest.raises(DBAPIError, match="truncated"):
            connection.exec_driver_sql(f"INSERT INTO audit (id, name) VALUES (2, '{'x' * 51}')")


def test_one_migrates_at_a_time(engine: Engine) -> None:
    def take(connection: Connection, timeout: int = 0) -> int:
        return int(connection.exec_driver_sql(_LOCK.format(timeout=timeout)).scalar_one())

    with engine.connect() as one, engine.connect() as other:
        assert take(one, 60000) == 0
        one.commit()
        assert take(other) == -1
        assert take(other, 20) == -1
        assert one.exec_driver_sql(_RELEASE).scalar_one() == 0
        assert take(other) == 0
        assert other.exec_driver_sql(_RELEASE).scalar_one() == 0


def _scripts(directory: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(directory))
    (directory / "versions").mkdir()
    (directory / "env.py").write_text(_ENV)
    first = _MIGRATION.format(
        revision="0001", down=None, downgrade='op.drop_table("things")',
        upgrade='op.create_table("things", sa.Column("id", sa.Integer, sa.Identity(), primary_key=True), '
        'sa.Column("name", sa.Unicode(20), nullable=False), sa.Column("at", sa.DateTime(timezone=True)))',
    )  # fmt: skip
    second = _MIGRATION.format(
        revision="0002", down='"0001"', downgrade='op.drop_index("ix_things", "things")',
        upgrade='op.add_column("things", sa.Column("on", sa.Boolean, nullable=False, server_default="1")); '
        'op.create_index("ix_things", "things", ["name"], unique=True, mssql_where=sa.text("[on] = 1"))',
    )  # fmt: skip
    (directory / "versions" / "0001.py").write_text(first)
    (directory / "versions" / "0002.py").write_text(second)
    return config


def test_alembic_twice_to_head(engine: Engine, tmp_path: Path) -> None:
    config = _scripts(tmp_path)
    for _ in range(2):
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    columns = {each["name"] for each in inspect(engine).get_columns("things")}
    assert columns == {"id", "name", "at", "on"}
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0002"
        connection.exec_driver_sql("DROP TABLE things; DROP TABLE alembic_version")
