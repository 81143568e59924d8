"""What a customer's text means: hard words first, then the classifier, and honest doubt about what is no words."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from plantao.chatbot import memory
from plantao.chatbot.classifier import Classifier, Example
from plantao.chatbot.engine import Intent
from plantao.chatbot.features import words
from plantao.chatbot.lexicon import word_set
from plantao.chatbot.rules import hard_intent

HARD_CONFIDENCE = 0.97
DOUBT = 0.3  # the most that can be said of a text that is not understood
MIN_FAMILIARITY = 0.45  # less of it known, and it is keys hit at random, or another language
# They answer a question of ours, and mean nothing without it.
_BARE_ANSWERS = word_set("sim s ss nao n isso aquilo esse essa este todos todas nenhum um dois so ja ainda talvez")


class Basis(StrEnum):
    """What an understanding rests on: words that leave no doubt, the examples, or nothing that is known."""

    HARD_WORDS = "hard_words"
    EXAMPLES = "examples"
    NOTHING_KNOWN = "nothing_known"


@dataclass(frozen=True, slots=True)
class Understood:
    """`ranking`: what the examples alone would say, likeliest first, adding up to 1."""

    intent: Intent
    confidence: float
    basis: Basis
    ranking: list[tuple[Intent, float]]


class Understanding:
    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier

    def classify(self, text: str) -> tuple[Intent, float]:
        """The likeliest intent, and how likely it is. Below `policy.SURE` it should not be acted on."""
        if (hard := hard_intent(text)) is not None:
            return hard, HARD_CONFIDENCE
        found = self.explain(text)
        return found.intent, found.confidence

    def explain(self, text: str) -> Understood:
        """What `classify` says, and why."""
        ranking = sorted(self._classifier.probabilities(text).items(), key=lambda item: -item[1])
        intent, confidence = ranking[0]
        if (hard := hard_intent(text)) is not None:
            return Understood(hard, HARD_CONFIDENCE, Basis.HARD_WORDS, ranking)
        if self._is_known(text):
            return Understood(intent, confidence, Basis.EXAMPLES, ranking)
        return Understood(Intent.OUT_OF_SCOPE, min(confidence, DOUBT), Basis.NOTHING_KNOWN, ranking)

    def _is_known(self, text: str) -> bool:
        return not _BARE_ANSWERS.issuperset(words(text)) and self._classifier.familiarity(text) >= MIN_FAMILIARITY


def learn(examples: Sequence[Example], kept_in: Path | None = None) -> Understanding:
    """Takes about a second, unless these examples were learnt before: by this process, or into `kept_in`."""
    return _learn(tuple(examples), kept_in)


@lru_cache(maxsize=2)
def _learn(examples: tuple[Example, ...], kept_in: Path | None) -> Understanding:
    return Understanding(memory.learn(examples, kept_in) if kept_in else Classifier.train(examples))
