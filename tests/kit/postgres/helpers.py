"""What the tests of the embedded server share."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from plantao.kit.postgres import process
from plantao.kit.postgres.account import Account
from plantao.kit.postgres.layout import Layout

FAST = {"fsync": "off"}
"""What stands in these tests does not outlive them."""
_USER_PROCESS = str(Path(__file__).with_name("user_process.py"))


def until(happened: Callable[[], object], timeout: float = 20.0) -> None:
    """Waits for an event that has no better way to be told."""
    deadline = time.monotonic() + timeout
    while not happened():
        assert time.monotonic() < deadline, "the event did not come"
        time.sleep(0.002)


def clean_up(data_dir: Path) -> None:
    """Ends whatever server a test left running."""
    layout = Layout(data_dir)

    def is_gone() -> bool:
        gone = not process.is_alive(layout)
        if not gone:
            process.stop_fast(layout)
        return gone

    if layout.pgdata.exists():
        until(is_gone)


def postmaster(data_dir: Path) -> process.Postmaster:
    found = process.find_postmaster(Layout(data_dir))
    assert found is not None
    return found


def is_running(data_dir: Path) -> bool:
    return process.is_alive(Layout(data_dir))


def status(pid: int) -> dict[str, str]:
    """/proc/PID/status by name."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


async def connect(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(url.replace("+asyncpg", ""))


async def fetch(url: str, sql: str) -> Any:
    """The first column of the first row."""
    connection = await connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def query(url: str, sql: str) -> Any:
    """`fetch` for a test that is not async."""
    return asyncio.run(fetch(url, sql))


def store_answer(url: str) -> None:
    """Commits something that must not be lost."""
    query(url, "DROP TABLE IF EXISTS kept")
    query(url, "CREATE TABLE kept AS SELECT 42 AS answer")


def stored_answer(url: str) -> Any:
    """What `store_answer` committed: 42."""
    return query(url, "SELECT answer FROM kept")


@dataclass
class UserProcess:
    """user_process.py, running. It is told to stop by `finish`; `kill` is kill -9."""

    data_dir: Path
    options: Mapping[str, Any] = field(default_factory=lambda: {"settings": FAST})
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None

    def __post_init__(self) -> None:
        argv = [sys.executable, _USER_PROCESS, str(self.data_dir), json.dumps(dict(self.options))]
        self.process = subprocess.Popen(
            self.account.command("run", *argv) if self.account else argv,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **self.environment},
        )  # fmt: skip

    def answer(self) -> dict[str, str]:
        """What start() led to: {"url"} or {"error", "message"}."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the process ended without an answer"
        return dict(json.loads(line))

    def finish(self) -> None:
        self.process.communicate(timeout=60)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()
