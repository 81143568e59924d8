"""What must never be missed, whatever else a message says: a person is asked for, a contract ends, a law is named.

These few words decide before the classifier does, and no model may overrule them.
"""

import re

from plantao.chatbot.engine import Intent
from plantao.chatbot.features import words

_HARD: list[tuple[Intent, str]] = [
    (
        Intent.COMPLAINT,
        (
            r"procon|anatel|reclame ?aqui|ouvidoria|juizado|process(?:ar|o) (?:contra )?(?:em )?voce|"
            r"meu advogado|na justica"
        ),
    ),
    (
        Intent.HUMAN,
        (
            r"(?:falar|conversar|atendimento|passa\w*|transfer\w*|encaminh\w*|chama\w*|quero|preciso|cade) "
            r"(?:\w+ ){0,3}?(?:atendente|atendende|atendent|humano|ser humano|pessoa de verdade|pessoa real)\b|"
            r"^atend[ae]n[dt][ei]?s?\b|^humano\b|"
            r"nao quero (?:falar com )?(?:robo|maquina)|atendimento humano|falar com (?:uma pessoa|alguem|gente)|"
            r"(?:quero|preciso de) uma pessoa\b|pessoa de verdade"
        ),
    ),
    (
        Intent.CANCELLATION,
        r"cancel|rescindir|rescisao|distrato|encerrar (?:o |meu |a |minha )?(?:contrato|plano|assinatura)",
    ),
]
# Somebody who speaks of a member of staff calls none: "o atendente foi grosso" is for the classifier.
_NOT_A_CALL = re.compile(r"(?:vaga|emprego|elogi\w+|reclam\w+) (?:\w+ ){0,3}?atendente")
# A visit that is called off ends no contract.
_NOT_AN_END = re.compile(
    r"(?:cancel\w*|desmarc\w*) (?:o |a |minha |meu )?(?:visita|vinda|agendamento|tecnico|chamado|horario|debito|"
    r"compra|academia|cartao|ordem de servico)|em vez de cancel|setor de cancel|"
    r"nao (?:quero|vou|precisa|era para) cancel|sem cancel"
)
_UNLESS = {Intent.HUMAN: _NOT_A_CALL, Intent.CANCELLATION: _NOT_AN_END}
_COMPILED = [(intent, re.compile(rf"(?<!\w)(?:{stems})")) for intent, stems in _HARD]


def hard_intent(text: str) -> Intent | None:
    """The intent that a text's words leave no doubt about, if there is one."""
    plain = " ".join(words(text))
    for intent, pattern in _COMPILED:
        if pattern.search(plain) and not (intent in _UNLESS and _UNLESS[intent].search(plain)):
            return intent
    return None
