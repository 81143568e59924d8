"""Photos and documents: sent by link or as base64, received from customers, and shown to nobody else."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx2
import pytest
from tests.stories.file_samples import (
    JPEG,
    MB,
    PDF,
    PNG,
    agent_with_conversation,
    data_uri,
    encoded,
    media_rows,
    sent_file,
)
from tests.stories.harness import Json, Person, System, running_system

from plantao.conversations.inline_files import MAX_BODY
from plantao.identity.models import Role
from plantao.kit.clock import ManualClock


async def test_a_link_goes_to_meta_as_it_is(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        link = "https://exemplo.com.br/fatura.pdf?mes=11"
        body = {"type": "document", "content": link, "filename": "fatura.pdf", "caption": "Sua fatura"}
        answer = await agent.post(path, body)
        assert answer.status_code == 201, answer.text
        message = answer.json()
        assert (message["type"], message["content"], message["caption"]) == ("document", "Sua fatura", "Sua fatura")
        told = {name: value for name, value in message["media"].items() if value is not None}
        assert told == {"url": link, "filename": "fatura.pdf", "state": "available"}
        assert await sent_file(system, "document") == {"link": link, "caption": "Sua fatura", "filename": "fatura.pdf"}
        photo = {"type": "image", "content": "https://exemplo.com.br/a.jpg", "filename": "a.jpg"}
        assert (await agent.post(path, photo)).status_code == 201
        assert await sent_file(system, "image") == {"link": "https://exemplo.com.br/a.jpg"}


@pytest.mark.parametrize(
    ("kind", "content", "data", "mime_type"),
    [
        ("image", data_uri("image/jpeg", JPEG), JPEG, "image/jpeg"),
        ("image", encoded(PNG), PNG, "image/png"),
        ("document", data_uri("application/pdf", PDF), PDF, "application/pdf"),
        ("document", base64.encodebytes(PDF).decode(), PDF, "application/pdf"),
        ("document", encoded("Olá, à vista".encode()), "Olá, à vista".encode(), "text/plain"),
    ],
    ids=["jpeg-uri", "png-bare", "pdf-uri", "pdf-in-lines", "text"],
)
async def test_base64_is_uploaded_and_sent_by_its_id(
    system: System, kind: str, content: str, data: bytes, mime_type: str
) -> None:
    async with agent_with_conversation(system) as (agent, path):
        answer = await agent.post(path, {"type": kind, "content": content, "caption": "veja"})
        assert answer.status_code == 201, answer.text
        media = answer.json()["media"]
        assert (media["mime_type"], media["size"]) == (mime_type, len(data))
        part = await sent_file(system, kind)
        uploaded = system.sim.media.get(part["id"])
        assert uploaded is not None
        assert (uploaded.content, uploaded.mime_type, part["caption"]) == (data, mime_type, "veja")
        shown = await system.client.get(media["url"], headers=agent.headers)
        assert (shown.status_code, shown.content) == (200, data)
        assert shown.headers["content-type"].partition(";")[0] == mime_type
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert shown.headers["content-disposition"].startswith("attachment" if mime_type == "text/plain" else "inline")


async def test_a_file_larger_than_other_bodies_may_be(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        data = PDF + bytes(12 * MB)
        answer = await agent.post(path, {"type": "document", "content": encoded(data), "filename": "mapa.pdf"})
        assert answer.status_code == 201, answer.text
        part = await sent_file(system, "document")
        uploaded = system.sim.media.get(part["id"])
        assert uploaded is not None
        assert uploaded.content == data
        shown = await system.client.get(answer.json()["media"]["url"], headers=agent.headers)
        assert shown.content == data


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"type": "image", "content": encoded(PDF)}, 400, "content"),
        ({"type": "image", "content": data_uri("image/png", JPEG)}, 400, "content"),
        ({"type": "document", "content": data_uri("application/pdf", JPEG)}, 400, "content"),
        ({"type": "document", "content": encoded(b"MZ\x90\0\x03\0")}, 400, "content"),
        ({"type": "image", "content": "isto não é base64"}, 400, "content"),
        ({"type": "image", "content": encoded(JPEG)[:-1]}, 400, "content"),
        ({"type": "image", "content": encoded(JPEG)[:4] + "====" + encoded(JPEG)[4:]}, 400, "content"),
        ({"type": "image", "content": "data:image/png,iVBORw0KGgo"}, 400, "content"),
        ({"type": "image", "content": ""}, 400, "content"),
        ({"type": "image", "content": encoded(JPEG + bytes(5 * MB))}, 413, "content"),
        ({"type": "image", "content": "http://exemplo.com.br/a.jpg"}, 400, "content"),
        ({"type": "image", "content": "https://"}, 400, "content"),
        ({"type": "image", "content": "https://ana:senha@exemplo.com.br/a.jpg"}, 400, "content"),
        ({"type": "image", "content": "https://exemplo.com.br/" + "a" * 2048}, 400, "content"),
        ({"type": "image", "content": "file:///etc/passwd"}, 400, "content"),
        ({"type": "image", "content": "https://exemplo.com.br:porta/a.jpg"}, 400, "content"),
        ({"type": "text", "content": "oi", "filename": "a.jpg"}, 400, "filename"),
        ({"type": "image", "content": encoded(JPEG), "filename": "a/b.jpg"}, 400, "filename"),
        ({"type": "document", "content": encoded(PDF), "filename": "../a.pdf"}, 400, "filename"),
        ({"type": "document", "content": encoded(PDF), "caption": "x" * 1025}, 400, "caption"),
        ({"type": "text", "content": "oi", "caption": "não"}, 400, "caption"),
        ({"type": "order", "content": "https://exemplo.com.br/a.mp4"}, 400, "type"),
        ({"type": "note", "content": "oi"}, 400, "type"),
    ],
)
async def test_what_whatsapp_would_refuse_is_refused_at_once(
    system: System, body: Json, status: int, field: str
) -> None:
    async with agent_with_conversation(system) as (agent, path):
        answer = await agent.post(path, body)
        assert (answer.status_code, answer.json()["field"]) == (status, field), answer.text
        assert await media_rows(system) == []


async def test_only_who_serves_may_send_large_bodies_and_only_so_large(system: System) -> None:
    stranger, agent = await system.person(Role.USER, "Zeca"), await system.person(Role.ATTENDANT)
    path = "/api/v1/conversations/0199d2a4-7b1e-7c3a-9f00-3b1d2c4e5f60/messages"
    large = json.dumps({"type": "document", "content": encoded(PDF + bytes(4 * MB))}).encode()
    json_type = {"Content-Type": "application/json"}
    for headers, status in ((stranger.headers, 403), ({}, 401), (agent.headers, 404)):
        answer = await system.client.post(path, content=large, headers=headers | json_type)
        assert answer.status_code == status
    assert b" 413 " in await answer_to_head(system, path, agent, MAX_BODY + 1)
    other = await system.client.post("/api/v1/auth/login", content=large, headers={"Content-Type": "application/json"})
    assert other.status_code == 413
    broken = await system.client.post(
        path, content=large[:-1], headers=agent.headers | {"Content-Type": "application/json"}
    )
    assert (broken.status_code, broken.json()["error_code"]) == (400, "VALIDATION_ERROR")
    assert await media_rows(system) == []


async def answer_to_head(system: System, path: str, agent: Person, length: int) -> bytes:
    """The first line that comes back for a request of which only the head is sent."""
    url = httpx2.URL(system.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    head = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {length}", "Content-Type: application/json"]
    writer.write("\r\n".join([*head, f"Authorization: Bearer {agent.token}", "", ""]).encode())
    line = await reader.readline()
    writer.close()
    return line


async def test_a_body_that_does_not_say_how_long_it_is_may_not_be_large(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):

        async def pieces() -> AsyncIterator[bytes]:
            yield b'{"type": "document", "content": "'
            for _ in range(5):
                yield b"A" * MB
            yield b'"}'

        headers = agent.headers | {"Content-Type": "application/json"}
        answer = await system.client.post(f"/api/v1{path}", content=pieces(), headers=headers)
        assert (answer.status_code, answer.json()["error_code"]) == (413, "PAYLOAD_TOO_LARGE")


async def test_a_repeated_client_id_sends_one_file(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        body = {"type": "image", "content": encoded(PNG), "client_id": "foto-1"}
        answers = [await agent.post(path, body) for _ in range(3)]
        assert len({answer.json()["id"] for answer in answers}) == 1
        await system.settle()
        assert [send.payload["type"] for send in system.sim.sends].count("image") == 1
        assert len(await media_rows(system)) == 1


async def test_a_file_outside_the_window_is_refused_and_not_kept(database_url: str) -> None:
    clock = ManualClock(datetime.now(UTC))
    async with running_system(database_url, clock=clock) as system:
        lead = await system.person(Role.SUPERVISOR)
        body: Json = {"to": "+5511988887777", "type": "image", "content": encoded(PNG)}
        answer = await lead.post("/whatsapp/send", body)
        assert (answer.status_code, answer.json()["error_code"]) == (409, "OUTSIDE_SERVICE_WINDOW")
        assert await media_rows(system) == []


async def test_an_upload_that_fails_is_tried_again_and_the_file_is_sent_once(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        for kind in ("html", "drop_response"):
            system.sim.fail_next(kind=kind, on="upload")
        assert (await agent.post(path, {"type": "image", "content": encoded(PNG)})).status_code == 201
        assert (await agent.post(path, {"content": "depois da foto"})).status_code == 201
        await system.sim.wait_for_send(lambda send: send.payload["type"] == "image", timeout=15)
        await system.settle()
        kinds = [send.payload["type"] for send in system.sim.sends][1:]
        assert kinds == ["image", "text"]


async def test_an_upload_that_meta_refuses_fails_the_message_with_the_reason(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        system.sim.fail_next(kind="error", code=100, on="upload")
        async with agent.socket() as socket:
            mine = (await agent.post(path, {"type": "image", "content": encoded(PNG)})).json()["id"]
            failed = await socket.expect("message_status", lambda f: f["message_id"] == mine)
        assert (failed["status"], failed["error"]["code"]) == ("failed", 100)


async def test_a_send_that_is_tried_again_does_not_upload_again(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        system.sim.fail_next(kind="error", code=131000)
        await agent.post(path, {"type": "image", "content": encoded(PNG)})
        part = await sent_file(system, "image")
        await system.settle()
        [row] = await media_rows(system)
        assert row.external_id == part["id"]
        assert len(system.sim.media.uploads) == 1
