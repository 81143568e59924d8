"""Who is this? Decides, without I/O, which customer each contact is.

The rules (docs/adr/0004-customers-by-identifiers.md):
1. A BSUID belongs to one person. It decides.
2. A phone decides only when no BSUID speaks against it: numbers are recycled, and Meta gives a person who
   changes the number a new BSUID. A phone that turns up with another BSUID has a new owner.
3. A customer known only by phone and another known only by BSUID are one person when a contact shows both.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from plantao.customers.models import Contact, Customer, CustomerId, Identifier


@dataclass(slots=True)
class Directory:
    """The known customers among a batch's contacts, and what placing the contacts changes."""

    owners: dict[Identifier, CustomerId]
    customers: dict[CustomerId, Customer]
    new_id: Callable[[], CustomerId]
    created: list[CustomerId] = field(default_factory=list)
    changed: set[CustomerId] = field(default_factory=set)
    learned: dict[Identifier, CustomerId] = field(default_factory=dict)
    merged: dict[CustomerId, CustomerId] = field(default_factory=dict)  # loser -> winner

    def place(self, contact: Contact) -> CustomerId:
        """The contact's customer, known or new, who now owns all of the contact's identifiers."""
        found = self._find(contact)
        customer_id = found if found is not None else self._create()
        self._absorb_phone_twin(customer_id, contact)
        self._learn(customer_id, contact)
        return customer_id

    def link(self, old: Contact, new: Contact) -> CustomerId:
        """Meta says that `old` goes by the identifiers of `new` from now on."""
        customer_id = self.place(old)
        for identifier in new.identifiers():
            owner = self.owners.get(identifier)
            if owner is not None and owner != customer_id:
                self._merge(owner, customer_id)
        self._learn(customer_id, new)
        return customer_id

    def survivor(self, customer_id: CustomerId) -> CustomerId:
        """Who the customer is after all merges."""
        while customer_id in self.merged:
            customer_id = self.merged[customer_id]
        return customer_id

    def _find(self, contact: Contact) -> CustomerId | None:
        for identifier in contact.identifiers():
            owner = self.owners.get(identifier)
            if owner is not None and not self._contradicts(owner, identifier, contact):
                return owner
        return None

    def _contradicts(self, owner: CustomerId, identifier: Identifier, contact: Contact) -> bool:
        known = self.customers[owner].bsuid
        return identifier[0] != "bsuid" and None not in (known, contact.bsuid) and known != contact.bsuid

    def _create(self) -> CustomerId:
        customer = Customer(self.new_id())
        self.customers[customer.id] = customer
        self.created.append(customer.id)
        return customer.id

    def _absorb_phone_twin(self, winner: CustomerId, contact: Contact) -> None:
        for identifier in contact.identifiers():
            owner = self.owners.get(identifier)
            if owner is not None and owner != winner and self.customers[owner].bsuid is None:
                self._merge(owner, winner)

    def _merge(self, loser: CustomerId, winner: CustomerId) -> None:
        for identifier, owner in list(self.owners.items()):
            if owner == loser:
                self._own(identifier, winner)
        self.merged[loser] = winner
        self.changed.discard(loser)

    def _learn(self, customer_id: CustomerId, contact: Contact) -> None:
        for identifier in contact.identifiers():
            self._take_from_former_owner(identifier, customer_id)
            self._own(identifier, customer_id)
        phone = next((value for kind, value in contact.identifiers() if kind == "phone"), None)
        self._update(
            customer_id,
            name=contact.name,
            username=contact.username,
            bsuid=contact.bsuid,
            wa_id=contact.wa_id,
            phone=phone,
        )

    def _take_from_former_owner(self, identifier: Identifier, customer_id: CustomerId) -> None:
        kind, value = identifier
        former = self.owners.get(identifier)
        if former is None or former == customer_id or former in self.merged:
            return
        if getattr(self.customers[former], kind) == value:
            setattr(self.customers[former], kind, None)
            self.changed.add(former)

    def _own(self, identifier: Identifier, customer_id: CustomerId) -> None:
        if self.owners.get(identifier) != customer_id:
            self.owners[identifier] = customer_id
            self.learned[identifier] = customer_id

    def _update(self, customer_id: CustomerId, **values: str | None) -> None:
        customer = self.customers[customer_id]
        for name, value in values.items():
            if value is not None and value != getattr(customer, name) and not (name == "name" and customer.named):
                setattr(customer, name, value)
                self.changed.add(customer_id)

    def changes_nothing(self, contacts: Iterable[Contact]) -> bool:
        """Whether all contacts are known with just these data: the common case, told without writing."""
        return all(self._is_known(contact) for contact in contacts)

    def _is_known(self, contact: Contact) -> bool:
        owners = {self.owners.get(identifier) for identifier in contact.identifiers()}
        if len(owners) != 1 or (owner := owners.pop()) is None:
            return False
        customer = self.customers[owner]
        return all(
            value is None or value == getattr(customer, name) or (name == "name" and customer.named)
            for name, value in (
                ("name", contact.name),
                ("username", contact.username),
                ("bsuid", contact.bsuid),
                ("wa_id", contact.wa_id),
            )
        )
