import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.kit.postgres.helpers import FAST, UserProcess, clean_up, status

from plantao.kit.postgres import EmbeddedPostgres

_CAP_SYS_ADMIN = 1 << 21
# Only root can become somebody else, only the administrator can mount a disk to fill.
collect_ignore = [
    *([] if os.geteuid() == 0 else ["test_root.py"]),
    *([] if int(status(os.getpid())["CapEff"], 16) & _CAP_SYS_ADMIN else ["test_disk_full.py"]),
]

_MEMORY = Path("/dev/shm")  # noqa: S108 (each test makes a directory of its own in it)


def _open_directory(prefix: str) -> Path:
    """One that everybody may cross (pytest's own is private); in memory when there is plenty: four times as fast."""
    in_memory = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > 1 << 30
    directory = Path(tempfile.mkdtemp(prefix=prefix, dir=_MEMORY if in_memory else None))
    directory.chmod(0o755)
    return directory


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Not there yet, and with a hard name."""
    parent = _open_directory("ação com espaço ")
    yield parent / "data"
    clean_up(parent / "data")
    shutil.rmtree(parent)


@pytest.fixture(scope="session")
def shared() -> Iterator[Path]:
    """One cluster for the tests of a run (initdb and fresh pages are dear), stopped."""
    parent = _open_directory("plantão de testes ")
    with EmbeddedPostgres(parent / "data", settings=FAST):
        pass
    yield parent / "data"
    with EmbeddedPostgres(parent / "data", settings=FAST):  # frees the shared memory of a killed one
        pass
    shutil.rmtree(parent)


@pytest.fixture
def initialised(shared: Path) -> Iterator[Path]:
    """The shared cluster's directory, for a test that leaves it sound."""
    yield shared
    clean_up(shared)


@pytest.fixture
def damageable(shared: Path, data_dir: Path) -> Path:
    """A copy of the shared cluster, for a test that does not."""
    subprocess.run(["cp", "--archive", "--reflink=auto", shared, data_dir], check=True)
    return data_dir


@pytest.fixture
def user_process() -> Iterator[Callable[..., UserProcess]]:
    """Starts UserProcess(...); none outlives the test."""
    started: list[UserProcess] = []

    def start(*arguments: Any, **options: Any) -> UserProcess:
        started.append(UserProcess(*arguments, **options))
        return started[-1]

    yield start
    for one in started:
        one.kill()
