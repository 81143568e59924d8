"""What people know of a customer, besides what the channel says: plan, account, address, notes. As plain data.

Everybody at the desk writes on the one card. Each change names the version that its author saw: nobody overwrites what
somebody else has written meanwhile.
"""

from dataclasses import dataclass, replace
from typing import Final

MOST_NOTES: Final = 8000  # characters that a person may write; a merge may make more


@dataclass(frozen=True, slots=True)
class Card:
    """`named`: people gave the name, which the channel's no longer replaces. `version` rises with each change."""

    name: str | None
    named: bool
    plan: str | None
    account_number: str | None
    address: str | None
    notes: str
    version: int


# Of what a card holds once, when two are joined: what the other one said is written below the notes.
_SINGLE: Final = {"plan": "Plano", "account_number": "Código do assinante", "address": "Endereço"}


def joined(winner: Card, loser: Card) -> Card:
    """The card of one person who had two: nothing that people wrote is lost, and nothing is said twice."""
    differing = [
        f"{word} no outro cadastro: {other}"
        for field, word in _SINGLE.items()
        if (other := getattr(loser, field)) and getattr(winner, field) not in {None, other}
    ]
    takes_name = loser.named and not winner.named
    return replace(
        winner,
        **{field: getattr(winner, field) or getattr(loser, field) for field in _SINGLE},
        name=loser.name if takes_name else winner.name,
        named=winner.named or loser.named,
        notes=_below(winner.notes, loser.notes, *differing),
        version=max(winner.version, loser.version) + 1,
    )


def _below(notes: str, *added: str) -> str:
    for one in added:
        if one and one not in notes:
            notes = f"{notes}\n\n{one}" if notes else one
    return notes
