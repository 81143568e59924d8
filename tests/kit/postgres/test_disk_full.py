"""On a real disk that is full. Collected where we may mount one."""

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.kit.postgres.helpers import FAST, clean_up, is_running, query, store_answer, stored_answer

from plantao.kit.postgres import DiskFullError, EmbeddedPostgres


@pytest.fixture
def disk(data_dir: Path) -> Iterator[Path]:
    """A disk of 16 MB: too small for a cluster."""
    data_dir.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m,mode=755", "tmpfs", data_dir], check=True)
    yield data_dir
    clean_up(data_dir / "db")
    subprocess.run(["umount", data_dir], check=True)


def resize(disk: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", disk], check=True)


def test_a_cluster_that_does_not_fit_leaves_nothing_and_can_be_tried_again(disk: Path) -> None:
    server = EmbeddedPostgres(disk / "db", settings=FAST)
    with pytest.raises(DiskFullError, match="free some"):
        server.start()
    assert not (disk / "db" / "pgdata").exists()
    assert not list((disk / "db").glob("init-*"))
    resize(disk, "200m")
    with server:
        assert query(server.url(), "SELECT 1") == 1


def test_a_cluster_on_a_disk_that_filled_up_says_so_and_recovers(disk: Path) -> None:
    resize(disk, "200m")
    server = EmbeddedPostgres(disk / "db", settings=FAST)
    with server:
        store_answer(server.url())
    ballast = disk / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    with pytest.raises(DiskFullError, match="free some"):
        server.start()
    assert not is_running(disk / "db")
    ballast.unlink()
    with server:
        assert stored_answer(server.url()) == 42
