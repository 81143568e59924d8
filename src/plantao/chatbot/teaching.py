"""Teaching the bot: which sentences mean what. What is taught is learnt by a training: `training`."""

from datetime import datetime
from typing import Final

import structlog

from plantao.chatbot import examples
from plantao.chatbot.classifier import Example
from plantao.chatbot.engine import Intent
from plantao.chatbot.examples import MOST, OwnExample
from plantao.chatbot.intents_file import MIN_EXAMPLES
from plantao.chatbot.knowledge import Mind, key_of
from plantao.kit.db import Transaction
from plantao.kit.errors import Conflict, NotFound

log = structlog.get_logger(__name__)

SHIPPED: Final = "de fábrica"
OWN: Final = "do provedor"


async def add(tx: Transaction, mind: Mind, intent: Intent, text: str, user_id: int, now: datetime) -> OwnExample:
    """Raises `Conflict` for a sentence that is taught already, under whatever intent, or beyond `MOST`."""
    key = key_of(text)
    await examples.lock(tx)
    if (own := await examples.find(tx, key)) is not None:
        raise _known(own.intent, OWN)
    if (shipped := mind.shipped.get(key)) is not None and key not in await examples.disabled_keys(tx):
        raise _known(shipped[0], SHIPPED)
    if sum((await examples.counts(tx)).values()) >= MOST:
        raise Conflict(f"São no máximo {MOST} exemplos próprios.")
    return await examples.add(tx, intent, text, key, user_id, now)


async def remove(tx: Transaction, id_: int, user_id: int) -> OwnExample:
    """The one that was. Raises `NotFound`."""
    await examples.lock(tx)
    found = await examples.remove(tx, id_)
    if found is None:
        raise NotFound("Exemplo não encontrado.")
    log.info("bot_example_removed", example_id=id_, intent=found.intent, user_id=user_id, created_by=found.created_by)
    return found


async def switch_shipped(
    tx: Transaction, mind: Mind, text: str, user_id: int, now: datetime, *, disabled: bool
) -> Example:
    """Whether a shipped example is learnt from. Raises `NotFound`, `Conflict`."""
    key = key_of(text)
    found = mind.shipped.get(key)
    if found is None:
        raise NotFound("Não há um exemplo de fábrica com este texto.")
    await examples.lock(tx)
    if disabled:
        await _check_enough(tx, mind, found[0], key)
        await examples.disable(tx, key, user_id, now)
    else:
        if (own := await examples.find(tx, key)) is not None:
            raise _known(own.intent, OWN)
        await examples.enable(tx, key)
    log.info("bot_example_switched", intent=found[0], disabled=disabled, user_id=user_id)
    return found


async def _check_enough(tx: Transaction, mind: Mind, intent: Intent, key: str) -> None:
    """Without examples an intent could not be told from the others."""
    off = await examples.disabled_keys(tx) | {key}
    left = sum(one == intent and other not in off for other, (one, _) in mind.shipped.items())
    if left < MIN_EXAMPLES:
        raise Conflict(f"Cada intenção precisa de ao menos {MIN_EXAMPLES} exemplos de fábrica.", field="text")


def _known(intent: Intent, whose: str) -> Conflict:
    return Conflict(f"Esta frase já é um exemplo {whose} de {intent}.", field="text")
