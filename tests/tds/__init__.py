"""A stand-in for SQL Server, for tests: TDS 7.4 to real drivers, PostgreSQL behind it."""

from tests.tds.server import TdsServer, connect_args

__all__ = ["TdsServer", "connect_args"]
