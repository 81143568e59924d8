"""Finding and making customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from plantao.customers import card_repository, repository
from plantao.customers.cards import joined
from plantao.customers.matching import Directory
from plantao.customers.models import Contact, CustomerId
from plantao.kit.db import Transaction
from plantao.kit.ids import uuid7
from plantao.tags import worn


@dataclass(frozen=True, slots=True)
class Placed:
    """`customer_ids`, parallel to the contacts asked for; `merged`: the losers of merges and their winners.

    The caller moves what it keeps of the losers to the winners, calls `join_cards`, then `forget`.
    """

    customer_ids: list[CustomerId]
    merged: dict[CustomerId, CustomerId]


@dataclass(frozen=True, slots=True)
class Renaming:
    """Meta says that a person changed number or BSUID."""

    old: Contact
    new: Contact


async def place_contacts(tx: Transaction, contacts: Sequence[Contact | Renaming], now: datetime) -> Placed:
    """The customer of each contact, made when unknown, brought up to date when something is new."""
    directory = await _look_up(tx, contacts)
    plain = [contact for contact in contacts if isinstance(contact, Contact)]
    if len(plain) < len(contacts) or not directory.changes_nothing(plain):
        await repository.lock_newcomers(tx)
        directory = await _look_up(tx, contacts, with_other_identifiers=True)
    customer_ids = [_place(directory, contact) for contact in contacts]
    await _save(tx, directory, now)
    return Placed([directory.survivor(id_) for id_ in customer_ids], directory.merged)


async def join_cards(tx: Transaction, merged: dict[CustomerId, CustomerId]) -> None:
    """Gives the winners what people wrote on the losers' cards, one merge after the other (a winner may lose next)."""
    for loser, winner in merged.items():
        cards = await card_repository.lock_both(tx, winner, loser)
        if loser in cards and winner in cards:
            (card, since), (other, earlier) = cards[winner], cards[loser]
            await card_repository.write(tx, winner, joined(card, other), min(since, earlier))
            await worn.move(tx, card_repository.TAGS, loser, winner)


async def forget(tx: Transaction, merged: dict[CustomerId, CustomerId]) -> None:
    """Deletes the losers of merges, once nothing refers to them."""
    await repository.delete(tx, list(merged))


def _place(directory: Directory, contact: Contact | Renaming) -> CustomerId:
    if isinstance(contact, Renaming):
        return directory.link(contact.old, contact.new)
    return directory.place(contact)


async def _look_up(
    tx: Transaction, contacts: Sequence[Contact | Renaming], *, with_other_identifiers: bool = False
) -> Directory:
    faces = [
        face
        for contact in contacts
        for face in ((contact.old, contact.new) if isinstance(contact, Renaming) else (contact,))
    ]
    owners, customers = await repository.find_owners(tx, [i for face in faces for i in face.identifiers()])
    if with_other_identifiers and customers:
        # A merge hands over all of the loser's identifiers, not only those of this batch.
        owners = await repository.identifiers_of(tx, list(customers)) | owners
    return Directory(owners, customers, new_id=lambda: CustomerId(uuid7()))


async def _save(tx: Transaction, directory: Directory, now: datetime) -> None:
    wanted = [*directory.created, *directory.changed]
    customers = [directory.customers[id_] for id_ in dict.fromkeys(wanted) if id_ not in directory.merged]
    await repository.save(tx, customers, directory.learned, now)
