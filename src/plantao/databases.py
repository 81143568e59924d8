"""The one or two databases: PostgreSQL for everything, and a SQL Server for users where the settings name one.

SQLAlchemy's dialect and the drivers of the second are imported only where it is used.
"""

import asyncio

from plantao.identity.repository.store import PostgresStore, Store
from plantao.kit.db import Database
from plantao.kit.migrations import migrate
from plantao.settings import Settings, auth_url


def open_store(settings: Settings, database: Database) -> Store:
    """Where users are kept. Connects to nothing yet. Raises `SettingsError`."""
    if settings.auth_database_url is None:
        return PostgresStore(database)
    from plantao.identity.repository.sqlserver import SqlServerStore  # noqa: PLC0415 - only where it is used

    return SqlServerStore(auth_url(settings))


async def migrate_all(settings: Settings, url: str) -> None:
    """Brings both to the present schema. Raises `SettingsError`, `StoreUnavailable`, or what a database raised."""
    await migrate(url)
    if settings.auth_database_url is None:
        return
    from plantao.identity.repository.sqlserver_migrations import migrate as migrate_users  # noqa: PLC0415 - as above

    await asyncio.to_thread(migrate_users, auth_url(settings))
