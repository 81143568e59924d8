"""A customer, and what a channel says of who is writing."""

from dataclasses import dataclass
from typing import NewType
from uuid import UUID

from plantao.customers.phones import canonical_phone

CustomerId = NewType("CustomerId", UUID)
Identifier = tuple[str, str]  # kind (bsuid, wa_id, phone) and value


@dataclass(frozen=True, slots=True)
class Contact:
    """One appearance of a person. At least one of `bsuid`, `wa_id` and `phone` is there.

    `bsuid`: Meta's id of the person for this business, `BR.1502576394655843`; the only one for a person who
    hides the phone. `wa_id`: digits as Meta spells them, with or without the ninth. `phone`: canonical digits,
    for a person whose spelling at Meta is not known.
    """

    bsuid: str | None = None
    wa_id: str | None = None
    name: str | None = None
    username: str | None = None
    phone: str | None = None

    def identifiers(self) -> list[Identifier]:
        """Under which a customer can be found, the surest first."""
        found: list[Identifier] = []
        if self.bsuid:
            found.append(("bsuid", self.bsuid))
        if self.wa_id:
            found.append(("wa_id", self.wa_id))
        phone = self.phone or (canonical_phone(self.wa_id) if self.wa_id else None)
        if phone:
            found.append(("phone", phone))
        return found


@dataclass(slots=True)
class Customer:
    """A row of `customers`, while it is being worked on."""

    id: CustomerId
    name: str | None = None
    username: str | None = None
    phone: str | None = None
    wa_id: str | None = None
    bsuid: str | None = None
    named: bool = False  # people gave the name: the channel's does not replace it
