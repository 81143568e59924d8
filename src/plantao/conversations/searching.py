"""`GET /conversations?search=`: what somebody wrote, and which customers and protocols it may mean.

Words are looked for along an index of trigrams, so each pattern holds one: three letters or digits in a row, or the
beginning of a word. The work is bounded however common a word is: up to `MOST_CUSTOMERS` customers are found exactly.
Where more have it, the newest `WALK` conversations are looked through as well: what was said lately is always found.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from plantao.kit.errors import ValidationFailed

MOST_WORDS: Final = 10
MOST_CUSTOMERS: Final = 500
WALK: Final = 5_000
COUNTED: Final = 1_000  # matches; what is told of more is that there are so many

_TRIGRAM: Final = 3
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_WORD: Final = re.compile(r"[^\W_]+")
# `(11) 98765-4321` is one number, whatever stands between its digits.
_NUMBER: Final = re.compile(r"\+?[0-9][0-9 ().\-/]*")
_PROTOCOL: Final = re.compile(r"([0-9]{8})-?([0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class Search:
    """`patterns`: of LIKE; a customer's `searchable` has them all. `protocols`: the first and the last one meant."""

    patterns: tuple[str, ...]
    protocols: tuple[str, str] | None

    def values(self) -> dict[str, str | int]:
        """The parameters of `matches`."""
        values: dict[str, str | int] = {f"pattern_{n}": pattern for n, pattern in enumerate(self.patterns)}
        values |= {"most_customers": MOST_CUSTOMERS, "walk": WALK}
        if self.protocols is not None:
            values |= dict(zip(("first_protocol", "last_protocol"), self.protocols, strict=True))
        return values


def read_search(written: str) -> Search:
    """Raises `ValidationFailed` where there is nothing to look for, or too much."""
    words = dict.fromkeys(_WORD.findall(_NUMBER.sub(_joined, plain(written))))
    if not words:
        raise ValidationFailed("Escreva letras ou números para buscar.", field="search")
    if len(words) > MOST_WORDS:
        raise ValidationFailed(f"Busque por no máximo {MOST_WORDS} palavras.", field="search")
    return Search(tuple(_pattern(word) for word in words), _protocols(written))


def plain(written: str) -> str:
    """Without accents and capitals, as `plantao_searchable` of the database makes a name."""
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", written)).lower()


def _joined(number: re.Match[str]) -> str:
    digits = re.sub("[^0-9]", "", number[0])
    dialled = digits.lstrip("0")  # of a long-distance call
    return f" {dialled if len(dialled) >= _TRIGRAM else digits} "


def _pattern(word: str) -> str:
    return f"%{word}%" if len(word) >= _TRIGRAM else f"% {word}%"


def _protocols(written: str) -> tuple[str, str] | None:
    """Of one that is being written, the first and the last that begin so: all have the same length."""
    found = _PROTOCOL.fullmatch(written)
    return None if found is None else (f"{found[1]}-{found[2]:0<6}", f"{found[1]}-{found[2]:9<6}")


def matches(search: Search, wheres: Sequence[str], newest_first: str) -> str:
    """A SELECT of `id` and `last_message_at`, each conversation once, where also one of `wheres` holds. Its parameters
    are those of `search`, and `reach`: how many of the newest will be looked at.

    How common a pattern is stays hidden from the planner (`SELECT :pattern`): it would read all customers from end to
    end where it thinks that most have it. LATERAL with OFFSET 0 keeps it from doing so to find their conversations.
    """
    fitting = " AND ".join(f"searchable LIKE (SELECT CAST(:pattern_{n} AS text))" for n in range(len(search.patterns)))
    asked = " OR ".join(f"({where})" for where in wheres)
    walks = " UNION ALL ".join(f"({_walk(where, fitting, newest_first)})" for where in wheres)
    numbered = f"""
        UNION (
            SELECT id, last_message_at FROM conversations
            WHERE protocol BETWEEN :first_protocol AND :last_protocol AND ({asked}) LIMIT :most_customers
        )
    """
    return f"""
        WITH matched AS MATERIALIZED (SELECT id FROM customers WHERE {fitting} LIMIT :most_customers + 1),
             walked AS MATERIALIZED ({walks})
        SELECT id, last_message_at FROM walked
        UNION
        SELECT theirs.id, theirs.last_message_at
        FROM matched CROSS JOIN LATERAL (
            SELECT id, last_message_at FROM conversations WHERE customer_id = matched.id AND ({asked}) OFFSET 0
        ) AS theirs
        WHERE (SELECT count(*) < :reach FROM walked)
        {numbered if search.protocols is not None else ""}
    """


def _walk(where: str, fitting: str, newest_first: str) -> str:
    """The newest that fit, where the customers are too many; it ends as soon as there are enough."""
    return f"""
        SELECT c.id, c.last_message_at
        FROM (
            SELECT id, last_message_at, customer_id FROM conversations WHERE {where} {newest_first} LIMIT :walk
        ) AS c CROSS JOIN LATERAL (
            SELECT FROM customers WHERE id = c.customer_id AND {fitting} OFFSET 0
        ) AS fits
        WHERE (SELECT count(*) > :most_customers FROM matched) {newest_first} LIMIT :reach
    """
