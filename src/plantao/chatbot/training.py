"""Learning what was taught: measured before it is in force, and taken up by every process."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

from plantao.chatbot import examples, manner_store, trainings
from plantao.chatbot.classifier import Example
from plantao.chatbot.evaluation import judge
from plantao.chatbot.knowledge import Knowledge, Mind, assess, key_of
from plantao.chatbot.manner import Manner
from plantao.chatbot.trainings import Figures, Taught, Training
from plantao.chatbot.understanding import Understanding, learn
from plantao.conversations.intake import IntakeRules
from plantao.kit.clock import Clock
from plantao.kit.db import Database
from plantao.kit.errors import Conflict

log = structlog.get_logger(__name__)

TOLERANCE: Final = 0.01  # of macro-F1: less than three of the 262 sentences of the evaluation
LOOK_SECONDS: Final = 2.0


@dataclass(slots=True)
class School:
    """Trains, and takes up what others have trained. `kept_in`: where what was learnt is kept between starts."""

    database: Database
    clock: Clock
    mind: Mind
    rules: IntakeRules
    kept_in: Path
    default_debounce: timedelta

    async def train(self, user_id: int, *, force: bool) -> Training:
        """Learns everything that is taught just now. What understands less than before is in force only by `force`.

        Takes some seconds, in a thread; the lock goes with its transaction, and so with a process that dies.
        Raises `Conflict` while somebody else trains.
        """
        async with self.database.transaction() as tx:
            if not await trainings.try_lock(tx):
                raise Conflict("Já há um treino em andamento. Tente de novo em instantes.")
            mark = await examples.mark(tx)
            taught = Taught(await examples.taught(tx), sorted(await examples.disabled_keys(tx)))
            figures = await asyncio.to_thread(self._measure, taught)
            applied = force or figures.macro_f1 >= figures.macro_f1_before - TOLERANCE
            made = await trainings.add(tx, figures, taught, mark, user_id, self.clock.now(), applied=applied)
        log.info("bot_trained", version=made.version, applied=applied, macro_f1=round(made.figures.macro_f1, 4))
        return made

    def _measure(self, taught: Taught) -> Figures:
        """Blocks. Both are asked the same sentences, none of which either has learnt."""
        learnt = learnable(self.mind.base, taught)
        new, old = learn(learnt, self.kept_in), self.mind.knowledge
        unseen = [*learnt, *old.examples]
        return Figures(
            own_examples=len(taught.own),
            disabled_examples=len(taught.disabled),
            macro_f1_before=assess(old.understanding, unseen).macro_f1,
            macro_f1=assess(new, unseen).macro_f1,
            own_understood_before=_understood(old.understanding, taught.own),
            own_understood=_understood(new, taught.own),
        )

    async def step(self) -> float:
        """The worker's: takes up a newer training and newer settings, whoever made them."""
        async with self.database.reading() as tx:
            training, settings = await trainings.newest_versions(tx)
            if settings != self.mind.manner_version:
                saved = await manner_store.read(tx)
                self._adopt_manner(saved.manner, saved.version)
            taught = None
            if training != self.mind.knowledge.version:
                taught = await trainings.taught_at(tx, training)
        if taught is not None:
            self.mind.knowledge = await asyncio.to_thread(self._learn, taught, training)
            log.info("bot_training_taken_up", version=training)
        return LOOK_SECONDS

    def _learn(self, taught: Taught, version: int) -> Knowledge:
        """Blocks, unless this process or this disk has learnt it before."""
        learnt = learnable(self.mind.base, taught)
        return Knowledge(learn(learnt, self.kept_in), learnt, version)

    def _adopt_manner(self, manner: Manner, version: int) -> None:
        self.mind.manner, self.mind.manner_version = manner, version
        self.rules.bot_debounce = manner.debounce(self.default_debounce)


def learnable(base: Sequence[Example], taught: Taught) -> tuple[Example, ...]:
    """The shipped examples that are neither switched off nor said otherwise by the provider, and the provider's."""
    left_out = {key_of(text) for _, text in taught.own}.union(taught.disabled)
    return (*(one for one in base if not left_out or key_of(one[1]) not in left_out), *taught.own)


def _understood(understanding: Understanding, sentences: Sequence[Example]) -> int:
    return sum(one.guess is one.expected for one in judge(understanding, sentences))
