"""One request for many conversations: each is dealt with as by its own endpoint, and none is in another's way."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.stories.harness import Json, Person, System, running_system
from tests.stories.test_desk import customer_asks

from plantao.identity.models import Role

NOWHERE = "00000000-0000-0000-0000-000000000007"


async def many_wait(system: System, lead: Person, count: int) -> list[str]:
    """In the order in which they asked."""
    for number in range(count):
        await customer_asks(system, f"Cliente {number}")
    waiting = await lead.conversations(status="queue", limit=100)
    return [one["id"] for one in sorted(waiting, key=lambda one: str(one["protocol"]))]


async def bulk(person: Person, ids: Sequence[str], type_: str, **fields: Any) -> Json:
    answer = await person.post("/conversations/bulk", {"ids": list(ids), "action": {"type": type_, **fields}})
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def reasons(answer: Json) -> dict[str, str]:
    return {one["id"]: one["error_code"] for one in answer["failed"]}


async def test_what_can_be_done_is_done_and_the_rest_says_why(system: System) -> None:
    lead, maria = await system.person(Role.SUPERVISOR, "Ana Ribeiro"), await system.person(Role.ATTENDANT)
    carlos = await system.person(Role.ATTENDANT, "Carlos Nogueira")
    ids = await many_wait(system, lead, 4)
    await carlos.post(f"/conversations/{ids[0]}/assign")
    await maria.post(f"/conversations/{ids[1]}/assign")
    asked = [ids[0], ids[2], NOWHERE, ids[1], ids[3]]
    closed = await bulk(maria, asked, "close", resolution="resolved", notes="Queda geral")
    assert closed["done"] == [ids[1]]
    assert [one["id"] for one in closed["failed"]] == [ids[0], ids[2], NOWHERE, ids[3]]
    hidden = "NOT_FOUND", "Conversa não encontrada."
    waiting = "FORBIDDEN", "Assuma a conversa antes de agir nela."
    assert [(one["error_code"], one["detail"]) for one in closed["failed"]] == [hidden, waiting, hidden, waiting]
    statuses = {one["id"]: one["status"] for one in await lead.conversations()}
    assert statuses == dict(zip(ids, ("in_progress", "resolved", "queue", "queue"), strict=True))
    await system.sim.wait_for_send(lambda send: send.payload["type"] == "interactive")  # the survey, as by its own
    assert reasons(await bulk(maria, [ids[1]], "close", resolution="spam")) == {ids[1]: "ALREADY_CLOSED"}


async def test_who_takes_many_takes_no_more_than_allowed_and_the_first_ones(system: System) -> None:
    lead, maria = await system.person(Role.SUPERVISOR, "Ana Ribeiro"), await system.person(Role.ATTENDANT)
    await lead.patch(f"/agents/{maria.id}", {"max_conversations": 2})
    ids = await many_wait(system, lead, 3)
    order = [ids[2], ids[0], ids[1]]
    taken = await bulk(maria, order, "take")
    assert (taken["done"], reasons(taken)) == (order[:2], {ids[1]: "AGENT_UNAVAILABLE"})
    taken = await bulk(lead, ids, "take")
    assert (taken["done"], taken["failed"]) == (ids, [])
    assert {one["assigned_to"] for one in await lead.conversations()} == {lead.id}


async def test_each_action_is_what_its_own_endpoint_does(system: System) -> None:
    lead, maria = await system.person(Role.SUPERVISOR, "Ana Ribeiro"), await system.person(Role.ATTENDANT)
    carlos = await system.person(Role.ATTENDANT, "Carlos Nogueira")
    ids = await many_wait(system, lead, 2)
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()

    async def states(*names: str) -> set[tuple[Any, ...]]:
        return {tuple(one[name] for name in names) for one in await lead.conversations()}

    assert (await bulk(lead, ids, "assign", agent_id=maria.id))["done"] == ids
    assert await states("status", "assigned_to") == {("in_progress", maria.id)}
    assert (await bulk(maria, ids, "prioritise", priority="high"))["done"] == ids
    assert await states("priority") == {("high",)}
    async with maria.socket() as socket:
        assert (await bulk(maria, ids, "snooze", until=until))["done"] == ids
        told = [await socket.expect("conversation_updated") for _ in ids]
        assert {one["conversation_id"] for one in told} == set(ids)
    assert None not in {until for (until,) in await states("snoozed_until")}
    assert (await bulk(maria, ids, "wake"))["done"] == ids
    assert await states("snoozed_until") == {(None,)}
    assert (await bulk(maria, ids, "transfer", to_agent_id=carlos.id, reason="Fibra"))["done"] == ids
    assert await states("assigned_to") == {(carlos.id,)}
    assert (await carlos.messages(ids[1]))[-1]["content"].endswith("para Carlos Nogueira. Motivo: Fibra")


async def test_what_is_given_back_is_not_offered_first_to_who_gave_it(system: System) -> None:
    lead, carlos = await system.person(Role.SUPERVISOR, "Ana"), await system.person(Role.ATTENDANT, "Carlos Nogueira")
    maria = await system.person(Role.ATTENDANT)
    ids = await many_wait(system, lead, 1)
    await bulk(maria, ids, "take")
    async with carlos.socket() as his, maria.socket() as hers:
        await hers.silence()
        assert (await bulk(maria, ids, "queue", reason="Fim do turno"))["done"] == ids
        assert (await his.expect("conversation_assigned"))["conversation_id"] == ids[0]
    notes = [one["content"] for one in await lead.messages(ids[0]) if one["type"] == "note"]
    assert notes == ["Devolvida à fila por Maria Silva. Motivo: Fim do turno"]


async def test_what_waits_already_keeps_its_place(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR, "Ana Ribeiro")
    ids = await many_wait(system, lead, 2)
    assert (await bulk(lead, ids[:1], "queue"))["done"] == ids[:1]
    queue = (await lead.get("/dashboard/queue")).json()["queue"]
    assert [place["conversation_id"] for place in queue] == ids
    assert [one for one in await lead.messages(ids[0]) if one["type"] == "note"] == []


async def test_who_may_not_give_and_who_cannot_get(system: System) -> None:
    lead, maria = await system.person(Role.SUPERVISOR, "Ana Ribeiro"), await system.person(Role.ATTENDANT)
    nobody = await system.person(Role.USER, "Zé Ninguém")
    ids = await many_wait(system, lead, 1)
    for person in (maria, nobody):
        refused = await person.post(
            "/conversations/bulk", {"ids": ids, "action": {"type": "assign", "agent_id": lead.id}}
        )
        assert (refused.status_code, refused.json()["error_code"]) == (403, "FORBIDDEN")
    for answer in (
        await bulk(lead, ids, "assign", agent_id=nobody.id),
        await bulk(lead, ids, "transfer", to_agent_id=999_999),
    ):
        assert reasons(answer) == {ids[0]: "AGENT_UNAVAILABLE"}
    assert (await bulk(lead, ids, "assign", agent_id=lead.id))["done"] == ids


A = "00000000-0000-0000-0000-00000000000a"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "ids"),
        ({"ids": [], "action": {"type": "take"}}, "ids"),
        ({"ids": [NOWHERE] * 101, "action": {"type": "take"}}, "ids"),
        ({"ids": [A, A.upper()], "action": {"type": "take"}}, "ids"),
        ({"ids": ["x"], "action": {"type": "take"}}, "ids"),
        ({"ids": "x", "action": {"type": "take"}}, "ids"),
        ({"ids": [A]}, "action"),
        ({"ids": [A], "action": {"type": "delete"}}, "action"),
        ({"ids": [A], "action": {}}, "action"),
        ({"ids": [A], "action": {"type": "take", "agent_id": 1}}, "agent_id"),
        ({"ids": [A], "action": {"type": "assign"}}, "agent_id"),
        ({"ids": [A], "action": {"type": "close", "resolution": "done"}}, "resolution"),
        ({"ids": [A], "action": {"type": "snooze", "until": "2020-01-01T00:00:00Z"}}, "until"),
        ({"ids": [A], "action": {"type": "prioritise", "priority": "urgent"}}, "priority"),
        ({"ids": [A], "action": {"type": "take"}, "x": 1}, "x"),
    ],
)
async def test_what_is_no_request_is_refused_as_a_whole(system: System, body: Json, field: str) -> None:
    maria = await system.person(Role.ATTENDANT)
    refused = await maria.post("/conversations/bulk", body)
    assert (refused.status_code, refused.json()["error_code"], refused.json()["field"]) == (
        400, "VALIDATION_ERROR", field,
    )  # fmt: skip


async def test_two_who_work_on_the_same_ones_never_wait_for_each_other(system: System) -> None:
    """Each in the other's order, with agents between: locks of conversations come first, and by id."""
    lead, maria = await system.person(Role.SUPERVISOR, "Ana Ribeiro"), await system.person(Role.ATTENDANT)
    carlos = await system.person(Role.ATTENDANT, "Carlos Nogueira")
    ids = await many_wait(system, lead, 8)
    for _ in range(6):
        answers = await asyncio.gather(
            bulk(lead, ids, "assign", agent_id=maria.id),
            bulk(lead, ids[::-1], "assign", agent_id=carlos.id),
            bulk(lead, ids[::-1], "prioritise", priority="high"),
            bulk(lead, ids[3:] + ids[:3], "queue"),
        )
        assert all(answer["failed"] == [] for answer in answers)
    owners = {one["assigned_to"] for one in await lead.conversations()}
    assert len(owners) == 1, "each as a whole, one after the other"


async def test_it_counts_as_one_request(database_url: str) -> None:
    async with running_system(database_url, rate_limit_api="3/minute") as system:
        maria = await system.person(Role.ATTENDANT)
        ids = [f"00000000-0000-0000-0000-{number:012}" for number in range(100)]
        answer = await maria.post("/conversations/bulk", {"ids": ids, "action": {"type": "wake"}})
        assert (answer.status_code, len(answer.json()["failed"])) == (200, 100)
        assert answer.headers["X-RateLimit-Remaining"] == "2"
