"""The server's processes, seen from outside: are there any, which one is the postmaster, start, stop, kill.

That some live is told by a lock that the postmaster gets from us and its children inherit: no number to be
reused, nothing to go stale, and a zombie does not hold it. Linux only (it reads /proc).
"""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from plantao.kit.postgres import errors, locks
from plantao.kit.postgres.account import Account, environment
from plantao.kit.postgres.connect import Address
from plantao.kit.postgres.layout import Layout


@dataclass(frozen=True)
class Postmaster:
    """What a living postmaster wrote into postmaster.pid."""

    pid: int
    address: Address
    is_ready: bool


def is_alive(layout: Layout) -> bool:
    """Whether any process of the server lives. Ask only under the start lock."""
    # The second question is for file systems (NFS) where a child does not inherit a lock.
    return not locks.is_free(layout, layout.alive_lock) or find_postmaster(layout) is not None


def find_postmaster(layout: Layout) -> Postmaster | None:
    """The living postmaster; None when there is none, when it is a zombie, or when its pid is now another's."""
    try:
        lines = (layout.pgdata / "postmaster.pid").read_text().splitlines()
        pid, port, sockets = int(lines[0]), int(lines[3]), lines[4]
    except (FileNotFoundError, ValueError, IndexError):  # none, or only half written yet
        return None
    if not _is_postmaster(layout, pid):
        return None
    address = Address(str(layout.run) if sockets else "127.0.0.1", port)
    return Postmaster(pid, address, is_ready=lines[7:] != [] and lines[7].strip() == "ready")


def _is_postmaster(layout: Layout, pid: int) -> bool:
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:  # gone, or another user's and hidden
        return False
    return f"cluster_name={layout.cluster_name}".encode() in arguments


def has_settings(layout: Layout, arguments: list[str]) -> bool:
    """Whether the server was started with exactly these (the last) arguments."""
    started_with = (layout.pgdata / "postmaster.opts").read_text().rstrip("\n")
    return started_with.endswith("".join(f' "{argument}"' for argument in arguments))


def stop_fast(layout: Layout) -> None:
    """Tells the server to end its sessions, write a checkpoint and leave. Does not wait; may be repeated."""
    if postmaster := find_postmaster(layout):
        with suppress(ProcessLookupError):
            os.kill(postmaster.pid, signal.SIGINT)
    else:
        _kill_orphans(layout)


def _kill_orphans(layout: Layout) -> None:
    """Kills what a killed postmaster left behind, such as a session in a long query. Safe: recovery follows."""
    title, owner = f"postgres: {layout.cluster_name}: ".encode(), layout.pgdata.stat().st_uid
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if process.stat().st_uid == owner and (process / "cmdline").read_bytes().startswith(title):
                os.kill(int(process.name), signal.SIGKILL)


def spawn(layout: Layout, account: Account, argv: list[str]) -> None:
    """Starts the server as nobody's child, holding the alive lock. Call it only when nothing is alive."""
    alive = locks.try_lock(layout, layout.alive_lock)
    if alive is None:
        raise errors.StartFailedError(f"{layout.alive_lock} is held by an unknown process: see 'fuser' who it is")
    log = layout.open(layout.log, os.O_WRONLY | os.O_APPEND)
    try:
        subprocess.run(  # noqa: S603 (the wheel's server with our own arguments)
            account.command("detach", *argv),
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[alive],
            env=environment(), cwd="/", check=False,
        )  # fmt: skip
    finally:
        os.close(log)
        os.close(alive)


def clear_remains(layout: Layout, account: Account) -> None:
    """Removes what a killed server left: PostgreSQL takes a reused pid in these files for a living server."""
    (layout.pgdata / "postmaster.pid").unlink(missing_ok=True)
    if layout.run.is_symlink() or layout.run.is_file():
        layout.run.unlink()
    shutil.rmtree(layout.run, ignore_errors=True)
    layout.run.mkdir(mode=0o700, exist_ok=True)
    account.take(layout.run)
    if layout.log.exists():
        layout.log.replace(layout.log.with_suffix(".log.1"))
