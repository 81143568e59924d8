"""The customer of a conversation: seen by who may see it, written on by who serves it, and nothing overwritten."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from tests.stories.desk import PHONE, lead_of, made, served, writes
from tests.stories.harness import Json, Person, System

from plantao.customers.cards import MOST_NOTES
from plantao.identity.models import Role

BSUID = "BR.1502576394655843"


async def card(person: Person, id_: str) -> Json:
    answer = await person.get(f"/conversations/{id_}/customer")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def write(person: Person, id_: str, version: int, **changes: Any) -> Json:
    answer = await person.patch(f"/conversations/{id_}/customer", {"version": version, **changes})
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_what_is_known_of_a_customer(system: System) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    id_ = await served(system, lead, maria, bsuid=BSUID)
    found = await card(maria, id_)
    assert (found["phone"], found["name"], found["plan"], found["notes"], found["version"]) == (
        f"+{PHONE}", None, None, "", 1,
    )  # fmt: skip
    assert found["identifiers"] == [
        {"kind": "bsuid", "value": BSUID},
        {"kind": "phone", "value": f"+{PHONE}"},
        {"kind": "wa_id", "value": PHONE},
    ]
    [past] = found["conversations"]
    assert (past["id"], past["status"], past["readable"], past["assigned_to"]) == (id_, "in_progress", True, maria.id)


async def test_what_people_write_stays_and_the_name_is_theirs(system: System) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    id_ = await served(system, lead, maria)
    changed = await write(
        maria, id_, 1, name=" João da Silva ", plan="Fibra 500", account_number="A-1", address="Rua A, 1", notes=" oi\n"
    )
    assert (changed["name"], changed["version"], changed["notes"]) == ("João da Silva", 2, " oi\n")
    assert (await maria.get(f"/conversations/{id_}")).json()["customer_name"] == "João da Silva"
    async with system.parts.database.transaction() as tx:
        await tx.run(text("UPDATE customers SET username = 'outro'"))
    await writes(system, lead)  # and the channel says nothing else
    emptied = await write(maria, id_, 2, plan=None, account_number="", notes=None)
    kept = ("plan", "account_number", "address", "notes", "name")
    assert [emptied[name] for name in kept] == [None, None, "Rua A, 1", "", "João da Silva"]


async def test_the_name_at_whatsapp_does_not_replace_the_one_that_people_gave(system: System) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    joao = system.sim.customer("Jojo", phone=PHONE)
    id_ = await served(system, lead, maria)
    await write(maria, id_, 1, name="João da Silva")
    await system.sim.write(joao, "tudo bem?")
    async with asyncio.timeout(10):
        while (await maria.messages(id_))[-1]["content"] != "tudo bem?":  # noqa: ASYNC110 - as a person would look
            await asyncio.sleep(0.02)
    assert (await card(maria, id_))["name"] == "João da Silva"


async def test_nobody_overwrites_what_another_has_written(system: System) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    id_ = await served(system, lead, maria)
    wishes = [
        person.patch(f"/conversations/{id_}/customer", {"version": 1, "notes": f"nota {n}"})
        for n, person in enumerate([lead, maria] * 8)
    ]
    answers = await asyncio.gather(*wishes)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 15
    [won] = [answer.json() for answer in answers if answer.status_code == 200]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (refused["error_code"], refused["field"]) == ("CONFLICT", "version")
    assert (await card(maria, id_))["notes"] == won["notes"]


async def test_who_may_see_the_conversation_may_see_the_customer_and_who_serves_may_write(system: System) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    other, nobody = await system.person(Role.ATTENDANT, "Carlos Dias"), await system.person(Role.USER, "Zeca Lima")
    id_ = await served(system, lead, maria)
    path = f"/conversations/{id_}/customer"
    for person, status in ((other, 404), (nobody, 403)):
        assert (await person.get(path)).status_code == status
        assert (await person.patch(path, {"version": 1, "notes": "x"})).status_code == status
        assert (await person.put(f"{path}/tags", {"tags": []})).status_code == status
    async with system.parts.database.transaction() as tx:  # back to the queue
        await tx.run(text("UPDATE conversations SET status = 'queue', handled_by = 'none', assigned_to = NULL"))
    assert (await other.get(path)).status_code == 200
    assert (await other.patch(path, {"version": 1, "notes": "x"})).status_code == 403
    assert (await other.put(f"{path}/tags", {"tags": []})).status_code == 403
    assert (await card(lead, id_))["notes"] == ""


async def test_of_anothers_conversations_an_agent_learns_when_and_how_it_ended(system: System) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    other = await system.person(Role.ATTENDANT, "Carlos Dias")
    [tag] = await made(lead, "Boleto")
    first = await served(system, lead, other)
    await other.post(f"/conversations/{first}/close", {"resolution": "unresolved", "tags": [tag["id"]]})
    async with system.parts.database.transaction() as tx:
        await tx.run(text("UPDATE conversations SET satisfaction = 2"))
    second = await served(system, lead, maria)
    past = (await card(maria, second))["conversations"]
    assert [(one["id"], one["readable"]) for one in past] == [(second, True), (first, False)]
    assert (past[1]["resolution"], past[1]["status"]) == ("unresolved", "closed")
    assert past[1]["closed_at"] is not None
    assert (past[1]["tags"], past[1]["rating"], past[1]["assigned_to"]) == ([], None, None)
    assert (await maria.get(f"/conversations/{first}")).status_code == 404
    whole = (await card(lead, second))["conversations"][1]
    assert (whole["readable"], whole["tags"], whole["rating"], whole["assigned_to"]) == (True, [tag], 2, other.id)


async def test_other_screens_hear_of_it(system: System) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    [tag] = await made(lead, "VIP")
    id_ = await served(system, lead, maria)
    async with lead.socket() as socket:
        await socket.join(id_)
        found = await write(maria, id_, 1, name="João")
        frame = await socket.expect("customer_updated")
        expected = {"conversation_id": id_, "customer_id": found["id"], "customer_name": "João", "version": 2}
        assert {name: frame[name] for name in expected} == expected
        tagged = await maria.put(f"/conversations/{id_}/customer/tags", {"tags": [tag["id"]]})
        assert (tagged.json()["tags"], tagged.json()["version"]) == ([tag], 2)
        assert (await socket.expect("customer_updated"))["tags"] == [tag]


async def test_two_who_turn_out_to_be_one_keep_what_was_written_of_both(system: System) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    one, two = await made(lead, "VIP", "Boleto")
    by_phone = await served(system, lead, maria)
    await write(maria, by_phone, 1, name="João", plan="Fibra 500", notes="Mora no fundo.")
    await maria.put(f"/conversations/{by_phone}/customer/tags", {"tags": [one["id"]]})
    other = "5511977777777"
    by_id = await served(system, lead, maria, other, BSUID)
    await write(maria, by_id, 1, plan="Fibra 100", account_number="A-1", notes="Cão bravo.")
    await maria.put(f"/conversations/{by_id}/customer/tags", {"tags": [two["id"]]})
    async with maria.socket() as socket:
        await writes(system, lead, PHONE, BSUID)
        told = await socket.expect("customer_updated", lambda frame: frame["version"] == 3)
    found = await card(maria, told["conversation_id"])
    assert (found["name"], found["plan"], found["account_number"], found["version"]) == ("João", "Fibra 100", "A-1", 3)
    assert found["notes"] == "Cão bravo.\n\nMora no fundo.\n\nPlano no outro cadastro: Fibra 500"
    assert found["tags"] == told["tags"] == [two, one]
    assert {past["id"] for past in found["conversations"]} == {by_phone, by_id}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "version"),
        ({"version": 0}, "version"),
        ({"version": "1"}, "version"),
        ({"version": 2**31}, "version"),
        ({"version": 1, "name": None}, "name"),
        ({"version": 1, "name": "  "}, "name"),
        ({"version": 1, "name": "x" * 121}, "name"),
        ({"version": 1, "plan": "x" * 121}, "plan"),
        ({"version": 1, "account_number": "\0"}, "account_number"),
        ({"version": 1, "notes": "x" * (MOST_NOTES + 1)}, "notes"),
        ({"version": 1, "notes": 5}, "notes"),
        ({"version": 1, "phone": "+5511999999999"}, "phone"),
    ],
)
async def test_what_is_no_change_is_refused(system: System, body: Json, field: str) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    answer = await maria.patch(f"/conversations/{await served(system, lead, maria)}/customer", body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
