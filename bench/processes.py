"""Processes seen from outside: what CPU and memory a tree of them took. Linux only (it reads /proc)."""

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the third on: the second may hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            found[int(_stat(int(entry.name))[1])].append(int(entry.name))
        except OSError:
            continue
    return found


def tree(root: int) -> Iterator[int]:
    """`root` and all that descend from it."""
    children, waiting = _children(), [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += children[pid]


def cpu_seconds(root: int) -> float:
    """User and system time of the tree so far, of children that have ended too."""
    total = 0
    for pid in tree(root):
        try:
            total += sum(int(field) for field in _stat(pid)[11:15])
        except OSError:
            continue
    return total / _TICKS


def pss_bytes(root: int) -> int:
    """Memory of the tree; what several processes share is counted once."""
    return sum(_pss(pid) for pid in tree(root))


def _pss(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))


def postmaster_pid(data_dir: Path) -> int:
    """The embedded PostgreSQL's first process, for a `PLANTAO_DATA_DIR`."""
    return int((data_dir / "postgres/pgdata/postmaster.pid").read_text().split()[0])
