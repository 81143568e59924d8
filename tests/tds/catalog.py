"""What SQL Server keeps in `sys`, as far as SQLAlchemy and Alembic ask for it, over PostgreSQL's catalogue.

User tables live in the schema `dbo`, so INFORMATION_SCHEMA needs nothing.
"""

import asyncpg

_OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'sys')"
_KINDS = "CASE c.relkind WHEN 'v' THEN 'V' ELSE 'U' END"

_STATEMENTS = (
    "CREATE SCHEMA IF NOT EXISTS dbo",
    "CREATE SCHEMA IF NOT EXISTS sys",
    """CREATE OR REPLACE FUNCTION sys.last_identity() RETURNS numeric LANGUAGE plpgsql AS $$
    BEGIN RETURN lastval(); EXCEPTION WHEN object_not_in_prerequisite_state THEN RETURN NULL; END $$""",
    """CREATE OR REPLACE FUNCTION sys.object_id(name text) RETURNS int LANGUAGE sql AS $$
    SELECT to_regclass(lower(replace(replace(name, '[', ''), ']', '')))::oid::int $$""",
    "CREATE OR REPLACE VIEW sys.schemas AS SELECT oid::int AS schema_id, nspname::text AS name FROM pg_namespace",
    f"""CREATE OR REPLACE VIEW sys.objects AS
    SELECT c.oid::int AS object_id, c.relname::text AS name, c.relnamespace::int AS schema_id, {_KINDS} AS type
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v') AND {_OURS}
    UNION ALL SELECT t.oid::int, t.tgname::text, c.relnamespace::int, 'TR'
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal""",
    "CREATE OR REPLACE VIEW sys.all_objects AS SELECT * FROM sys.objects",
    "CREATE OR REPLACE VIEW sys.tables AS SELECT * FROM sys.objects WHERE type = 'U'",
    "CREATE OR REPLACE VIEW sys.system_views AS SELECT 'dm_exec_sessions'::text AS name",
    """CREATE OR REPLACE VIEW sys.dm_exec_sessions AS SELECT current_setting('tds.spid')::int AS session_id,
    current_setting('tds.isolation')::int AS transaction_isolation_level""",
)


async def install(connection: asyncpg.Connection) -> None:
    """In a database of ours; several servers may share one."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('tds catalogue'))")
        for statement in _STATEMENTS:
            await connection.execute(statement)


async def introduce(connection: asyncpg.Connection, spid: int, isolation: int) -> None:
    """Tells `sys.dm_exec_sessions` of a session; `isolation` is SQL Server's number."""
    query = "SELECT set_config('tds.spid', $1, false), set_config('tds.isolation', $2, false)"
    await connection.execute(query, str(spid), str(isolation))
