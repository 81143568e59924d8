"""Two cards of one person: nothing that people wrote is lost, whatever it was."""

from hypothesis import given
from hypothesis import strategies as st

from plantao.customers.cards import Card, joined

words = st.none() | st.sampled_from(("Fibra 100", "Fibra 500", "A-1", "Rua A, 1"))
cards = st.builds(
    Card,
    name=st.none() | st.sampled_from(("Ana", "Rui")),
    named=st.booleans(),
    plan=words,
    account_number=words,
    address=words,
    notes=st.sampled_from(("", "Cão bravo.", "Mora no fundo.", "Cão bravo.\n\nMora no fundo.")),
    version=st.integers(1, 9),
)


def told(card: Card) -> str:
    return "\n".join(str(value) for value in (card.plan, card.account_number, card.address, card.notes) if value)


@given(cards, cards)
def test_all_that_was_written_is_there(winner: Card, loser: Card) -> None:
    found = joined(winner, loser)
    for card in (winner, loser):
        for written in (card.plan, card.account_number, card.address, card.notes):
            assert written is None or written in told(found)


@given(cards, cards)
def test_a_version_that_was_seen_of_either_is_none_of_the_new_one(winner: Card, loser: Card) -> None:
    assert joined(winner, loser).version > max(winner.version, loser.version)


@given(cards, cards)
def test_the_name_that_people_gave_is_kept(winner: Card, loser: Card) -> None:
    found = joined(winner, loser)
    assert found.named == (winner.named or loser.named)
    assert found.name == (loser.name if loser.named and not winner.named else winner.name)


@given(cards)
def test_the_same_card_twice_says_nothing_twice(card: Card) -> None:
    assert told(joined(card, card)) == told(card)
