"""What the bot was unsure of and still is, ready to be taught."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from plantao.chatbot import examples
from plantao.chatbot.engine import Intent
from plantao.chatbot.knowledge import Mind, key_of
from plantao.chatbot.understanding import Basis
from plantao.conversations import unsure_turns
from plantao.conversations.unsure_turns import UnsureTurn
from plantao.kit.db import Database

SHORTEST: Final = 3  # characters of an example
LONGEST: Final = 300
MOST: Final = 50
_LOOKED_AT: Final = 200  # some of them are taught already, or said twice
# Phones, documents, cards, e-mails, codes of payment. Digits count by their number only when they are learnt.
_NUMBER: Final = re.compile(r"\d(?:[\s.\-/()]*\d){4,}")
_ADDRESS: Final = re.compile(r"\S+@\S+")


@dataclass(frozen=True, slots=True)
class Unsure:
    """`text` has no long number and no e-mail. `guess`: what it most likely means, and how likely, by the examples."""

    turn: UnsureTurn
    text: str
    guess: Intent
    likelihood: float


async def unsure(database: Database, mind: Mind) -> list[Unsure]:
    """The newest `MOST` sentences about which the bot would be unsure today as well, each once."""
    sure = mind.manner.confidence_threshold
    async with database.reading() as tx:
        turns = await unsure_turns.newest(tx, sure=sure, most=_LOOKED_AT, shortest=SHORTEST, longest=LONGEST)
        taught = await examples.known_keys(tx, [key_of(masked(turn.text)) for turn in turns])
    return await asyncio.to_thread(_still_unsure, mind, turns, taught, sure)


def _still_unsure(mind: Mind, turns: Sequence[UnsureTurn], taught: set[str], sure: float) -> list[Unsure]:
    """Blocks for some milliseconds."""
    found: dict[str, Unsure] = {}
    for turn in turns:
        text = masked(turn.text)
        understood = mind.knowledge.understanding.explain(text)
        settled = understood.basis is Basis.HARD_WORDS or understood.confidence >= sure
        if not settled and key_of(text) not in taught | mind.shipped.keys():
            found.setdefault(key_of(text), Unsure(turn, text, *understood.ranking[0]))
    return list(found.values())[:MOST]


def masked(text: str) -> str:
    """One line, with the digits of long numbers as zeros and without e-mail addresses."""
    plain = _ADDRESS.sub("(e-mail)", " ".join(text.split()))
    return _NUMBER.sub(lambda found: re.sub(r"\d", "0", found[0]), plain)
