"""Whom the server runs as: ourselves, or when we are root (which PostgreSQL refuses) somebody unprivileged."""

import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from plantao.kit.postgres.errors import NoUnprivilegedUserError
from plantao.kit.postgres.layout import Layout

_LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True)
class Account:
    """`keeps` is the launcher's word for the capability that the server needs to reach its files."""

    uid: int
    gid: int
    keeps: str = "none"

    def command(self, mode: str, *argv: str) -> list[str]:
        """`argv` run by the launcher as this account; `mode` is `run` or `detach`."""
        identity = "self" if self.uid == os.geteuid() else f"{self.uid}:{self.gid}:{self.keeps}"
        return [sys.executable, "-I", "-S", str(_LAUNCHER), mode, identity, "--", *argv]

    def take(self, path: Path) -> None:
        """Makes `path` (no link is followed) this account's own."""
        os.chown(path, self.uid, self.gid, follow_symlinks=False)


def environment(**extra: str) -> dict[str, str]:
    """For every program that we start: no PG* variables, no locale, and none of the application's secrets."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"LC_ALL": "C", "TZ": "UTC"} | extra


def choose(layout: Layout, binaries: Path) -> Account:
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    uid, gid = _unprivileged(layout)
    return Account(uid, gid, _needed_capability(uid, gid, layout, binaries))


def _unprivileged(layout: Layout) -> tuple[int, int]:
    """The data directory's owner, else the cluster's (chosen at an earlier start), else nobody."""
    for path in (layout.root, layout.pgdata):
        if path.exists() and (stat := path.stat()).st_uid != 0:
            return stat.st_uid, stat.st_gid
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise NoUnprivilegedUserError(
            f"PostgreSQL cannot run as root and there is no user 'nobody': run as an ordinary user, "
            f"or give {layout.root} to one"
        ) from None
    return nobody.pw_uid, nobody.pw_gid


def _needed_capability(uid: int, gid: int, layout: Layout, binaries: Path) -> str:
    """Nothing where the paths are open to `uid`, as usual; a capability in /root or a private directory."""
    server = binaries / "bin" / "postgres"
    script = '[ -x "$1" ] && [ -r "$2" ] && [ -x "$3" ]'
    paths = [str(server), str(binaries / "share" / "postgres.bki"), str(layout.root)]
    try:
        probe = subprocess.run(  # noqa: S603 (our own constant script; the paths are its arguments)
            ["/bin/sh", "-c", script, "sh", *paths],
            user=uid, group=gid, extra_groups=(), env=environment(), cwd="/", check=False,
        )  # fmt: skip
    except (PermissionError, OSError) as error:
        raise NoUnprivilegedUserError(
            f"PostgreSQL cannot run as root and we cannot become user {uid} ({error}): run as an ordinary user, "
            f"or grant the capabilities SETUID and SETGID"
        ) from error
    if probe.returncode == 0:
        return "none"
    # To search and read is enough, unless the very program may not be executed by others.
    return "read" if server.stat().st_mode & 0o001 else "override"
