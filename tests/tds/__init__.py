"""A stand-in for SQL Server: TDS 7.4 to the real drivers mssql-python and pymssql, PostgreSQL behind it.

`TdsServer(postgres_url)` listens on the loopback while its `with` block runs; `url(driver)` and `connect_args(driver)`
make an engine; `statements` is what was received; `hang`, `stop_listening`, `drop_connections` and `resume` are its
outages. Statements are turned over by sqlglot; each client has a PostgreSQL connection of its own.

It covers: log-in (errors 18456, 4060), in the clear or over TLS; batches and the calls that the drivers make
(sp_executesql, sp_prepexec, sp_prepare, sp_execute, sp_unprepare, sp_describe_undeclared_parameters), with attention;
autocommit, implicit and explicit transactions, savepoints, isolation levels; queries, INSERT, UPDATE and DELETE with
OUTPUT, TOP, OFFSET, UPDATE FROM; tables, constraints, (filtered) indexes, ALTER, the trigger that refuses changes;
sp_getapplock; WAITFOR DELAY; the catalogue as far as SQLAlchemy's has_table, get_table_names, get_columns and Alembic
ask; errors with SQL Server's numbers and words. What it does not know is answered with error 102, which names it.

It differs from SQL Server in this:

- Text compares exactly, byte by byte, with its trailing spaces. SQL Server's default collation ignores case. The
  product stores a case-folded key, so nothing hangs on it.
- Readers never wait for writers, as with READ_COMMITTED_SNAPSHOT ON. SERIALIZABLE and SNAPSHOT are PostgreSQL's; their
  conflicts are error 1205.
- UPDLOCK is FOR UPDATE. With HOLDLOCK, two statements of the very same condition also wait for each other where there
  is no row yet; an INSERT into the range does not wait.
- A DATETIMEOFFSET comes back in UTC, to the microsecond. VARBINARY(n) is not measured. SMALLINT and TINYINT are INT,
  for PostgreSQL's smallint is BIT.
- Identities take any value without IDENTITY_INSERT. The names of indexes are unique in the schema. XACT_ABORT is OFF.
- A set in a LIKE pattern (`[a-z]`) is refused.
- No cursors, no MARS, no bulk load, no temporary tables, no MERGE with OUTPUT, no IF but on @@TRANCOUNT.
"""

from tests.tds.drivers import connect_args, drivers
from tests.tds.server import TdsServer

__all__ = ["TdsServer", "connect_args", "drivers"]
