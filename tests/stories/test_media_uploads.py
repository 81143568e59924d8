"""Files that a console brings as they are, before the message that takes them."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from tests.stories.file_samples import (
    JPEG,
    MB,
    PDF,
    PNG,
    agent_with_conversation,
    lead_with_conversation,
    media_rows,
    sent_file,
)
from tests.stories.harness import Json, Person, System, running_system
from tests.stories.test_files import answer_to_head

from plantao.conversations import media_uploads
from plantao.conversations.media_upkeep import MediaUpkeep
from plantao.identity.models import Role
from plantao.kit.blobs import BlobMissing
from plantao.kit.clock import ManualClock


async def bring(
    system: System, person: Person, data: bytes | AsyncIterator[bytes], kind: str | None = None, **query: str
) -> httpx2.Response:
    headers = person.headers | ({"Content-Type": kind} if kind else {})
    return await system.client.post("/api/v1/media", content=data, headers=headers, params=query)


async def brought(system: System, person: Person, data: bytes, kind: str | None = None, **query: str) -> Json:
    answer = await bring(system, person, data, kind, **query)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()["media"]
    return found


async def objects(system: System) -> list[str]:
    """The keys that the database knows of, whoever has them."""
    query = """
        SELECT unnest(ARRAY[key, thumbnail_key]) AS key FROM media_files UNION SELECT key FROM media_leftovers
    """
    async with system.parts.database.transaction() as tx:
        return [row.key for row in await tx.rows(text(query)) if row.key is not None]


async def test_a_file_is_brought_and_then_sent_by_its_id(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        media = await brought(system, agent, JPEG, "image/jpeg", filename="modem.jpg")
        assert (media["state"], media["mime_type"], media["size"]) == ("available", "image/jpeg", len(JPEG))
        assert (await system.client.get(media["url"], headers=agent.headers)).content == JPEG
        answer = await agent.post(path, {"type": "image", "media_id": media["id"], "caption": "veja"})
        assert answer.status_code == 201, answer.text
        assert answer.json()["media"] == media
        part = await sent_file(system, "image")
        uploaded = system.sim.media.get(part["id"])
        assert uploaded is not None
        assert (uploaded.content, part["caption"]) == (JPEG, "veja")


async def test_a_large_document_passes_in_pieces_of_unknown_number(system: System) -> None:
    data = PDF + os.urandom(30 * MB)

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(data), 100_000):
            yield data[at : at + 100_000]

    async with agent_with_conversation(system) as (agent, path):
        answer = await bring(system, agent, pieces(), "application/pdf", filename="mapa.pdf")
        assert answer.status_code == 201, answer.text
        media_id = answer.json()["media"]["id"]
        sent = await agent.post(path, {"type": "document", "media_id": media_id, "filename": "outro.pdf"})
        assert sent.json()["media"]["filename"] == "outro.pdf"
        part = await sent_file(system, "document")
        assert part["filename"] == "outro.pdf"
        uploaded = system.sim.media.get(part["id"])
        assert uploaded is not None
        assert uploaded.content == data


@pytest.mark.parametrize(
    ("data", "kind", "query", "status", "field"),
    [
        (JPEG, "image/png", {}, 400, None),
        (b"MZ\x90\0", None, {}, 400, None),
        (b"", "application/pdf", {}, 400, None),
        (JPEG, "application/json", {}, 415, None),
        (JPEG, "text/html", {}, 415, None),
        (JPEG, None, {"filename": "../a.jpg"}, 400, "filename"),
        (JPEG, None, {"filename": "a\0.jpg"}, 400, "filename"),
        (JPEG, None, {"filename": "x" * 241}, 400, "filename"),
    ],
)
async def test_what_whatsapp_would_refuse_is_refused(
    system: System, data: bytes, kind: str | None, query: dict[str, str], status: int, field: str | None
) -> None:
    agent = await system.person(Role.ATTENDANT)
    answer = await bring(system, agent, data, kind, **query)
    assert (answer.status_code, answer.json()["field"]) == (status, field), answer.text
    assert await media_rows(system) == []


async def test_more_than_a_document_may_have_is_413_however_it_comes(system: System) -> None:
    agent = await system.person(Role.ATTENDANT)

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(101):
            yield PDF + bytes(MB - len(PDF))

    answer = await bring(system, agent, endless())
    assert (answer.status_code, answer.json()["error_code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert b" 413 " in await answer_to_head(system, "/api/v1/media", agent, 100 * MB + 1)
    assert await media_rows(system) == []


async def test_a_file_fits_the_message_or_is_refused(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        photo, document = await brought(system, agent, PNG), await brought(system, agent, PDF)
        large = await brought(system, agent, JPEG + bytes(5 * MB))
        bodies: list[tuple[Json, int, str]] = [
            ({"type": "document", "media_id": photo["id"]}, 400, "media_id"),
            ({"type": "image", "media_id": document["id"]}, 400, "media_id"),
            ({"type": "image", "media_id": large["id"]}, 413, "media_id"),
            ({"type": "text", "content": "oi", "media_id": photo["id"]}, 400, "media_id"),
            ({"type": "image", "content": "https://exemplo.com.br/a.png", "media_id": photo["id"]}, 400, "content"),
            ({"type": "image", "media_id": "0199d2a4-7b1e-7c3a-9f00-3b1d2c4e5f60"}, 404, "media_id"),
        ]
        for body, status, field in bodies:
            answer = await agent.post(path, body)
            assert (answer.status_code, answer.json()["field"]) == (status, field), body


async def test_a_file_is_one_messages_and_a_repeated_send_is_the_first(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        body = {"type": "image", "media_id": (await brought(system, agent, PNG))["id"]}
        first = await agent.post(path, body | {"client_id": "foto-1"})
        assert first.status_code == 201
        assert (await agent.post(path, body | {"client_id": "foto-1"})).json()["id"] == first.json()["id"]
        again = await agent.post(path, body)
        assert (again.status_code, again.json()["field"]) == (400, "media_id")


async def test_two_messages_that_want_one_file_at_once_get_it_once(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        body = {"type": "image", "media_id": (await brought(system, agent, PNG))["id"]}
        answers = await asyncio.gather(*(agent.post(path, body) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 400, 400, 400]


async def test_a_loose_file_is_its_bringers_alone(system: System) -> None:
    async with agent_with_conversation(system) as (agent, _):
        media = await brought(system, agent, PNG)
        lead = await system.person(Role.SUPERVISOR, "Ana")
        assert (await system.client.get(media["url"], headers=lead.headers)).status_code == 404
        assert (await lead.post(f"/media/{media['id']}/link")).status_code == 404
        body: Json = {"to": "+5511999999999", "type": "image", "media_id": media["id"]}
        stolen = await lead.post("/whatsapp/send", body)
        assert (stolen.status_code, stolen.json()["error_code"]) == (404, "NOT_FOUND")
        assert (await agent.post("/whatsapp/send", body)).status_code == 202


async def test_somebody_who_brings_and_never_sends_is_stopped(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_uploads, "MOST_LOOSE", 2 * len(PNG))
    agent, other = await system.person(Role.ATTENDANT), await system.person(Role.SUPERVISOR, "Ana")
    answers = [await bring(system, agent, PNG) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert (await bring(system, other, PNG)).status_code == 201


async def test_what_is_never_sent_is_taken_away_after_an_hour(database_url: str) -> None:
    clock = ManualClock(datetime.now(UTC))
    async with running_system(database_url, clock=clock) as system:
        agent, path = await lead_with_conversation(system)
        sent = await brought(system, agent, JPEG)
        await agent.post(path, {"type": "image", "media_id": sent["id"]})
        loose, upkeep = await brought(system, agent, PNG), MediaUpkeep(system.parts.media)
        clock.advance(minutes=59)
        await upkeep.step()
        assert {str(row.id) for row in await media_rows(system)} == {sent["id"], loose["id"]}
        key = next(row.key for row in await media_rows(system) if str(row.id) == loose["id"])
        clock.advance(minutes=2)
        await upkeep.step()
        [row] = await media_rows(system)
        assert str(row.id) == sent["id"]
        assert sorted(await objects(system)) == [row.key, row.thumbnail_key]
        with pytest.raises(BlobMissing):
            await system.parts.media.blobs.get(key)


async def test_who_hangs_up_in_the_middle_leaves_nothing(database_url: str) -> None:
    clock = ManualClock(datetime.now(UTC))
    async with running_system(database_url, clock=clock) as system:
        agent = await system.person(Role.ATTENDANT)
        url = httpx2.URL(system.url)
        _, writer = await asyncio.open_connection(url.host, url.port)
        head = ["POST /api/v1/media HTTP/1.1", "Host: x", f"Content-Length: {20 * MB}"]
        writer.write("\r\n".join([*head, f"Authorization: Bearer {agent.token}", "", ""]).encode())
        writer.write(PDF + bytes(12 * MB))
        await writer.drain()
        writer.close()
        async with asyncio.timeout(10):
            while not (keys := await objects(system)) or await unfinished(system, keys):  # noqa: ASYNC110 - the server tells nobody of it
                await asyncio.sleep(0.02)
        assert await media_rows(system) == []
        clock.advance(hours=3)
        await MediaUpkeep(system.parts.media).step()
        assert await objects(system) == []


async def unfinished(system: System, keys: list[str]) -> bool:
    """Whether parts of these files lie on the disk."""
    directory: Any = system.parts.media.blobs._directory
    return any(list(directory.glob(f"{key}*")) for key in keys)
