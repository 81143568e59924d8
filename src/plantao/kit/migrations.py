"""Brings a database to the present schema, also while an older process still works on it.

One migrator at a time (an advisory lock); no statement waits long for a table lock, so that a migration that
meets a long transaction fails and is tried again instead of holding up everybody behind it.
"""

import asyncio
from pathlib import Path

import structlog
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


def newest_revision(directory: Path | None = None) -> str:
    """The revisions are in one line, and their files' names begin with their numbers; a test holds them to it."""
    versions = (directory or migrations_directory()) / "versions"
    return max(path.name.partition("_")[0] for path in versions.glob("[0-9]*.py"))


async def current_revision(url: str) -> str | None:
    """The database's revision, or None when it is empty."""
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        if await connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
            return None
        revision: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        return revision


async def migrate(url: str) -> None:
    """Upgrades to the newest revision, if it is not there. Raises what the database raised, after a few tries."""
    if await current_revision(url) == newest_revision():
        return
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
                await connection.run_sync(upgrade, migrations_directory())
                await connection.commit()
        finally:
            await guard.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": MIGRATION_LOCK})


def upgrade(connection: Connection, directory: Path) -> None:
    """Runs what is missing of the migrations in `directory`."""
    # Alembic takes a fifth of a second to import, and most starts find the schema as it should be.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(directory).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
