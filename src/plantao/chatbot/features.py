"""What the classifier sees of a text: edges of words, words, pairs of words, and the lexicon's hits."""

import re
import unicodedata
from itertools import pairwise

from plantao.chatbot.lexicon import CANONICAL, EMOJI, concepts, word_set

_EDGE = 3
_STEM = 5
_MAX_WORDS = 120  # a longer message has said what it wants by then; the bound keeps hostile ones cheap
# They carry grammar, not meaning: pairs of words are also taken across them.
_FILLERS = word_set(
    "a o e de da do um uma que me em na no os as por para com eu esta estou voces voce aqui se ja minha meu ai"
)


def normalise(text: str) -> str:
    """Lower case, no accents, single blanks, no letter more than twice in a row, telling emoji as words."""
    decomposed = unicodedata.normalize("NFKD", text.translate(EMOJI).casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return re.sub(r"([^\W\d])\1{2,}", r"\1", re.sub(r"[^\w]+", " ", plain).strip())


def words(text: str) -> list[str]:
    """The normalised words as they are learnt: abbreviations spelled out, no letter but r and s twice, and of a
    number of several digits only their count: one CPF, time or price tells as much as another."""
    once = re.sub(r"([^\W\drs])\1", r"\1", normalise(text))
    spelt = " ".join(CANONICAL.get(word, word) for word in once.split()[:_MAX_WORDS])
    return re.sub(r"\d(?=\d)|(?<=\d)\d", "0", spelt).split()


def pieces(found: list[str]) -> set[str]:
    """Edges of words, words, and pairs of words that stand together or nearly."""
    made = {f"={word}" for word in found}.union(*map(letters, found))
    stems = [word[:_STEM] for word in found]
    telling = [word[:_STEM] for word in found if word not in _FILLERS]
    made.update(f"{first}_{second}" for first, second in pairwise(stems))
    made.update(f"{first}+{second}" for first, second in pairwise(telling))
    made.update(f"{first}+{second}" for first, second in zip(telling, telling[2:], strict=False))
    if stems:
        made |= {f"^{stems[0]}", f"#{min(len(stems), 12)}"}
    return made


def letters(word: str) -> set[str]:
    """How a word begins and ends. All its pieces of four letters told no more, and cost twice the time."""
    return {f" {word[:_EDGE]}", f" {word[:_STEM]}", f"{word[-_EDGE:]} "}


def hits(found: list[str]) -> set[str]:
    """What the lexicon recognises: each intent, the only one, and those that stand together."""
    known = concepts(found)
    made = {f"@{intent}" for intent, _ in known}
    made |= {f"@@{intent}" for intent, count in known if count > 1}
    if len(known) < 2:
        made.add(f"!{known[0][0] if known else 'none'}")
    for index, (first, _) in enumerate(known):
        made |= {f"@{first}&{second}" for second, _ in known[index + 1 :]}
    return made
