"""What would become of a sentence, without anything becoming of it."""

import asyncio
from typing import Final

from plantao.chatbot.engine import Context, Line
from plantao.chatbot.knowledge import Mind, key_of
from plantao.chatbot.neighbours import Neighbour
from plantao.chatbot.offline import OfflineEngine
from plantao.chatbot.policy import needs_person
from plantao.chatbot.teaching_schemas import NearestExample, RankedIntent, SentenceTestOut, Source

RANKED: Final = 5
NEAREST: Final = 5
_PROTOCOL: Final = "20260101-000001"  # of a conversation that is none


async def tried(mind: Mind, text: str) -> SentenceTestOut:
    """As the first thing that a customer says, by the offline engine."""
    knowledge = mind.knowledge
    understood = knowledge.understanding.explain(text)
    reply = await OfflineEngine(mind).reply([Line(from_customer=True, text=text)], Context(_PROTOCOL))
    neighbours = await asyncio.to_thread(lambda: knowledge.neighbours)
    return SentenceTestOut(
        intent=understood.intent,
        confidence=round(understood.confidence, 4),
        basis=understood.basis,
        ranking=[RankedIntent(intent=intent, confidence=round(n, 4)) for intent, n in understood.ranking[:RANKED]],
        would_transfer=needs_person(reply, 0),
        answer=reply.response,
        nearest=[_nearest(mind, one) for one in neighbours.of(text, NEAREST)],
    )


def _nearest(mind: Mind, found: Neighbour) -> NearestExample:
    shipped = mind.shipped.get(key_of(found.text))
    source = Source.SHIPPED if shipped is not None and shipped[0] is found.intent else Source.OWN
    return NearestExample(intent=found.intent, text=found.text, similarity=round(found.similarity, 4), source=source)
