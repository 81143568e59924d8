"""What the bot knows just now, and how it is to be: of one process, and exchanged as a whole when it changes."""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from plantao.chatbot.classifier import Example
from plantao.chatbot.engine import Intent
from plantao.chatbot.evaluation import Evaluation, evaluate, judge
from plantao.chatbot.features import normalise
from plantao.chatbot.intents_file import parse, shipped
from plantao.chatbot.manner import Manner
from plantao.chatbot.neighbours import Neighbours
from plantao.chatbot.understanding import Understanding

EVALUATION_FILE = "evaluation.yaml"


class Knowledge:
    """What one training has made. `version` 0: what comes with the product.

    Its properties take a moment when they are first asked for: `asyncio.to_thread`.
    """

    def __init__(self, understanding: Understanding, examples: Sequence[Example] = (), version: int = 0) -> None:
        self.understanding = understanding
        self.version = version
        self.examples = examples

    @cached_property
    def neighbours(self) -> Neighbours:
        return Neighbours(self.examples)

    @cached_property
    def evaluation(self) -> Evaluation:
        return assess(self.understanding, self.examples)


def assess(understanding: Understanding, learnt: Sequence[Example]) -> Evaluation:
    """On the sentences that come with the product for it; without those that somebody has taught meanwhile."""
    known = {key_of(text) for _, text in learnt}
    sentences = parse(shipped(EVALUATION_FILE), EVALUATION_FILE)
    return evaluate(judge(understanding, [one for one in sentences if key_of(one[1]) not in known]))


def key_of(text: str) -> str:
    """By what a sentence is one and the same, however it is written."""
    return normalise(text) or text


class Mind:
    """What the engines ask. `base`: the examples that come with the product, or with the provider's file."""

    def __init__(self, knowledge: Knowledge, base: Sequence[Example] = (), manner: Manner | None = None) -> None:
        self.knowledge = knowledge
        self.base = base
        self.manner = manner or Manner()
        self.manner_version = 0

    @cached_property
    def shipped(self) -> dict[str, Example]:
        """`base` by key. Takes a moment when it is first asked for."""
        return {key_of(text): (intent, text) for intent, text in self.base}

    @cached_property
    def shipped_counts(self) -> Counter[Intent]:
        return Counter(intent for intent, _ in self.shipped.values())
