"""Each failure has its class, and one line that says what to do."""

import fcntl
import shutil
import socket
from pathlib import Path

import pytest
from tests.kit.postgres.helpers import FAST, is_running, postmaster, query, until

from plantao.kit.postgres import (
    AccessDeniedError,
    DiskFullError,
    EmbeddedPostgres,
    LockTimeoutError,
    NoUnprivilegedUserError,
    PostgresError,
    StartFailedError,
    StartTimeoutError,
    VersionMismatchError,
)
from plantao.kit.postgres.errors import PortTakenError, from_output


def initialise(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, settings=FAST):
        pass


def test_another_major_version_is_named(damageable: Path) -> None:
    (damageable / "pgdata" / "PG_VERSION").write_text("17\n")
    with pytest.raises(VersionMismatchError, match="made by PostgreSQL 17 and this is PostgreSQL 18") as caught:
        EmbeddedPostgres(damageable).start()
    assert "\n" not in str(caught.value)
    assert not is_running(damageable)


def test_a_start_that_fails_shows_the_end_of_the_log(data_dir: Path) -> None:
    with pytest.raises(StartFailedError, match='invalid value for parameter "work_mem"') as caught:
        EmbeddedPostgres(data_dir, settings={**FAST, "work_mem": "much"}).start()
    assert "\n" not in str(caught.value)
    assert str(data_dir / "server.log") in str(caught.value)
    initialise(data_dir)


def test_lost_passwords_are_named(damageable: Path) -> None:
    (damageable / "passwords.json").unlink()
    with pytest.raises(StartFailedError, match=r"passwords\.json is missing"):
        EmbeddedPostgres(damageable, settings=FAST).start()
    assert not is_running(damageable)


def test_a_starter_that_never_ends_is_not_waited_for_for_ever(initialised: Path) -> None:
    with (initialised / "start.lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(LockTimeoutError, match=r"start\.lock"):
            EmbeddedPostgres(initialised, start_timeout=0.05).start()
    initialise(initialised)


def test_a_slow_start_is_left_running_for_the_next_to_join(initialised: Path) -> None:
    with pytest.raises(StartTimeoutError, match="start again"):
        EmbeddedPostgres(initialised, settings=FAST, start_timeout=0.0).start()
    pid = postmaster_when_there(initialised)
    with EmbeddedPostgres(initialised, settings=FAST):
        assert postmaster(initialised).pid == pid
    assert not is_running(initialised)


def postmaster_when_there(data_dir: Path) -> int:
    file = data_dir / "pgdata" / "postmaster.pid"
    until(lambda: file.exists() and file.read_text())
    return int(file.read_text().split()[0])


def test_a_taken_port_is_told(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        server = EmbeddedPostgres(data_dir.with_name("x" * 100), settings={**FAST, "port": port})
        with pytest.raises(PortTakenError, match="start again"):
            server.start()


def test_whatever_stands_where_the_socket_goes_is_replaced_not_followed(damageable: Path) -> None:
    elsewhere = damageable.with_name("elsewhere")
    elsewhere.mkdir()
    (elsewhere / "precious").touch()
    shutil.rmtree(damageable / "run")  # a killed server has left its socket there
    (damageable / "run").symlink_to(elsewhere)
    with EmbeddedPostgres(damageable, settings=FAST) as server:
        assert query(server.url(), "SELECT 1") == 1
    assert [path.name for path in elsewhere.iterdir()] == ["precious"]
    assert not (damageable / "run").is_symlink()


def test_a_lock_that_is_a_link_is_refused(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "start.lock").symlink_to(data_dir / "other")
    with pytest.raises(PostgresError):
        EmbeddedPostgres(data_dir).start()
    assert [path.name for path in data_dir.iterdir()] == ["start.lock"]


def test_a_file_in_place_of_the_directory_is_told(data_dir: Path) -> None:
    data_dir.touch()
    with pytest.raises(PostgresError, match=str(data_dir)):
        EmbeddedPostgres(data_dir).start()
    data_dir.unlink()


@pytest.mark.parametrize(
    ("output", "kind"),
    [
        ('FATAL:  could not write lock file "postmaster.pid": No space left on device\n', DiskFullError),
        ("could not extend file: Disk quota exceeded\n", DiskFullError),
        ('could not open file "x": Permission denied\n', AccessDeniedError),
        ("launcher refused: as root, PostgreSQL must run as user 1\n", NoUnprivilegedUserError),
        ('could not bind IPv4 address "127.0.0.1": Address already in use\n', PortTakenError),
        ("Segmentation fault\n", StartFailedError),
        ("", StartFailedError),
    ],
)
def test_what_a_program_prints_decides_the_class(tmp_path: Path, output: str, kind: type[PostgresError]) -> None:
    error = from_output(output, tmp_path)
    assert type(error) is kind
    assert "\n" not in str(error)
