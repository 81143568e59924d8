"""How well the offline engine understands: precision, recall and F1 of each intent, and whether its confidence is
to be believed. Pure functions over what it made of sentences whose intent is known."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from plantao.chatbot.classifier import Example
from plantao.chatbot.engine import Intent
from plantao.chatbot.policy import SURE
from plantao.chatbot.understanding import Understanding

BINS = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """One sentence. `confidence`: of `guess`."""

    text: str
    expected: Intent
    guess: Intent
    confidence: float


@dataclass(frozen=True, slots=True)
class Score:
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`calibration_error`: how far confidence is from the truth on average (expected calibration error, 0 is best).

    `unsure`: the share of sentences about which the engine would rather ask.
    """

    scores: dict[Intent, Score]
    confusion: Counter[tuple[Intent, Intent]]
    macro_f1: float
    calibration_error: float
    unsure: float


def judge(understanding: Understanding, examples: Sequence[Example]) -> list[Judged]:
    return [Judged(text, intent, *understanding.classify(text)) for intent, text in examples]


def evaluate(judged: Sequence[Judged]) -> Evaluation:
    confusion = Counter((one.expected, one.guess) for one in judged)
    scores = {intent: _score(confusion, intent) for intent in Intent}
    return Evaluation(
        scores,
        confusion,
        sum(score.f1 for score in scores.values()) / len(scores),
        calibration_error(judged),
        sum(one.confidence < SURE for one in judged) / len(judged) if judged else 0.0,
    )


def _score(confusion: Counter[tuple[Intent, Intent]], intent: Intent) -> Score:
    right = confusion[intent, intent]
    said = sum(count for (_, guess), count in confusion.items() if guess == intent)
    support = sum(count for (expected, _), count in confusion.items() if expected == intent)
    total = said + support
    return Score(right / said if said else 0.0, right / support if support else 0.0, 2 * right / (total or 1), support)


def calibration_error(judged: Sequence[Judged]) -> float:
    """Mean distance of confidence and correctness over ten equal bins of confidence, by their size."""
    bins: dict[int, list[Judged]] = {}
    for one in judged:
        bins.setdefault(min(int(one.confidence * BINS), BINS - 1), []).append(one)
    return sum(_gap(members) * len(members) for members in bins.values()) / (len(judged) or 1)


def _gap(members: Sequence[Judged]) -> float:
    confidence = sum(one.confidence for one in members) / len(members)
    correct = sum(one.expected == one.guess for one in members) / len(members)
    return abs(confidence - correct)
