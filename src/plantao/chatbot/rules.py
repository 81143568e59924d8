"""What the offline engine looks for: word stems per intent, the more telling first.

Texts are compared without accents and case. A stem matches at the beginning of a word.
"""

import re
import unicodedata

from plantao.chatbot.engine import Intent

# (intent, confidence when it matches, stems). The first rule that matches decides, so the order is the
# precedence: who asks for a person gets one, whatever else the message says.
RULES: list[tuple[Intent, float, str]] = [
    (
        Intent.HUMAN,
        0.97,
        (
            r"atendente|humano|pessoa de verdade|falar com (?:alguem|gente|uma pessoa|o suporte|um)|"
            r"quero (?:uma pessoa|alguem)|me liga|nao quero (?:falar com )?robo|operador"
        ),
    ),
    (
        Intent.CANCELLATION,
        0.93,
        r"(?<!nao quero )(?<!nao vou )cancel|encerrar (?:o )?(?:contrato|plano)|quero sair|rescindir|rescisao",
    ),
    (
        Intent.COMPLAINT,
        0.88,
        r"reclam|procon|anatel|absurdo|pessim|vergonh|descaso|palhacada|processar voces|ouvidoria|horrivel",
    ),
    (
        Intent.NO_CONNECTION,
        0.92,
        (
            r"sem (?:internet|sinal|conexao|net)|(?:internet|net|conexao|sinal|fibra) (?:caiu|parou|sumiu|morreu)|"
            r"nao (?:(?:esta|ta|to|tou|estou) )?(?:conecta|funciona|tem internet|pega|naveg|volt)|"
            r"caiu (?:tudo|a (?:internet|net))|luz vermelha|"
            r"(?:led|luz) (?:los|pon)|los (?:vermelh|piscando|acesa)|fora do ar|queda (?:de|da) (?:internet|rede)|"
            r"ta sem net|(?:to|tou|estou) sem (?:net|internet|sinal)"
        ),
    ),
    (Intent.SALES, 0.85, r"quanto custa|qual (?:e )?o (?:preco|valor) d[oe] plano"),
    (
        Intent.TECHNICAL_SUPPORT,
        0.9,
        (
            r"lent[ao]|devagar|travando|oscila|caindo|instavel|wi ?fi|roteador|modem|ping|lag|velocidade|senha do wi|"
            r"nao chega (?:os|a) \d+|mega|sinal fraco|reinici|onu\b|cabo"
        ),
    ),
    (
        Intent.SCHEDULING,
        0.86,
        r"agend|visita|tecnico|remarcar|que horas (?:vem|vai)|chamado|protocolo|ordem de servico|instala",
    ),
    (Intent.MOVING, 0.9, r"mudanca|mudar de (?:endereco|casa)|novo endereco|mudei|trocar (?:o|de) endereco"),
    (
        Intent.BILLING,
        0.9,
        (
            r"boleto|fatura|segunda via|2a? via|pix|pag(?:ar|uei|amento|o)|vencim|vencid|cobranc|desbloque|"
            r"bloquea|conta|debito|nota fiscal|juros|valor"
        ),
    ),
    (
        Intent.SALES,
        0.85,
        (
            r"plano|contratar|assinar|cobertura|upgrade|aumentar|preco|promoc|quanto custa|atendem? (?:no|na|em|o|a)\b|"
            r"tem fibra|disponivel"
        ),
    ),
    (
        Intent.THANKS,
        0.9,
        (
            r"obrigad|valeu|vlw|brigad|agradec|tchau|ate mais|era so isso|so isso|(?<!nao )(?:deu certo|resolveu)|"
            r"(?<!nao )(?<!nao foi )(?<!nao esta )(?<!nao ta )resolvido"
        ),
    ),
    (
        Intent.GREETING,
        0.9,
        r"oi+\b|ola\b|bom dia|boa (?:tarde|noite)|opa\b|eae|e ai|alo\b|hey\b|tudo b(?:em|om)",
    ),
]

_COMPILED = [(intent, confidence, re.compile(rf"(?<!\w)(?:{stems})")) for intent, confidence, stems in RULES]


def normalise(text: str) -> str:
    """Lower case, no accents, single blanks."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return re.sub(r"[^\w]+", " ", plain).strip()


def classify(text: str) -> tuple[Intent, float]:
    """The intent of a customer's text, and how sure that is."""
    plain = normalise(text)
    for intent, confidence, pattern in _COMPILED:
        if pattern.search(plain):
            return intent, confidence
    return Intent.OUT_OF_SCOPE, 0.3
