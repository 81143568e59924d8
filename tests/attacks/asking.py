"""Making the requests of the surface as somebody."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import httpx2
from tests.attacks.ground import Phones, customers_write
from tests.attacks.rows import NOBODY, WHO, Row, filled
from tests.attacks.surface import PORTER
from tests.stories.file_samples import JPEG, PNG, encoded
from tests.stories.harness import Json, Person, System

from plantao.identity.models import Role

_numbers = count(1)
STAFF = WHO[:3]
NOWHERE = str(UUID(int=7))


@dataclass
class Cast:
    """One person of each role, each with a conversation."""

    system: System
    phones: Phones
    colleague: Person
    people: dict[str, Person] = field(default_factory=dict)
    own: dict[str, Json] = field(default_factory=dict)
    quoted: dict[str, str] = field(default_factory=dict)

    async def renew(self, who: str) -> None:
        """A new person of that role, with a new conversation."""
        if who == NOBODY:
            self.own[who], self.quoted[who] = self.own[WHO[0]], self.quoted[WHO[0]]
            return
        role, number = Role(who), next(_numbers)
        person = await self.system.person(role, f"Pessoa {number}", f"pessoa{number}@provedor.example")
        self.people[who] = person
        self.own[who] = await self.phones.give(self._keeper(who))
        self.quoted[who] = (await self._keeper(who).messages(self.own[who]["id"]))[0]["id"]

    def _keeper(self, who: str) -> Person:
        """Whose `own` of somebody really is: who serves nobody is shown what is a colleague's."""
        return self.people[who] if who in STAFF else self.colleague

    async def file_of(self, who: str) -> str:
        """The id of a file in the own conversation."""
        path = f"/conversations/{self.own[who]['id']}/messages"
        keeper = self._keeper(who) if who != NOBODY else self.people[WHO[0]]
        answer = await keeper.post(path, {"type": "image", "content": encoded(JPEG)})
        assert answer.status_code == 201, answer.text
        found: str = answer.json()["media"]["url"].rpartition("/")[2]
        return found

    async def fresh_file_of(self, who: str) -> str:
        """The id of a file that waits for a message; of nothing for who may bring none."""
        if who not in STAFF:
            return NOWHERE
        headers = self.people[who].headers
        answer = await self.system.client.post("/api/v1/media", content=PNG, headers=headers)
        assert answer.status_code == 201, answer.text
        found: str = answer.json()["media"]["id"]
        return found

    def known(self, who: str) -> Json:
        """What the rows of the surface may name."""
        number, own, person = next(_numbers), self.own[who], self.people.get(who)
        return {
            "person": person.id if person else self.people[WHO[0]].id,
            "colleague": self.colleague.id,
            "conversation_id": own["id"],
            "phone": own["customer_phone"],
            "quoted": self.quoted[who],
            "media_id": NOWHERE,
            "reply_id": 2**40,
            "tag_id": 2**40,
            "example_id": 2**40,
            "alert_id": 2**40,
            "phone_number_id": self.system.sim.config.phone_number_id,
            "session_id": NOWHERE,
            "verify_token": self.system.sim.config.verify_token,
            "unique": f"c{number}",
            "tomorrow": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
            "new_email": f"novo{number}@provedor.example",
        }

    async def ask(self, who: str, row: Row, **changes: Any) -> httpx2.Response:
        """The row's request as `who`; `changes` replaces what is known."""
        known = self.known(who) | changes
        if "media_id" in row.names() and "media_id" not in changes:
            taken = "media_id" in (row.body or {})
            known["media_id"] = await (self.fresh_file_of(who) if taken else self.file_of(who))
        person = self.people.get(who)
        return await self.system.client.request(
            row.method,
            row.url(known),
            json=filled(row.body, known),
            content=row.content,
            params=filled(row.query, known),
            headers=person.headers if person else {},
        )


async def assemble(system: System, conversations: int) -> Cast:
    """Everybody, and so many conversations to give to them."""
    colleague = await system.person(Role.ATTENDANT, "Colega Souza", "colega@provedor.example")
    await system.person(Role.USER, "Porteiro Lima", PORTER["email"])
    await system.person(Role.ADMIN, "Dona Silva", "dona@provedor.example")
    cast = Cast(system, await customers_write(system, conversations), colleague)
    await cast.phones.lead.patch(f"/agents/{colleague.id}", {"max_conversations": 100})
    for who in WHO:
        await cast.renew(who)
    return cast
