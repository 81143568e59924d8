"""Figures, their spread, and the table."""

import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was measured in each round, in `unit`; `aim` is what the design asks for."""

    name: str
    values: Sequence[float]
    unit: str
    aim: str = ""
    digits: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def row(self) -> str:
        spread = f"{min(self.values):,.{self.digits}f} - {max(self.values):,.{self.digits}f}"
        cells = [self.name, f"{self.median:,.{self.digits}f}", self.unit, self.aim]
        return f"| {' | '.join(cells)} | {spread if len(self.values) > 1 else ''} | {len(self.values)} |"


def table(title: str, figures: Iterable[Figure]) -> str:
    head = "| figure | median | unit | aim | lowest - highest | rounds |\n|---|---:|---|---|---|---:|"
    return "\n".join([f"\n### {title}\n", head, *(figure.row() for figure in figures)])


def percentile(values: Iterable[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def machine(postgres: str) -> str:
    """What it was measured on, and how busy that was before we came."""
    cpuinfo = Path("/proc/cpuinfo").read_text()
    model = next((line.partition(": ")[2] for line in cpuinfo.splitlines() if line.startswith("model name")), "?")
    cores = cpuinfo.count("processor\t")
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {cores} cores ({model}); {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}; PostgreSQL {postgres}, durability on; load average before: "
        f"{load_average()}. Everything runs on this machine: load generator, PostgreSQL, server."
    )


def load_average() -> str:
    """Of the last 1, 5 and 15 minutes."""
    return " ".join(Path("/proc/loadavg").read_text().split()[:3])
