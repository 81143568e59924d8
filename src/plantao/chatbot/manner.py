"""How a provider wants the bot to be: on or off, its words, its links, and when it asks for a person."""

import re
from datetime import timedelta
from typing import Final

import msgspec

from plantao.chatbot.engine import Context, Intent
from plantao.chatbot.policy import SURE

OFF_MESSAGE: Final = (
    "Recebemos a sua mensagem, {nome}. Você está na fila de atendimento: uma pessoa vai responder por aqui. "
    "Seu protocolo é {protocolo}."
)
# What a link is called after the answers that it belongs to.
_LINKS: Final = {
    Intent.BILLING: ("Segunda via da fatura", "invoice_url"),
    Intent.NO_CONNECTION: ("Situação da rede", "status_url"),
}
# With the blank or comma before it: where there is nothing to say, nothing is left behind.
_VARIABLE: Final = re.compile(r"([ \t,]*)\{(nome|provedor|protocolo|segunda_via|situacao)\}")


class Manner(msgspec.Struct, frozen=True):
    """The defaults are what the bot does without any settings.

    `answers` take the place of ours, by intent; `confidence_threshold`: below it the bot asks back instead of acting;
    `debounce_seconds`: how long it waits for the rest of a burst, None for what the server's settings say.
    """

    enabled: bool = True
    provider_name: str = ""
    off_message: str = OFF_MESSAGE
    answers: dict[Intent, str] = msgspec.field(default_factory=dict)
    confidence_threshold: float = SURE
    debounce_seconds: float | None = None
    invoice_url: str | None = None
    status_url: str | None = None

    def debounce(self, default: timedelta) -> timedelta:
        return default if self.debounce_seconds is None else timedelta(seconds=self.debounce_seconds)

    def facts(self) -> dict[str, object]:
        """What a language model may be told of the provider; empty when there is nothing."""
        told = {
            "nome": self.provider_name,
            "segunda_via": self.invoice_url,
            "situacao_da_rede": self.status_url,
            "respostas": {intent.value: text for intent, text in self.answers.items()},
        }
        return {name: value for name, value in told.items() if value}


def own_answer(manner: Manner, intent: Intent, context: Context) -> str | None:
    """The provider's text for an intent, filled in; None where there is none."""
    text = manner.answers.get(intent)
    return filled(text, manner, context) if text else None


def with_link(manner: Manner, intent: Intent, text: str) -> str:
    """The answer, and below it the link that helps with it, unless it has it already."""
    if intent not in _LINKS:
        return text
    name, field = _LINKS[intent]
    url: str | None = getattr(manner, field)
    return text if not url or url in text else f"{text}\n\n{name}: {url}"


def off_message(manner: Manner, context: Context) -> str:
    return filled(manner.off_message, manner, context)


def filled(text: str, manner: Manner, context: Context) -> str:
    """`text` with its variables. Braces that are none of them stay as they are."""
    first = (context.customer_name or "").split()[:1]
    values = {
        "nome": first[0] if first else "",
        "provedor": manner.provider_name,
        "protocolo": context.protocol,
        "segunda_via": manner.invoice_url or "",
        "situacao": manner.status_url or "",
    }

    def value(found: re.Match[str]) -> str:
        return f"{found[1]}{said}" if (said := values[found[2]]) else ""

    return _VARIABLE.sub(value, text).lstrip(" ,")
