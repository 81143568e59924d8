"""Tags: leads make them, who works puts them on, everybody finds by them."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from tests.stories.desk import lead_of, made, served
from tests.stories.harness import Json, System

from plantao.identity.models import Role
from plantao.tags.models import MOST_TAGS, MOST_WORN


async def test_the_life_of_a_tag(system: System) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    [tag] = await made(lead, "  Sem   conexão ")
    assert tag == {"id": tag["id"], "name": "Sem conexão", "color": "teal"}
    assert (await maria.get("/tags")).json() == {"tags": [tag]}
    changed = await lead.patch(f"/tags/{tag['id']}", {"color": "red"})
    assert changed.json() == tag | {"color": "red"}
    id_ = await served(system, lead, maria)
    await maria.put(f"/conversations/{id_}/tags", {"tags": [tag["id"]]})
    assert (await lead.delete(f"/tags/{tag['id']}")).json() == tag | {"color": "red"}
    assert (await maria.get(f"/conversations/{id_}")).json()["tags"] == []
    assert (await lead.delete(f"/tags/{tag['id']}")).status_code == 404
    assert (await lead.patch(f"/tags/{tag['id']}", {"name": "x"})).status_code == 404


async def test_two_names_that_people_take_for_one_are_one(system: System) -> None:
    lead = await lead_of(system)
    _, other = await made(lead, "Sem Conexão", "Boleto")
    again = await lead.post("/tags", {"name": "sem  conexao"})
    moved = await lead.patch(f"/tags/{other['id']}", {"name": "SEM CONEXÃO"})
    for answer in (again, moved):
        assert (answer.status_code, answer.json()["field"]) == (409, "name")
    assert (await lead.patch(f"/tags/{other['id']}", {"name": "BOLETO"})).json()["name"] == "BOLETO"


async def test_of_many_who_make_the_same_tag_at_once_one_does(system: System) -> None:
    lead = await lead_of(system)
    answers = await asyncio.gather(*(lead.post("/tags", {"name": "Fibra"}) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 11


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 41}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"name": "\u200b"}, "name"),
        ({"name": "\u0301"}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x", "color": "mauve"}, "color"),
        ({"name": "x", "icon": "!"}, "icon"),
        ({}, "name"),
    ],
)
async def test_what_is_no_tag_is_refused(system: System, body: Json, field: str) -> None:
    answer = await (await lead_of(system)).post("/tags", body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_there_are_so_many_tags_and_no_more(system: System) -> None:
    lead = await lead_of(system)
    fill = """
        INSERT INTO tags (name, key, color)
        SELECT CAST(n AS text), CAST(n AS text), 'gray' FROM generate_series(1, :most) AS n
    """
    async with system.parts.database.transaction() as tx:
        await tx.run(text(fill), {"most": MOST_TAGS - 1})
    answers = await asyncio.gather(*(lead.post("/tags", {"name": f"Nova {n}"}) for n in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


async def test_who_serves_a_conversation_tags_it_and_its_end_changes_nothing(system: System) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    other = await system.person(Role.ATTENDANT, "Carlos Dias")
    one, two = await made(lead, "Boleto", "Ágil")
    id_ = await served(system, lead, maria)
    answer = await maria.put(f"/conversations/{id_}/tags", {"tags": [one["id"], two["id"], one["id"]]})
    assert answer.json()["tags"] == [two, one]  # in alphabetical order
    assert (await maria.conversations())[0]["tags"] == [two, one]
    assert (await other.put(f"/conversations/{id_}/tags", {"tags": []})).status_code == 404
    await maria.post(f"/conversations/{id_}/close", {"resolution": "resolved"})
    assert (await maria.put(f"/conversations/{id_}/tags", {"tags": [one["id"]]})).json()["tags"] == [one]
    assert (await lead.put(f"/conversations/{id_}/tags", {"tags": []})).json()["tags"] == []


async def test_one_who_waits_is_not_tagged_by_who_has_not_taken_it(system: System) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    [tag] = await made(lead, "Boleto")
    joao = system.sim.customer("João", phone="5511999999999")
    await system.sim.write(joao, "quero um atendente")
    async with asyncio.timeout(10):
        while not (waiting := await lead.conversations(status="queue")):  # noqa: ASYNC110 - as a person would look
            await asyncio.sleep(0.02)
    answer = await maria.put(f"/conversations/{waiting[0]['id']}/tags", {"tags": [tag["id"]]})
    assert answer.status_code == 403


@pytest.mark.parametrize("tags", [[2**40], [0], ["1"], [True], None, "1", [*range(1, MOST_WORN + 2)]])
async def test_what_is_no_set_of_tags_is_refused(system: System, tags: Any) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    id_ = await served(system, lead, maria)
    for path in (f"/conversations/{id_}/tags", f"/conversations/{id_}/customer/tags"):
        answer = await maria.put(path, {"tags": tags})
        assert (answer.status_code, answer.json()["field"]) == (400, "tags"), path


async def test_tags_that_are_given_at_the_end_come_to_those_that_there_are(system: System) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    one, two = await made(lead, "Boleto", "Fibra")
    id_ = await served(system, lead, maria)
    await maria.put(f"/conversations/{id_}/tags", {"tags": [one["id"]]})
    async with maria.socket() as socket:
        await socket.join(id_)
        unknown = await maria.post(f"/conversations/{id_}/close", {"resolution": "resolved", "tags": [2**40]})
        assert (unknown.status_code, unknown.json()["field"]) == (400, "tags")
        closed = await maria.post(f"/conversations/{id_}/close", {"resolution": "resolved", "tags": [two["id"]]})
        assert closed.json()["tags"] == [one, two]
        told = await socket.expect("conversation_updated")
        assert told["tags"] == [one, two]
        await socket.expect("conversation_closed")


async def test_whoever_looks_hears_of_tags_and_of_priority_together(system: System) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    [tag] = await made(lead, "Boleto")
    id_ = await served(system, lead, maria)
    async with lead.socket() as socket:
        await socket.join(id_)
        await maria.put(f"/conversations/{id_}/tags", {"tags": [tag["id"]]})
        frame = await socket.expect("conversation_updated")
        assert (frame["priority"], frame["tags"]) == ("normal", [tag])
        await maria.patch(f"/conversations/{id_}", {"priority": "high"})
        frame = await socket.expect("conversation_updated")
        assert (frame["priority"], frame["tags"]) == ("high", [tag])


async def test_two_who_tag_at_once_leave_the_set_of_one(system: System) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    tags = [tag["id"] for tag in await made(lead, *"abcdef")]
    id_ = await served(system, lead, maria)
    wishes = [tags[:3], tags[3:]]
    for _ in range(5):
        await asyncio.gather(*(maria.put(f"/conversations/{id_}/tags", {"tags": wish}) for wish in wishes))
        found = (await maria.get(f"/conversations/{id_}")).json()["tags"]
        assert [tag["id"] for tag in found] in wishes


async def test_what_wears_a_tag_is_found_by_it_and_nothing_else(system: System) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    one, two = await made(lead, "Boleto", "Fibra")
    joao = await served(system, lead, maria)
    ana = await served(system, lead, maria, "5511988888888")
    await maria.put(f"/conversations/{joao}/tags", {"tags": [one["id"], two["id"]]})
    await maria.put(f"/conversations/{ana}/tags", {"tags": [two["id"]]})
    assert {c["id"] for c in await maria.conversations(tag=two["id"])} == {joao, ana}
    assert {c["id"] for c in await maria.conversations(tag=one["id"], status="in_progress")} == {joao}
    assert await maria.conversations(tag=2**40) == []
    assert (await maria.get("/conversations", tag="x")).json()["field"] == "tag"


async def test_the_report_says_what_it_was_about(system: System) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    one, two = await made(lead, "Boleto", "=Fibra")
    joao = await served(system, lead, maria)
    await served(system, lead, maria, "5511988888888")
    await maria.post(f"/conversations/{joao}/close", {"resolution": "resolved", "tags": [one["id"], two["id"]]})
    rows = (await lead.get("/reports/tags")).json()["rows"]
    assert [(row["tag"], row["started"], row["closed"], row["resolved"]) for row in rows] == [
        ("=Fibra", 1, 1, 1),
        ("Boleto", 1, 1, 1),
        (None, 1, 0, 0),
    ]
    sheet = await lead.get("/reports/tags", format="csv")
    assert "'=Fibra" in sheet.text
