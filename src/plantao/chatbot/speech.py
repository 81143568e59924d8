"""What may be said to a customer: Portuguese, short enough, and no word of what was not done."""

import re

from plantao.chatbot.features import normalise
from plantao.chatbot.lexicon import word_set

MAX_RESPONSE = 1200  # characters; WhatsApp takes 4,096, and nobody reads them

# Compared with normalised text. The bot reads and answers; it verifies, sends, books and settles nothing.
_PROMISES = re.compile(
    r"\b(?:ja )?(?:resolvi|reiniciei|verifiquei|consultei|agendei|marquei|cancelei|desbloqueei|liberei|enviei|abri|"
    r"registrei|solicitei|encaminhei|transferi|corrigi|estornei|atualizei|providenciei|testei|ativei|acionei|"
    r"coloquei|gerei)\b|"
    r"\b(?:vou|irei|vamos|iremos|estou|estamos) (?:\w+ ){0,2}?(?:verificar|verificando|consultar|consultando|enviar|"
    r"enviando|mandar|agendar|agendando|marcar|resolver|resolvendo|transferir|transferindo|encaminhar|encaminhando|"
    r"desbloquear|desbloqueando|liberar|liberando|cancelar|cancelando|abrir|registrar|registrando|reiniciar|gerar|"
    r"gerando|corrigir|providenciar|acionar|dar um desconto|checar)\b|"
    r"\b(?:foi|esta|sera|ficou|fica|foram|serao|estao) (?:\w+ )?(?:resolvid|agendad|marcad|cancelad|"
    r"desbloquead|liberad|"
    r"enviad|normalizad|registrad|abert[oa] um|estornad|reembolsad|transferid|encaminhad|garantid)[oa]s?\b|"
    r"\b(?:um|o|nosso) tecnico (?:vai|ira|esta indo|passara|chega)|"
    r"\b(?:volta|voltara|resolve|resolvido|normaliza\w*|liberad[oa]|atend\w+) (?:em|dentro de|ate) (?:\w+ )?\d+|"
    r"\bem (?:breve|instantes)\b|\b(?:garanto|prometo|asseguro|garantimos)\b|\bna fila\b|\bvoce (?:tera|"
    r"ganhou|recebera)\b"
)
_PORTUGUESE = word_set(
    "a o e de da do um uma que nao para por com em no na os as se voce seu sua eu me ao ou mas mais como qual sobre "
    "ola oi bom boa obrigado ajudar entendi certo internet por nada"
)
_FOREIGN = word_set(
    "the is are you your and to of for with this that have please el los las una usted su gracias hola y pero esta "
    "le la les des vous und der die das ist"
) - {"esta", "la", "das", "le"}


def objection(text: str) -> str | None:
    """Why a model's answer must not be said, as the label of a metric; None if it may be."""
    if not text.strip():
        return "empty"
    if len(text) > MAX_RESPONSE:
        return "too_long"
    if not is_portuguese(text):
        return "not_portuguese"
    return "promise" if promises(text) else None


def promises(text: str) -> bool:
    """Whether a text says that something was done or will be."""
    return _PROMISES.search(normalise(text)) is not None


def is_portuguese(text: str) -> bool:
    """Good enough to tell an answer from noise and from other languages."""
    letters = [char for char in text if char.isalpha()]
    if not letters or sum(char < "\u0250" for char in letters) < 0.95 * len(letters):
        return False
    found = normalise(text).split()
    known = sum(word in _PORTUGUESE for word in found)
    return known >= max(1, len(found) // 8) and known > sum(word in _FOREIGN for word in found)
