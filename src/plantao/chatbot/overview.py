"""What the bot has been taught, for people to look at."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable
from math import ceil

import msgspec

from plantao.chatbot import examples, trainings
from plantao.chatbot.engine import Intent
from plantao.chatbot.evaluation import Evaluation
from plantao.chatbot.examples import MOST, OwnExample
from plantao.chatbot.features import normalise
from plantao.chatbot.knowledge import Mind
from plantao.chatbot.prompt import MEANINGS
from plantao.chatbot.teaching_schemas import (
    ExampleOut,
    ExamplesOut,
    IntentOut,
    OwnExampleOut,
    Source,
    TeachableIntentsOut,
    TrainingOut,
)
from plantao.chatbot.trainings import Training
from plantao.kit.db import Transaction

NEWEST = 20  # own examples of each intent that the overview shows


async def intents(tx: Transaction, mind: Mind) -> TeachableIntentsOut:
    knowledge = mind.knowledge
    evaluation = await asyncio.to_thread(lambda: knowledge.evaluation)
    training, mark = await trainings.in_force(tx), await examples.mark(tx)
    disabled = await examples.disabled_keys(tx)
    own, newest = await examples.counts(tx), await examples.newest(tx, NEWEST)
    return TeachableIntentsOut(
        intents=_rows(mind, evaluation, disabled, own, newest),
        macro_f1=round(evaluation.macro_f1, 4),
        training=training_out(training) if training is not None else None,
        version_in_use=knowledge.version,
        up_to_date=mark == (training.mark if training is not None else examples.NOTHING_TAUGHT),
        most_own_examples=MOST,
    )


def _rows(
    mind: Mind, evaluation: Evaluation, disabled: set[str], own: dict[Intent, int], newest: Iterable[OwnExample]
) -> list[IntentOut]:
    off = Counter(mind.shipped[key][0] for key in disabled & mind.shipped.keys())
    shown: dict[Intent, list[OwnExampleOut]] = defaultdict(list)
    for example in newest:
        shown[example.intent].append(own_out(example))
    return [
        IntentOut(
            intent=intent,
            description=MEANINGS[intent],
            shipped_examples=mind.shipped_counts[intent],
            disabled_examples=off[intent],
            own_examples=own.get(intent, 0),
            precision=round(score.precision, 4),
            recall=round(score.recall, 4),
            f1=round(score.f1, 4),
            examples=shown[intent],
        )
        for intent, score in evaluation.scores.items()
    ]


async def examples_page(
    tx: Transaction, mind: Mind, source: Source, intent: Intent | None, search: str | None, page: int, limit: int
) -> ExamplesOut:
    wanted = normalise(search) if search else None
    start = (page - 1) * limit
    if source is Source.OWN:
        found, total = await examples.page(tx, intent, wanted, start, limit)
        shown = [ExampleOut(**own_out(one).model_dump(), source=source, disabled=False) for one in found]
    else:
        keys = [key for key, (one, _) in mind.shipped.items() if intent in (None, one) and (wanted or "") in key]
        disabled, total = await examples.disabled_keys(tx), len(keys)
        shown = [_shipped(mind, key, disabled) for key in keys[start : start + limit]]
    return ExamplesOut(examples=shown, total=total, page=page, limit=limit, pages=ceil(total / limit))


def _shipped(mind: Mind, key: str, disabled: set[str]) -> ExampleOut:
    intent, text = mind.shipped[key]
    return ExampleOut(
        id=None,
        intent=intent,
        text=text,
        source=Source.SHIPPED,
        disabled=key in disabled,
        created_at=None,
        created_by=None,
    )


def own_out(example: OwnExample) -> OwnExampleOut:
    return OwnExampleOut(
        id=example.id,
        intent=example.intent,
        text=example.text,
        created_at=example.created_at.replace(microsecond=0),
        created_by=example.created_by,
    )


def training_out(training: Training) -> TrainingOut:
    figures = msgspec.to_builtins(training.figures)
    shares = {name: round(figures[name], 4) for name in ("macro_f1_before", "macro_f1")}
    return TrainingOut(
        version=training.version,
        trained_at=training.trained_at.replace(microsecond=0),
        trained_by=training.trained_by,
        applied=training.applied,
        **figures | shares,
    )
