"""Brings the users' own database to the present schema: one migrator at a time, each migration a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import URL, Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from plantao.identity.repository.sqlserver import is_outage, open_engine
from plantao.identity.repository.store import StoreUnavailable
from plantao.kit.log import redact_text
from plantao.kit.migrations import migrations_directory, upgrade
from plantao.kit.migrations import newest_revision as newest_of

log = structlog.get_logger(__name__)

LOCK_SECONDS = 60
STATEMENT_SECONDS = 900  # an index over many rows is allowed its time
_LOCK = text(
    "DECLARE @r INT; EXEC @r = sp_getapplock @Resource = 'plantao_migrations', @LockMode = 'Exclusive', "
    f"@LockOwner = 'Session', @LockTimeout = {LOCK_SECONDS * 1000}; SELECT @r"
)
_UNLOCK = text("EXEC sp_releaseapplock @Resource = 'plantao_migrations', @LockOwner = 'Session'")
DIRECTORY = "sqlserver"


class MigrationLocked(Exception):
    """Somebody else migrates, and does not end."""


def newest_revision() -> str:
    return newest_of(migrations_directory() / DIRECTORY)


def current_revision(connection: Connection) -> str | None:
    """None for a database without our tables."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def migrate(url: str | URL) -> None:
    """Blocks. Upgrades to the newest revision, if it is not there.

    Raises `StoreUnavailable`, `MigrationLocked`, or what the database raised.
    """
    engine = open_engine(url, statement_seconds=STATEMENT_SECONDS)
    try:
        _migrate(engine)
    except DBAPIError as error:
        if not is_outage(error):
            raise
        log.error("users_database_away", error=redact_text(str(error.orig)))
        raise StoreUnavailable from None
    finally:
        engine.dispose()


def _migrate(engine: Engine) -> None:
    with engine.connect() as connection:
        if current_revision(connection) == newest_revision():
            return
    with _alone(engine), engine.connect() as connection:
        upgrade(connection, migrations_directory() / DIRECTORY)
        connection.commit()


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Holds a lock on a connection of its own: each migration commits by itself."""
    with engine.connect() as connection:
        if (connection.scalar(_LOCK) or 0) < 0:
            raise MigrationLocked
        try:
            yield
        finally:
            connection.execute(_UNLOCK)
