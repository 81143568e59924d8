"""A conversation is put aside until a moment, and back before it if something happens; each is told once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.stories.harness import Json, Person, Socket, System, running_system

from plantao.identity.models import Role
from plantao.kit.clock import ManualClock
from plantao_simulator.state import Customer


@dataclass
class Shift:
    """Maria at work, with João's conversation. The clock stands still until it is moved."""

    system: System
    clock: ManualClock
    lead: Person
    maria: Person
    socket: Socket
    customer: Customer
    id: str

    @property
    def path(self) -> str:
        return f"/conversations/{self.id}"

    def later(self, **by: float) -> str:
        return (self.clock.now() + timedelta(**by)).isoformat()

    async def snooze(self, **by: float) -> Json:
        answer = await self.maria.post(f"{self.path}/snooze", {"until": self.later(**by)})
        assert answer.status_code == 200, answer.text
        heard = await self.socket.expect("conversation_updated")
        found: Json = answer.json()
        assert heard["snoozed_until"] == found["snoozed_until"] is not None
        return found

    async def woken(self) -> Json:
        heard = await self.socket.expect("conversation_updated")
        assert (heard["conversation_id"], heard["snoozed_until"]) == (self.id, None)
        return heard

    async def until(self, person: Person | None = None) -> Any:
        return (await (person or self.maria).get(self.path)).json()["snoozed_until"]

    async def load(self) -> int:
        agents = (await self.lead.get("/agents")).json()["agents"]
        return next(int(agent["current_conversations"]) for agent in agents if agent["id"] == self.maria.id)


def updates(frames: list[Json]) -> list[Json]:
    return [frame for frame in frames if frame["type"] == "conversation_updated"]


async def asks(system: System, name: str) -> Customer:
    customer, sent = system.sim.customer(name), len(system.sim.sends)
    await system.sim.write(customer, {"type": "text", "text": "quero um atendente"})
    await system.sim.wait_for_send(lambda send: send.seq > sent)
    return customer


@pytest.fixture
async def shift(database_url: str) -> AsyncIterator[Shift]:
    # Of the day in which the phones' messages are written: their window is open.
    clock = ManualClock(datetime.now(UTC))
    async with running_system(database_url, clock=clock, bot_debounce_seconds=0) as system:
        lead, maria = await system.person(Role.SUPERVISOR, "Ana Ribeiro"), await system.person(Role.ATTENDANT)
        async with maria.socket() as socket:
            customer = await asks(system, "João")
            id_ = (await socket.expect("conversation_assigned"))["conversation_id"]
            yield Shift(system, clock, lead, maria, socket, customer, id_)


async def test_what_is_put_aside_leaves_the_list_and_takes_no_place(shift: Shift) -> None:
    await shift.lead.patch(f"/agents/{shift.maria.id}", {"max_conversations": 1})
    await asks(shift.system, "Rita")
    after = await shift.snooze(hours=3)
    assert (after["status"], after["assigned_to"]) == ("in_progress", shift.maria.id)
    given = await shift.socket.expect("conversation_assigned")  # there is a place for who waits
    mine: Json = {"status": "in_progress", "assigned_to": shift.maria.id}
    lists = [await shift.maria.conversations(**mine, **asked) for asked in ({"snoozed": False}, {"snoozed": True}, {})]
    ids = [{found["id"] for found in one} for one in lists]
    assert ids == [{given["conversation_id"]}, {shift.id}, {given["conversation_id"], shift.id}]
    assert await shift.load() == 1
    shift.clock.advance(hours=3)
    await shift.woken()
    assert await shift.load() == 2  # awake it counts, even above the maximum
    await asks(shift.system, "Lia")
    assert [frame for frame in await shift.socket.silence() if frame["type"] == "conversation_assigned"] == []


async def test_it_wakes_in_time_and_is_told_once(shift: Shift) -> None:
    async with shift.lead.socket() as hers:
        await hers.join(shift.id)
        await shift.snooze(hours=1)
        await hers.expect("conversation_updated", lambda frame: frame["snoozed_until"] is not None)
        await shift.snooze(hours=2)  # another moment takes the place of the first
        await hers.expect("conversation_updated", lambda frame: frame["snoozed_until"] is not None)
        shift.clock.advance(hours=1, minutes=59)
        assert updates(await hers.silence()) == []
        assert await shift.until() is not None
        shift.clock.advance(minutes=1)
        told = await shift.woken()
        assert told == await hers.expect("conversation_updated")
        assert told["priority"] == "normal"
        assert updates(await hers.silence()) == []
    assert await shift.until() is None


async def test_the_customer_who_writes_wakes_it(shift: Shift) -> None:
    await shift.maria.patch(shift.path, {"priority": "high"})
    await shift.socket.expect("conversation_updated")
    await shift.snooze(days=1)
    await shift.system.sim.write(shift.customer, {"type": "text", "text": "voltou!"})
    heard = await shift.socket.expect("new_message", lambda frame: frame["message"]["content"] == "voltou!")
    told = await shift.woken()
    assert (told["conversation_id"], told["priority"]) == (heard["conversation_id"], "high")
    await shift.system.settle()
    await shift.system.sim.write(shift.customer, {"type": "text", "text": "obrigado"})
    await shift.socket.expect("new_message", lambda frame: frame["message"]["content"] == "obrigado")
    assert updates(await shift.socket.silence()) == []


async def test_a_reaction_and_a_note_let_it_sleep(shift: Shift) -> None:
    said = (await shift.maria.messages(shift.id))[0]
    await shift.snooze(days=1)
    await shift.maria.post(f"{shift.path}/notes", {"content": "Peça chega amanhã."})
    await shift.maria.post(f"{shift.path}/messages", {"type": "reaction", "content": "👍", "reply_to": said["id"]})
    await shift.system.settle()
    bot = await shift.system.sim.wait_for_send()
    await shift.system.sim.write(shift.customer, {"type": "reaction", "message_id": bot.wamid, "emoji": "👍"})
    await shift.socket.expect("new_message", lambda frame: frame["message"]["payload"] == {"emoji": "👍"})
    assert await shift.until() is not None
    assert updates(await shift.socket.silence()) == []


@pytest.mark.parametrize("who", ["maria", "lead"])
async def test_who_answers_wakes_it(shift: Shift, who: str) -> None:
    await shift.snooze(days=1)
    said = await getattr(shift, who).post(f"{shift.path}/messages", {"content": "A peça chegou."})
    assert said.status_code == 201
    await shift.woken()
    assert await shift.until() is None


async def test_whoever_gets_it_gets_it_awake(shift: Shift) -> None:
    carlos = await shift.system.person(Role.ATTENDANT, "Carlos Nogueira")
    await shift.snooze(days=1)
    moved = await shift.maria.post(f"{shift.path}/transfer", {"to_agent_id": carlos.id})
    assert (moved.json()["assigned_to"], moved.json()["snoozed_until"]) == (carlos.id, None)
    await carlos.post(f"{shift.path}/snooze", {"until": shift.later(hours=1)})
    given = await shift.lead.post(f"{shift.path}/assign", {"agent_id": shift.maria.id})
    assert (given.json()["assigned_to"], given.json()["snoozed_until"]) == (shift.maria.id, None)
    await shift.socket.expect("conversation_assigned", lambda frame: frame["assigned_to"] == shift.maria.id)
    shift.clock.advance(hours=2)
    assert updates(await shift.socket.silence()) == []


async def test_the_end_ends_it_too_and_asks_as_ever(shift: Shift) -> None:
    await shift.snooze(hours=1)
    closed = await shift.maria.post(f"{shift.path}/close", {"resolution": "resolved"})
    assert (closed.json()["status"], closed.json()["snoozed_until"]) == ("resolved", None)
    await shift.system.sim.wait_for_send(lambda send: send.payload["type"] == "interactive")
    assert (await shift.maria.conversations(snoozed=True)) == []


async def test_the_grade_of_an_earlier_end_wakes_nothing(shift: Shift) -> None:
    await shift.maria.post(f"{shift.path}/close", {"resolution": "resolved"})
    question = await shift.system.sim.wait_for_send(lambda send: send.payload["type"] == "interactive")
    await shift.system.settle()
    await shift.system.sim.write(shift.customer, {"type": "text", "text": "caiu outra vez"})
    await shift.socket.expect("conversation_assigned")  # it is open again, and hers
    await shift.snooze(days=1)
    await shift.system.sim.tap(shift.customer, question.wamid, f"survey:{shift.id}:5")
    await shift.system.sim.wait_for_send(lambda send: "Obrigado pela sua" in str(send.payload))
    assert await shift.until() is not None


async def test_it_is_woken_by_hand_once(shift: Shift) -> None:
    await shift.snooze(days=1)
    for _ in range(2):
        awake = await shift.maria.delete(f"{shift.path}/snooze")
        assert (awake.status_code, awake.json()["snoozed_until"]) == (200, None)
    await shift.woken()
    assert updates(await shift.socket.silence()) == []


async def test_what_the_customer_waits_is_not_made_shorter(shift: Shift) -> None:
    await shift.snooze(minutes=50)
    shift.clock.advance(minutes=50)
    await shift.woken()
    shift.clock.advance(minutes=10)
    await shift.maria.post(f"{shift.path}/messages", {"content": "Pronto."})
    shift.clock.advance(seconds=3)  # the dashboard's answers are a second old at most
    performance = (await shift.lead.get("/dashboard/metrics")).json()["performance"]
    assert performance["avg_response_time_seconds"] == 3600


@pytest.mark.parametrize(
    ("until", "detail"),
    [
        ({"seconds": -1}, "Escolha um momento no futuro."),
        ({"seconds": 0}, "Escolha um momento no futuro."),
        ({"days": 90, "seconds": 1}, "Uma conversa pode ser adiada por no máximo 90 dias."),
    ],
)
async def test_only_a_moment_within_reach(shift: Shift, until: dict[str, float], detail: str) -> None:
    refused = await shift.maria.post(f"{shift.path}/snooze", {"until": shift.later(**until)})
    assert refused.status_code == 400
    assert refused.json() == {"detail": detail, "error_code": "VALIDATION_ERROR", "field": "until"}


@pytest.mark.parametrize(
    "body", [{}, {"until": None}, {"until": "2099-01-01T08:00:00"}, {"until": 4070908800}, {"until": "amanhã"}]
)
async def test_a_moment_is_iso_with_its_zone(shift: Shift, body: Json) -> None:
    refused = await shift.maria.post(f"{shift.path}/snooze", body)
    assert (refused.status_code, refused.json()["field"]) == (400, "until")


async def test_who_may_and_what_can_be_put_aside(shift: Shift) -> None:
    carlos = await shift.system.person(Role.ATTENDANT, "Carlos Nogueira")
    nobody = await shift.system.person(Role.USER, "Zé Ninguém")
    await shift.maria.patch(f"/agents/{shift.maria.id}", {"status": "away"})
    await asks(shift.system, "Rita")
    [waiting] = await shift.lead.conversations(status="queue")
    await shift.system.sim.write(shift.system.sim.customer("Lia"), {"type": "text", "text": "oi"})
    await shift.system.sim.wait_for_send(lambda send: send.seq == 3)
    [bots] = [one for one in await shift.lead.conversations(status="in_progress") if one["handled_by"] == "bot"]

    async def outcome(person: Person, id_: str) -> str:
        answer = await person.post(f"/conversations/{id_}/snooze", {"until": shift.later(hours=1)})
        return str(answer.json().get("error_code", answer.status_code))

    assert await outcome(nobody, shift.id) == "FORBIDDEN"
    assert await outcome(carlos, shift.id) == "NOT_FOUND"
    assert await outcome(carlos, waiting["id"]) == "FORBIDDEN"
    assert await outcome(shift.lead, waiting["id"]) == "CONFLICT"
    assert await outcome(shift.lead, bots["id"]) == "CONFLICT"
    assert await outcome(shift.lead, shift.id) == "200"
    assert (await carlos.delete(f"{shift.path}/snooze")).status_code == 404
    await shift.maria.post(f"{shift.path}/close", {"resolution": "spam"})
    assert await outcome(shift.maria, shift.id) == "ALREADY_CLOSED"
