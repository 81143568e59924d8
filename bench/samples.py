"""What the rounds bring: several kinds of figures, each of several loads."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.report import Figure


@dataclass(frozen=True, slots=True)
class Kind:
    """`aims`: by the name of the load."""

    name: str
    unit: str
    digits: int = 0
    aims: Mapping[str, str] = field(default_factory=dict)


class Samples:
    """One value a round, by kind and load."""

    def __init__(self, kinds: Sequence[Kind], loads: Sequence[str]) -> None:
        self._kinds = kinds
        self._loads = loads
        self._values: dict[tuple[str, str], list[float]] = defaultdict(list)

    def add(self, kind: Kind, load: str, value: float) -> None:
        self._values[kind.name, load].append(value)

    def latest(self, kind: Kind, load: str) -> float:
        return self._values[kind.name, load][-1]

    def figures(self) -> list[Figure]:
        """What was measured, figures of a kind together."""
        return [
            Figure(
                f"{kind.name}, {load}", self._values[kind.name, load], kind.unit, kind.aims.get(load, ""), kind.digits
            )
            for kind in self._kinds
            for load in self._loads
            if (kind.name, load) in self._values
        ]
