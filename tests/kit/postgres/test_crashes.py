"""kill -9 of anybody at any moment, and what it leaves behind."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from tests.kit.postgres.helpers import (
    FAST,
    UserProcess,
    connect,
    fetch,
    is_running,
    postmaster,
    query,
    store_answer,
    stored_answer,
    until,
)

from plantao.kit.postgres import EmbeddedPostgres
from plantao.kit.postgres.account import Account
from plantao.kit.postgres.layout import Layout

StartUser = Callable[..., UserProcess]


@contextmanager
def same_user_process(data_dir: Path) -> Iterator[int]:
    """An unrelated process of the server's own user; gives its pid."""
    owner = (data_dir / "pgdata").stat()
    argv = Account(owner.st_uid, owner.st_gid).command("run", "/bin/sleep", "1000")
    with subprocess.Popen(argv) as other:
        until(lambda: Path(f"/proc/{other.pid}/cmdline").read_bytes().startswith(b"/bin/sleep"))
        yield other.pid
        other.kill()


def test_a_killed_user_leaves_the_server_to_the_next(initialised: Path, user_process: StartUser) -> None:
    user = user_process(initialised)
    url = user.answer()["url"]
    user.kill()
    pid = postmaster(initialised).pid
    with EmbeddedPostgres(initialised, settings=FAST) as server:
        assert postmaster(initialised).pid == pid
        assert server.url() == url
        assert query(url, "SELECT 1") == 1
    assert not is_running(initialised)


def test_an_abandoned_server_is_restarted_for_new_settings(initialised: Path, user_process: StartUser) -> None:
    user = user_process(initialised)
    user.answer()
    user.kill()
    with EmbeddedPostgres(initialised, settings={**FAST, "work_mem": "7MB"}) as server:
        assert query(server.url(), "SHOW work_mem") == "7MB"


def test_a_killed_postmaster_is_replaced_and_nothing_is_lost(initialised: Path) -> None:
    server = EmbeddedPostgres(initialised)
    server.start()
    store_answer(server.url())
    os.kill(postmaster(initialised).pid, signal.SIGKILL)
    with EmbeddedPostgres(initialised) as second:
        assert stored_answer(second.url()) == 42
        server.stop()
        assert query(second.url(), "SELECT 1") == 1
    assert not is_running(initialised)


async def test_a_busy_child_of_a_killed_postmaster_does_not_hinder(initialised: Path) -> None:
    server = EmbeddedPostgres(initialised, settings=FAST)
    server.start()
    connection = await connect(server.url())
    child = connection.get_server_pid()
    running = asyncio.create_task(connection.execute("DO 'BEGIN LOOP END LOOP; END'"))
    active = f"SELECT state = 'active' FROM pg_stat_activity WHERE pid = {child}"
    while not await fetch(server.url(), active):
        pass
    os.kill(postmaster(initialised).pid, signal.SIGKILL)
    with EmbeddedPostgres(initialised, settings=FAST) as second:
        with pytest.raises((asyncpg.ConnectionDoesNotExistError, ConnectionResetError)):
            await running
        assert await fetch(second.url(), "SELECT 1") == 1
        server.stop()
    assert not is_running(initialised)


def test_stop_copes_with_a_killed_postmaster(initialised: Path) -> None:
    server = EmbeddedPostgres(initialised, settings=FAST)
    server.start()
    os.kill(postmaster(initialised).pid, signal.SIGKILL)
    server.stop()
    assert not is_running(initialised)


def test_a_reused_pid_is_not_taken_for_the_server(initialised: Path, user_process: StartUser) -> None:
    user = user_process(initialised)
    user.answer()
    user.kill()
    files = [initialised / "pgdata" / "postmaster.pid", initialised / "run" / ".s.PGSQL.5432.lock"]
    stale = [path.read_text() for path in files]
    pid = postmaster(initialised).pid
    os.kill(pid, signal.SIGKILL)
    until(lambda: not is_running(initialised))
    with same_user_process(initialised) as other:
        for path, text in zip(files, stale, strict=True):
            path.write_text(text.replace(str(pid), str(other), 1))
        with EmbeddedPostgres(initialised, settings=FAST) as server:
            assert query(server.url(), "SELECT 1") == 1
            assert Path(f"/proc/{other}").exists()


@pytest.mark.parametrize(
    "moment", ["init-*", "init-*/pgdata/PG_VERSION", "passwords.json", "pgdata", "pgdata/postmaster.pid", "run/.s*"]
)
def test_a_start_killed_half_way_is_done_by_the_next(data_dir: Path, user_process: StartUser, moment: str) -> None:
    data_dir.mkdir()
    data_dir.chmod(0o711)
    user = user_process(data_dir)
    until(lambda: list(data_dir.glob(moment)))
    user.kill()
    with EmbeddedPostgres(data_dir, settings=FAST) as server:
        assert query(server.url(), "SELECT current_user") == "plantao"
    assert not list(data_dir.glob("init-*"))
    assert not is_running(data_dir)


def test_an_initdb_cut_short_is_not_trusted(data_dir: Path) -> None:
    half = data_dir / "init-half" / "pgdata"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    data_dir.chmod(0o711)
    with EmbeddedPostgres(data_dir, settings=FAST) as server:
        assert query(server.url(), "SELECT 1") == 1
    assert not half.exists()


def test_a_server_whose_socket_is_gone_is_restarted(initialised: Path, user_process: StartUser) -> None:
    user = user_process(initialised)
    user.answer()
    user.kill()
    pid = postmaster(initialised).pid
    (Layout(initialised).run / ".s.PGSQL.5432").unlink()
    with EmbeddedPostgres(initialised, settings=FAST) as server:
        assert query(server.url(), "SELECT 1") == 1
        assert postmaster(initialised).pid != pid


def test_a_data_directory_may_move(damageable: Path) -> None:
    with EmbeddedPostgres(damageable, settings=FAST) as server:
        store_answer(server.url())
    moved = damageable.rename(damageable.with_name("moved"))
    with EmbeddedPostgres(moved, settings=FAST) as server:
        assert stored_answer(server.url()) == 42
