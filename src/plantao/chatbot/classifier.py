"""Multinomial logistic regression in plain Python: learns from a thousand short sentences in half a second.

Measured against naive Bayes on the same features (five folds): seven points better, and its probabilities can be used.
"""

import math
import random
from collections import Counter
from collections.abc import Sequence

from plantao.chatbot.engine import Intent
from plantao.chatbot.features import hits, pieces, words

INTENTS = tuple(Intent)
_EPOCHS = 4
_RATE = 3.0
_LEARNT = 0.9  # a sentence that is this sure is left alone
_IGNORED = 0.02  # a wrong intent below this probability needs no push
_HIT_VALUE = 0.15  # of one hit of the lexicon, beside pieces whose vector has length 1
# Scores are divided by it before they become probabilities. Fitted by five folds of the shipped examples.
TEMPERATURE = 0.8

Example = tuple[Intent, str]
Row = list[float]  # a feature's weight for each intent, in the order of INTENTS
Vector = list[tuple[Row, float]]  # what a text has of each feature


class Classifier:
    """Trained when it is made; the same examples make the same classifier."""

    def __init__(self, examples: Sequence[Example]) -> None:
        seen = [(INTENTS.index(intent), _see(text)) for intent, text in examples]
        self._rarity = _rarity([found for _, (found, _) in seen])
        known = self._rarity.keys() | {name for _, (_, told) in seen for name in told}
        self._rows: dict[str, Row] = {name: [0.0] * len(INTENTS) for name in known}
        self._train([(answer, self._vector(*features)) for answer, features in seen])

    def probabilities(self, text: str) -> dict[Intent, float]:
        """Of each intent, adding up to 1. Alike for all when nothing in the text is known."""
        scores = _scores(self._vector(*_see(text)))
        return dict(zip(INTENTS, softmax([score / TEMPERATURE for score in scores]), strict=True))

    def familiarity(self, text: str) -> float:
        """How much of the text's pieces some example had, 0 to 1: keys hit at random are no words."""
        made = {piece for piece in pieces(words(text)) if piece[0] not in "^#_+="}
        return len(made & self._rarity.keys()) / len(made) if made else 0.0

    def _vector(self, found: set[str], told: dict[str, float]) -> Vector:
        # Sorted, for the sum of floats depends on the order, and a set's order on the process.
        weighed = [(self._rows[name], self._rarity[name]) for name in sorted(found & self._rarity.keys())]
        length = math.sqrt(sum(weight * weight for _, weight in weighed)) or 1.0
        hit = [(self._rows[name], value * _HIT_VALUE) for name, value in told.items() if name in self._rows]
        return [(row, weight / length) for row, weight in weighed] + hit

    def _train(self, vectors: list[tuple[int, Vector]]) -> None:
        dice = random.Random(1)  # noqa: S311 - an order of examples, the same at every start
        for epoch in range(_EPOCHS):
            rate = _RATE / (1 + epoch / 2)
            dice.shuffle(vectors)
            # Who is learnt is not asked again: that halves the time and costs nothing that could be measured.
            vectors = [(answer, vector) for answer, vector in vectors if _learn(answer, vector, rate)]


def _see(text: str) -> tuple[set[str], dict[str, float]]:
    found = words(text)
    return pieces(found), hits(found)


def _rarity(sentences: Sequence[set[str]]) -> dict[str, float]:
    """Each piece's weight: the rarer, the more it tells."""
    counts = Counter(piece for sentence in sentences for piece in sentence)
    top = 1 + len(sentences)
    # A piece of a word that one sentence has is not learnt from: half of all, and the time goes with their number.
    return {p: math.log(top / (1 + n)) for p, n in counts.items() if n > 1 or p[0] == "="}


def _learn(answer: int, vector: Vector, rate: float) -> bool:
    """One step down the gradient of the log loss, unless the sentence is learnt: then False."""
    probable = softmax(_scores(vector))
    if probable[answer] > _LEARNT:
        return False
    probable[answer] -= 1
    pushes = [(index, rate * error) for index, error in enumerate(probable) if abs(error) > _IGNORED]
    for row, value in vector:
        for index, push in pushes:
            row[index] -= value * push
    return True


def _scores(vector: Vector) -> Row:
    scores = [0.0] * len(INTENTS)
    for row, value in vector:
        scores = [score + value * weight for score, weight in zip(scores, row, strict=True)]
    return scores


def softmax(scores: Sequence[float]) -> list[float]:
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]
