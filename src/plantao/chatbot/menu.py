"""What the bot can be asked, as a list to tap: offered when it has not understood, in the place of a second guess."""

from typing import Final

from plantao.chatbot.engine import Intent, Reply
from plantao.conversations.models import MessageType
from plantao.conversations.sending import Draft

BUTTON: Final = "Ver assuntos"
# What a customer taps is read like any other text: each title says what the intent is understood from.
TOPICS: Final = {
    Intent.NO_CONNECTION: "Estou sem internet",
    Intent.TECHNICAL_SUPPORT: "Internet muito lenta",
    Intent.BILLING: "Segunda via da fatura",
    Intent.SALES: "Conhecer os planos",
    Intent.SCHEDULING: "Agendar visita técnica",
    Intent.HUMAN: "Falar com um atendente",
}
MAX_BODY: Final = 1024  # a list's text; longer ones go without a list


def draft_of(reply: Reply, text: str, *, transfer: bool) -> Draft:
    """How `text`, which is said for `reply`, is said."""
    if reply.intent is not Intent.OUT_OF_SCOPE or transfer or len(text) > MAX_BODY:
        return Draft(text)
    rows = [{"id": f"assunto:{intent}", "title": title} for intent, title in TOPICS.items()]
    payload = {"kind": "list", "button": BUTTON, "sections": [{"rows": rows}]}
    return Draft(text, MessageType.INTERACTIVE, payload=payload)
