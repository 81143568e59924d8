"""What SQL Server keeps in `sys`, as far as SQLAlchemy and Alembic ask for it, over PostgreSQL's catalogue.

User tables live in the schema `dbo`, so INFORMATION_SCHEMA needs nothing.
"""

import asyncpg
from tests.tds.failures import RAISED

_OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'sys')"
_KINDS = "CASE c.relkind WHEN 'v' THEN 'V' ELSE 'U' END"

# SQL Server's name and number, and PostgreSQL's type behind it.
_TYPES = """('int', 56, 'integer'), ('bigint', 127, 'bigint'), ('bit', 104, 'smallint'), ('nvarchar', 231, 'text'),
    ('varchar', 167, 'character varying'), ('varbinary', 165, 'bytea'), ('uniqueidentifier', 36, 'uuid'),
    ('datetimeoffset', 43, 'timestamp with time zone'), ('datetime2', 42, 'timestamp without time zone'),
    ('date', 40, 'date'), ('time', 41, 'time without time zone'), ('decimal', 108, 'numeric'),
    ('float', 62, 'double precision')"""
_LENGTH = "CASE WHEN a.atttypmod > 4 AND known.number = 167 THEN a.atttypmod - 4 ELSE -1 END"

_STATEMENTS = (
    "CREATE SCHEMA IF NOT EXISTS dbo",
    "CREATE SCHEMA IF NOT EXISTS sys",
    """CREATE OR REPLACE FUNCTION sys.last_identity() RETURNS numeric LANGUAGE plpgsql AS $$
    BEGIN RETURN lastval(); EXCEPTION WHEN object_not_in_prerequisite_state THEN RETURN NULL; END $$""",
    f"""CREATE OR REPLACE FUNCTION sys.throw() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[1], ERRCODE = '{RAISED}', DETAIL = TG_ARGV[0]; END $$""",
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
    f"""CREATE OR REPLACE VIEW sys.types AS
    SELECT name, number AS system_type_id, number AS user_type_id FROM (VALUES {_TYPES}) AS known(name, number, pg)""",
    f"""CREATE OR REPLACE VIEW sys.columns AS
    SELECT a.attrelid::int AS object_id, a.attname::text AS name, a.attnum::int AS column_id,
    COALESCE(d.oid, 0)::int AS default_object_id, COALESCE(known.number, 231) AS user_type_id,
    (NOT a.attnotnull)::int::smallint AS is_nullable, {_LENGTH} AS max_length,
    CASE WHEN known.number = 108 THEN (a.atttypmod - 4) >> 16 ELSE 0 END AS precision,
    CASE WHEN known.number = 108 THEN (a.atttypmod - 4) & 65535
    WHEN known.number IN (42, 43) THEN 7 ELSE 0 END AS scale,
    NULL::text AS collation_name
    FROM pg_attribute a LEFT JOIN (VALUES {_TYPES}) AS known(name, number, pg) ON known.pg = a.atttypid::regtype::text
    LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
    WHERE a.attnum > 0 AND NOT a.attisdropped""",
    """CREATE OR REPLACE VIEW sys.default_constraints AS SELECT oid::int AS object_id, 'DF_' || oid AS name,
    adnum::int AS parent_column_id, '(' || pg_get_expr(adbin, adrelid) || ')' AS definition FROM pg_attrdef""",
    """CREATE OR REPLACE VIEW sys.identity_columns AS SELECT attrelid::int AS object_id, attname::text AS name,
    attnum::int AS column_id, 1::smallint AS is_identity, 1 AS seed_value, 1 AS increment_value
    FROM pg_attribute WHERE attidentity <> ''""",
    """CREATE OR REPLACE VIEW sys.computed_columns AS SELECT 0 AS object_id, 0 AS column_id, '' AS definition,
    0::smallint AS is_persisted WHERE false""",
    """CREATE OR REPLACE VIEW sys.extended_properties AS SELECT 0 AS class, 0 AS major_id, 0 AS minor_id, '' AS name,
    '' AS value WHERE false""",
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
