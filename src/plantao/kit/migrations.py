"""Brings a database to the present schema, also while an older process still works on it.

One migrator at a time (an advisory lock); no statement waits long for a table lock, so that a migration that
meets a long transaction fails and is tried again instead of holding up everybody behind it.
"""

import asyncio
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

log = structlog.get_logger(__name__)

MIGRATION_LOCK = 0x506C616E  # any constant; shared by all migrators of one database
ATTEMPTS, PAUSE_SECONDS = 5, 2.0
LOCK_TIMEOUT = "4s"
STATEMENT_TIMEOUT = "15min"  # an index over millions of rows is allowed its time
LOCK_NOT_AVAILABLE = "55P03"


def migrations_directory() -> Path:
    """Inside the installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parents[1] / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_directory()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def newest_revision() -> str:
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None  # noqa: S101 - the project has at least one migration
    return revision


async def current_revision(url: str) -> str | None:
    """The database's revision, or None when it is empty."""
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def migrate(url: str) -> None:
    """Upgrades to the newest revision. Raises what the database raised, after a few tries for locks."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            await _upgrade(url)
            return
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE or attempt == ATTEMPTS:
                raise
            log.warning("migration_waits_for_lock", attempt=attempt)
            await asyncio.sleep(PAUSE_SECONDS * attempt)


async def _upgrade(url: str) -> None:
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as guard:
        # Held on a connection of its own: each migration commits by itself.
        await guard.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
        try:
            worker = create_async_engine(url, poolclass=NullPool)
            async with worker.connect() as connection:
                await connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
                await connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
                await connection.commit()
                await connection.run_sync(lambda sync: command.upgrade(_config(sync), "head"))
                await connection.commit()
        finally:
            await guard.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": MIGRATION_LOCK})
