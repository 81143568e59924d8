"""The one class that the application uses: a PostgreSQL server shared by our processes on this machine.

Whoever comes first creates and starts it, the others join, the last one out stops it. Two locks say who is there
(`users`: everybody who uses it) and what is going on (`start`: whoever starts or stops it). A user that is killed
leaves the server running, and the next start takes it over as it is.
"""

import fcntl
import logging
import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from plantao.kit.postgres import account, connect, errors, initdb, locks, process
from plantao.kit.postgres.layout import Layout, find_binaries

log = logging.getLogger(__name__)

DEFAULTS: Mapping[str, str] = MappingProxyType({
    # A box of 2 cores and 1 GB that mostly writes. Durability (fsync, synchronous_commit) stays on.
    "shared_buffers": "128MB",
    "effective_cache_size": "384MB",
    "max_connections": "100",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",  # pglz: the wheel is built without lz4
    "random_page_cost": "1.1",
    "jit": "off",
    "io_method": "sync",  # spares the three worker processes of the default
    # The log is bounded by saying little and starting anew with each start.
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    "timezone": "UTC",
    "log_timezone": "UTC",
})  # fmt: skip
_LOG_LIMIT = 10 * 1024 * 1024  # bytes, looked at when a running server is joined
_ATTEMPTS = 3  # to start on a port that somebody takes first


class EmbeddedPostgres:
    """A PostgreSQL server in `data_dir`, usable by several processes at once. Not for concurrent threads.

    `settings` (PostgreSQL's names and values) go over the defaults; they apply when the server starts, and a
    running server is restarted for them unless somebody else uses it. `start_timeout` is in seconds.
    """

    def __init__(
        self, data_dir: Path, *, settings: Mapping[str, str] = MappingProxyType({}), start_timeout: float = 60.0
    ) -> None:
        self._layout = Layout(data_dir.absolute())
        self._settings = {**DEFAULTS, **settings}
        self._timeout = start_timeout
        self._users: int | None = None
        self._address: connect.Address | None = None
        self._password = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when the server accepts connections and has the database `plantao`.

        Raises a PostgresError. After StartTimeoutError the server goes on (it may be recovering); another start
        joins it. After any other error it is stopped, unless somebody else uses it.
        """
        if self._users is not None:
            return
        with errors.translated(self._layout.root):
            self._layout.create()
            with locks.starting(self._layout, self._timeout):
                self._join()

    def revive(self) -> bool:
        """Starts the server again, at the same address, if it was killed; answers whether it was.

        Raises a PostgresError. Cheap while the server lives: two small files are read.
        """
        if self._address is None:
            raise errors.PostgresError("the embedded PostgreSQL is not started: call start() first")
        if process.find_postmaster(self._layout) is not None:
            return False
        with errors.translated(self._layout.root), locks.starting(self._layout, self._timeout):
            deadline = time.monotonic() + self._timeout
            if self._adopt(deadline, alone=False) is None:
                self._launch(find_binaries(), deadline, self._address)
        return True

    def stop(self) -> None:
        """Gives the server up; when nobody else uses it, stops it cleanly and waits until it is gone."""
        if self._users is None:
            return
        self._leave()
        with errors.translated(self._layout.root), locks.starting(self._layout, self._timeout):
            self._stop_if_unused()

    def url(self, database: str = connect.DATABASE) -> str:
        """For SQLAlchemy with asyncpg, as a role that owns `plantao`, may create databases, is no superuser.

        Only `plantao` is created by `start`; any other database is the caller's to create.
        """
        if self._address is None:
            raise errors.PostgresError("the embedded PostgreSQL is not started: call start() first")
        return self._address.url(database, self._password)

    def _join(self) -> None:
        deadline = time.monotonic() + self._timeout
        alone = locks.is_free(self._layout, self._layout.users_lock)
        self._users = locks.try_lock(self._layout, self._layout.users_lock, fcntl.LOCK_SH)
        try:
            binaries = find_binaries()
            address = self._adopt(deadline, alone=alone) or self._launch(binaries, deadline)
            passwords = initdb.read_passwords(self._layout)
            connect.ensure_database(address, binaries, self._layout, passwords)
        except errors.StartTimeoutError:
            self._leave()
            raise
        except BaseException:
            self._leave()
            self._stop_if_unused()
            raise
        self._address, self._password = address, passwords.owner

    def _leave(self) -> None:
        if self._users is not None:
            os.close(self._users)
        self._users = self._address = None

    def _adopt(self, deadline: float, *, alone: bool) -> connect.Address | None:
        """The address of a server that runs and is as we want it; None when none is left running."""
        while self._layout.pgdata.exists() and process.is_alive(self._layout):
            postmaster = process.find_postmaster(self._layout)
            if postmaster and postmaster.is_ready and self._suits(postmaster, alone=alone):
                log.info("joined the PostgreSQL server of %s", self._layout.root)
                self._bound_log()
                return postmaster.address
            if postmaster is None or (alone and postmaster.is_ready):  # killed; other settings, or lost socket
                process.stop_fast(self._layout)
            self._wait(deadline)
        return None

    def _suits(self, postmaster: process.Postmaster, *, alone: bool) -> bool:
        if not connect.accepts_connections(postmaster.address):
            return False
        same = process.has_settings(self._layout, self._setting_arguments())
        if not same and not alone:
            log.warning("the PostgreSQL server of %s is in use: it keeps its settings", self._layout.root)
        return same or not alone

    def _launch(self, binaries: Path, deadline: float, wanted: connect.Address | None = None) -> connect.Address:
        runs_as = account.choose(self._layout, binaries)
        initdb.remove_abandoned(self._layout)
        if not self._layout.pgdata.exists():
            sync = self._settings.get("fsync", "on") != "off"
            initdb.create(self._layout, binaries, runs_as, sync=sync, timeout=self._timeout)
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._try_launch(binaries, runs_as, deadline, wanted)
            except errors.PortTakenError:
                log.warning("the port chosen for PostgreSQL was taken, trying again")
        return self._try_launch(binaries, runs_as, deadline, wanted)

    def _try_launch(
        self, binaries: Path, runs_as: account.Account, deadline: float, wanted: connect.Address | None
    ) -> connect.Address:
        process.clear_remains(self._layout, runs_as)
        address = wanted or connect.choose_address(self._layout)
        listen = _as_arguments(address.settings())
        server = [str(binaries / "bin" / "postgres"), "-D", str(self._layout.pgdata)]
        process.spawn(self._layout, runs_as, [*server, *listen, *self._setting_arguments()])
        return self._await_start(address, deadline)

    def _await_start(self, address: connect.Address, deadline: float) -> connect.Address:
        while process.is_alive(self._layout):
            postmaster = process.find_postmaster(self._layout)
            if postmaster and postmaster.is_ready and connect.accepts_connections(address):
                log.info("started the PostgreSQL server of %s", self._layout.root)
                return address
            self._wait(deadline)
        output = self._layout.log.read_text(errors="replace")
        raise errors.from_output(output, self._layout.root, self._layout.log)

    def _stop_if_unused(self) -> None:
        """Call it under the start lock, without holding the users lock."""
        if not locks.is_free(self._layout, self._layout.users_lock):
            return
        deadline = time.monotonic() + self._timeout
        while process.is_alive(self._layout):
            process.stop_fast(self._layout)
            if time.monotonic() > deadline:
                raise errors.StopTimeoutError(
                    f"PostgreSQL in {self._layout.root} still runs {self._timeout:g} s after it was told to stop"
                )
            time.sleep(locks.POLL)

    def _wait(self, deadline: float) -> None:
        if time.monotonic() > deadline:
            raise errors.StartTimeoutError(
                f"PostgreSQL in {self._layout.root} does not accept connections after {self._timeout:g} s: "
                f"it may be recovering, start again in a while (see {self._layout.log})"
            )
        time.sleep(locks.POLL)

    def _setting_arguments(self) -> list[str]:
        return _as_arguments({"cluster_name": self._layout.cluster_name, **self._settings})

    def _bound_log(self) -> None:
        if self._layout.log.exists() and self._layout.log.stat().st_size > _LOG_LIMIT:
            os.truncate(self._layout.log, 0)


def _as_arguments(settings: Mapping[str, str]) -> list[str]:
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
