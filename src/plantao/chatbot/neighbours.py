"""Which of the examples are most like a sentence: what an administrator asks when the bot has misunderstood it."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from plantao.chatbot.classifier import Example
from plantao.chatbot.engine import Intent
from plantao.chatbot.features import words

_STEM = 5  # letters: "boleto" and "boletos" are one word


class Neighbour(NamedTuple):
    """`similarity`: 0 to 1, the cosine of what both have in common, rare words counting more."""

    intent: Intent
    text: str
    similarity: float


class Neighbours:
    """An index of the examples by their words."""

    def __init__(self, examples: Sequence[Example]) -> None:
        """Takes some tenths of a second for six thousand."""
        self._examples = examples
        stems = [_stems(text) for _, text in examples]
        counts = Counter(stem for found in stems for stem in found)
        self._weights = {stem: math.log(1 + len(examples) / count) for stem, count in counts.items()}
        self._lengths = [self._length(found) for found in stems]
        self._having: dict[str, list[int]] = defaultdict(list)
        for number, found in enumerate(stems):
            for stem in found:
                self._having[stem].append(number)

    def of(self, text: str, most: int) -> list[Neighbour]:
        """The nearest first; none that has nothing in common with `text`."""
        wanted = _stems(text)
        shared: dict[int, float] = defaultdict(float)
        for stem in sorted(wanted & self._weights.keys()):
            for number in self._having[stem]:
                shared[number] += self._weights[stem] ** 2
        length = self._length(wanted)
        likeness = {number: value / (length * self._lengths[number]) for number, value in shared.items()}
        nearest = sorted(likeness, key=lambda number: (-likeness[number], number))[:most]
        return [Neighbour(*self._examples[number], min(1.0, likeness[number])) for number in nearest]

    def _length(self, stems: Iterable[str]) -> float:
        """A word that no example has makes the sentence longer, and so less like any."""
        unknown = math.log(1 + len(self._examples))
        return math.sqrt(sum(self._weights.get(stem, unknown) ** 2 for stem in sorted(stems))) or 1.0


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in words(text)}
