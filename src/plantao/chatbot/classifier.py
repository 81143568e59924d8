"""Multinomial logistic regression in plain Python: learns from six thousand short sentences in about a second.

Measured against naive Bayes on the same features (five folds): seven points better, and its probabilities can be used.
"""

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self
from zlib import crc32

import msgspec

from plantao.chatbot.engine import Intent
from plantao.chatbot.features import hits, letters, pieces, words

INTENTS = tuple(Intent)
_EPOCHS = 2
_SEED = "a"  # of the order of learning: three of them gave a macro-F1 of 0.927 to 0.936
_RATE = 2.5
_LEARNT = 0.9  # a sentence that is this sure is left alone
_IGNORED = 0.02  # a wrong intent below this probability needs no push
_HIT_VALUE = 1.7  # of one hit of the lexicon, where a piece has the logarithm of its rarity, up to 8
# Scores are divided by it before they become probabilities. Fitted by five folds of the shipped examples.
TEMPERATURE = 0.65

Example = tuple[Intent, str]


class Vector(NamedTuple):
    """What a text has: the numbers of its features, and what brings its pieces to length 1."""

    features: list[int]
    scale: float


class Learnt(msgspec.Struct, frozen=True):
    """What a trained classifier knows: its features, and for each of them 64-bit floats in the byte order of here."""

    features: list[str]
    squares: bytes
    weights: list[bytes]  # one an intent


class Classifier:
    """The same examples make the same classifier."""

    def __init__(self, features: Iterable[str], squares: "array[float]", weights: "list[array[float]]") -> None:
        """By `train`, or from what was learnt before: `recall`."""
        self._numbers = {name: number for number, name in enumerate(features)}
        # Weights are kept multiplied by the features' values: a score is a plain sum, and a step goes by squares.
        self._squares = squares
        self._weights = weights

    @classmethod
    def train(cls, examples: Sequence[Example]) -> Self:
        seen = [_see(text) for _, text in examples]
        values = _values(seen)
        squares = array("d", (value * value for value in values.values()))
        made = cls(values, squares, [array("d", bytes(8 * len(values))) for _ in INTENTS])
        answers = [(INTENTS.index(intent), made._vector(*one)) for (intent, _), one in zip(examples, seen, strict=True)]
        made._train(answers, [text for _, text in examples])
        return made

    @classmethod
    def recall(cls, learnt: Learnt) -> Self:
        """Raises ValueError for what no classifier has learnt."""
        squares, *weights = (array("d", stored) for stored in (learnt.squares, *learnt.weights))
        if len(weights) != len(INTENTS) or {len(learnt.features)} != {len(stored) for stored in (squares, *weights)}:
            raise ValueError("the parts do not fit each other")
        return cls(learnt.features, squares, weights)

    def learnt(self) -> Learnt:
        return Learnt(list(self._numbers), self._squares.tobytes(), [weights.tobytes() for weights in self._weights])

    def probabilities(self, text: str) -> dict[Intent, float]:
        """Of each intent, adding up to 1. Alike for all when nothing in the text is known."""
        scores = self._scores(self._vector(*_see(text)))
        return dict(zip(INTENTS, softmax([score / TEMPERATURE for score in scores]), strict=True))

    def familiarity(self, text: str) -> float:
        """How much of the text's words some example had, 0 to 1: keys hit at random are no words."""
        found = words(text)
        return sum(map(self._known, found)) / len(found) if found else 0.0

    def _known(self, word: str) -> float:
        if f"={word}" in self._numbers:
            return 1.0
        made = letters(word)
        return len(made & self._numbers.keys()) / len(made)

    def _vector(self, found: set[str], told: set[str]) -> Vector:
        # Sorted, for the sum of floats depends on the order, and a set's order on the process.
        features = sorted(self._numbers[name] for name in found & self._numbers.keys())
        length = math.sqrt(sum(self._squares[number] for number in features)) or 1.0
        features += sorted(self._numbers[name] for name in told & self._numbers.keys())
        return Vector(features, 1 / length)

    def _train(self, vectors: Sequence[tuple[int, Vector]], texts: Sequence[str]) -> None:
        learnt: set[int] = set()
        for epoch in range(_EPOCHS):
            rate = _RATE / (1 + epoch / 2)
            for number in _order(texts, epoch):
                # Who is learnt is not asked again: that halves the time and costs nothing that could be measured.
                if number not in learnt and not self._learn(*vectors[number], rate):
                    learnt.add(number)

    def _learn(self, answer: int, vector: Vector, rate: float) -> bool:
        """One step down the gradient of the log loss, unless the sentence is learnt: then False."""
        probable = softmax(self._scores(vector))
        if probable[answer] > _LEARNT:
            return False
        probable[answer] -= 1
        for weights, error in zip(self._weights, probable, strict=True):
            if abs(error) > _IGNORED:
                push = rate * error * vector.scale
                for number in vector.features:
                    weights[number] -= push * self._squares[number]
        return True

    def _scores(self, vector: Vector) -> list[float]:
        return [sum(map(weights.__getitem__, vector.features)) * vector.scale for weights in self._weights]


def _see(text: str) -> tuple[set[str], set[str]]:
    found = words(text)
    return pieces(found), hits(found)


def _order(texts: Sequence[str], epoch: int) -> list[int]:
    """A mixed order in which one sentence more or less leaves all the others where they were.

    Measured: shuffled anew, two sentences more moved the macro-F1 by two points, up or down; so, by none.
    """
    return sorted(range(len(texts)), key=lambda number: crc32(f"{_SEED}{epoch} {texts[number]}".encode()))


def _values(seen: Sequence[tuple[set[str], set[str]]]) -> dict[str, float]:
    """What each feature counts: a piece the more, the rarer it is; a hit of the lexicon always the same."""
    counts = Counter(piece for found, _ in seen for piece in found)
    top = 1 + len(seen)
    # What only one or two sentences have is not learnt from, unless it is a word: most of all, and it costs time.
    made = {piece: math.log(top / (1 + n)) for piece, n in sorted(counts.items()) if n > 2 or piece[0] == "="}
    return made | dict.fromkeys(sorted({name for _, told in seen for name in told}), _HIT_VALUE)


def softmax(scores: Sequence[float]) -> list[float]:
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]
