"""Creates the cluster, whole or not at all."""

import json
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from plantao.kit.postgres import errors
from plantao.kit.postgres.account import Account, environment
from plantao.kit.postgres.layout import Layout
from plantao.kit.postgres.locks import POLL

SUPERUSER = "postgres"


@dataclass(frozen=True)
class Passwords:
    """Of the bootstrap superuser (used only by this package) and of the owner role (the application's)."""

    superuser: str
    owner: str


def read_passwords(layout: Layout) -> Passwords:
    try:
        return Passwords(**json.loads(layout.passwords.read_text()))
    except (FileNotFoundError, ValueError, TypeError) as error:
        raise errors.StartFailedError(
            f"{layout.passwords} is missing or damaged, so nobody can log in: restore it from a backup"
        ) from error


def create(layout: Layout, binaries: Path, account: Account, *, sync: bool, timeout: float) -> None:
    """Makes `pgdata` beside its place and renames it there when it is complete and on disk."""
    staging = Path(tempfile.mkdtemp(prefix="init-", dir=layout.root))
    try:
        passwords = Passwords(secrets.token_urlsafe(24), secrets.token_urlsafe(24))
        _initdb(staging, binaries, account, passwords, layout, sync=sync, timeout=timeout)
        # Before the rename: a cluster without passwords is of no use, passwords without a cluster are replaced.
        layout.write(layout.passwords, json.dumps(asdict(passwords)))
        (staging / "pgdata").rename(layout.pgdata)
        _sync_directory(layout.root)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def remove_abandoned(layout: Layout) -> None:
    """Removes what starts that were killed half way left behind, under the hands of an initdb that lives on."""
    for staging in layout.root.glob("init-*"):
        for _ in range(100):
            shutil.rmtree(staging, ignore_errors=True)
            if not staging.exists():
                break
            time.sleep(POLL)


def _initdb(
    staging: Path,
    binaries: Path,
    account: Account,
    passwords: Passwords,
    layout: Layout,
    *,
    sync: bool,
    timeout: float,
) -> None:
    password_file = staging / "password"
    password_file.touch(0o600)
    password_file.write_text(passwords.superuser)
    account.take(password_file)
    account.take(staging)  # last: root writes nothing where another user could plant a link
    argv = [
        str(binaries / "bin" / "initdb"), "--pgdata", str(staging / "pgdata"),
        "--username", SUPERUSER, "--auth=scram-sha-256", "--pwfile", str(password_file),
        "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8",
        "--data-checksums", "--no-instructions", *([] if sync else ["--no-sync"]),
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 (the wheel's initdb with our own arguments)
            account.command("run", *argv),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=environment(), cwd="/", timeout=timeout, text=True, errors="replace", check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise errors.StartTimeoutError(
            f"initdb did not finish in {timeout:g} s in {layout.root}: is the disk slow? Start again"
        ) from error
    if done.returncode:
        raise errors.from_output(done.stdout, layout.root)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
