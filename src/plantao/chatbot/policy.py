"""When the bot stops and a person goes on."""

from plantao.chatbot.engine import Intent, Reply

SURE = 0.5  # unless the provider says otherwise: `manner`
UNSURE_TURNS = 2
ALWAYS_TRANSFERRED = frozenset({Intent.HUMAN, Intent.COMPLAINT, Intent.CANCELLATION})


def is_unsure(reply: Reply, sure: float = SURE) -> bool:
    return reply.confidence < sure


def needs_person(reply: Reply, unsure_count: int) -> bool:
    """`unsure_count`: unsure turns in a row, this one included."""
    return reply.should_transfer or reply.intent in ALWAYS_TRANSFERRED or unsure_count >= UNSURE_TURNS
