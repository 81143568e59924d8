"""What the classifier sees of a text: pieces of words, words, pairs of words, and the lexicon's hits."""

import re
import unicodedata
from itertools import pairwise

from plantao.chatbot.lexicon import CANONICAL, concepts, word_set

_SHORTEST, _LONGEST = 3, 4  # of a word's pieces, its edges included
_STEM = 5
_MAX_WORDS = 120  # a longer message has said what it wants by then; the bound keeps hostile ones cheap
# They carry grammar, not meaning: pairs of words are also taken across them.
_FILLERS = word_set(
    "a o e de da do um uma que me em na no os as por para com eu esta estou voces voce aqui se ja minha meu ai"
)


def normalise(text: str) -> str:
    """Lower case, no accents, single blanks, no letter more than twice in a row."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return re.sub(r"(.)\1{2,}", r"\1", re.sub(r"[^\w]+", " ", plain).strip())


def words(text: str) -> list[str]:
    """The normalised words, abbreviations spelled out."""
    return [CANONICAL.get(word, word) for word in normalise(text).split()[:_MAX_WORDS]]


def pieces(found: list[str]) -> set[str]:
    """Pieces of words, words, and pairs of neighbours."""
    made = {f"={word}" for word in found}
    for word in found:
        padded = f" {word} "
        for size in range(_SHORTEST, _LONGEST + 1):
            made.update(padded[start : start + size] for start in range(len(padded) - size + 1))
    stems = [word[:_STEM] for word in found]
    telling = [word[:_STEM] for word in found if word not in _FILLERS]
    made.update(f"{first}_{second}" for first, second in pairwise(stems))
    made.update(f"{first}+{second}" for first, second in pairwise(telling))
    if stems:
        made |= {f"^{stems[0]}", f"#{min(len(stems), 12)}"}
    return made


def hits(found: list[str]) -> dict[str, float]:
    """What the lexicon recognises, with its weight: each intent, the only one, and those that stand together."""
    known = concepts(" ".join(found))
    made = {f"@{intent}": 1.0 for intent, _ in known}
    made |= {f"@@{intent}": 1.0 for intent, count in known if count > 1}
    if len(known) < 2:
        made[f"!{known[0][0] if known else 'none'}"] = 1.0
    for index, (first, _) in enumerate(known):
        made |= {f"@{first}&{second}": 0.5 for second, _ in known[index + 1 :]}
    return made
