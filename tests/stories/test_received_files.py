"""What customers send is fetched from Meta, checked, kept, and shown to those who see the conversation."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.stories.file_samples import (
    JPEG,
    PNG,
    SAMPLES,
    agent_with_conversation,
    encoded,
    media_rows,
    served_conversation,
)
from tests.stories.harness import Json, Person, System, running_system

from plantao.identity.models import Role
from plantao.kit.clock import ManualClock


async def until(condition: Callable[[], Awaitable[Any]]) -> Any:
    """The condition's first truth, asked for as a client would."""
    async with asyncio.timeout(15):
        while not (found := await condition()):  # noqa: ASYNC110 - it asks over HTTP or SQL
            await asyncio.sleep(0.02)
    return found


async def fetched(agent: Person, conversation_id: str, kind: str) -> Json:
    """The customer's file, once it is here."""

    async def look() -> Json | None:
        messages = await agent.messages(conversation_id)
        return next((m for m in messages if m["type"] == kind and m["media"]["url"] is not None), None)

    found: Json = await until(look)
    return found


@pytest.mark.parametrize(
    ("kind", "sample", "mime_type"),
    [
        ("image", "modem.jpg", "image/jpeg"),
        ("document", "comprovante.pdf", "application/pdf"),
        ("audio", "voz.ogg", "audio/ogg"),
        ("sticker", "figurinha.webp", "image/webp"),
    ],
)
async def test_what_a_customer_sends_is_fetched_and_shown(
    system: System, kind: str, sample: str, mime_type: str
) -> None:
    agent = await system.person(Role.ATTENDANT)
    conversation_id = await served_conversation(system, agent)
    [customer] = system.sim.world.customers.values()
    async with agent.socket() as socket:
        await system.sim.write(customer, {"type": kind, "data": encoded((SAMPLES / sample).read_bytes())})
        new = await socket.expect("new_message", lambda f: f["message"]["type"] == kind)
        pending = new["message"]["media"]
        assert (pending["url"], pending["state"]) == (None, "pending")
        here = await socket.expect("message_media")
        assert (here["media"]["id"], here["media"]["state"]) == (pending["id"], "available")
        assert (here["conversation_id"], here["message_id"]) == (conversation_id, new["message"]["id"])
    message = await fetched(agent, conversation_id, kind)
    assert message["media"] == here["media"]
    assert (message["media"]["mime_type"], message["error"]) == (mime_type, None)
    shown = await system.client.get(message["media"]["url"], headers=agent.headers)
    assert shown.content == (SAMPLES / sample).read_bytes()
    assert shown.headers["content-type"] == mime_type


async def test_a_page_that_says_it_is_a_photo_is_not_shown_as_one(system: System) -> None:
    agent = await system.person(Role.ATTENDANT)
    conversation_id = await served_conversation(system, agent)
    [customer] = system.sim.world.customers.values()
    page = b"<html><script>alert(1)</script></html>"
    await system.sim.write(customer, {"type": "image", "data": encoded(page), "mime_type": "text/html"})
    message = await fetched(agent, conversation_id, "image")
    shown = await system.client.get(message["media"]["url"], headers=agent.headers)
    assert shown.headers["content-type"] == "text/plain; charset=utf-8"
    assert shown.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in shown.headers["content-security-policy"]


async def test_a_file_is_for_those_who_see_its_conversation(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        url = (await agent.post(path, {"type": "image", "content": encoded(PNG)})).json()["media"]["url"]
        others = [
            (await system.person(Role.ATTENDANT, "Carlos"), 404),
            (await system.person(Role.USER, "Zeca"), 403),
            (await system.person(Role.SUPERVISOR, "Ana"), 200),
        ]
        for person, status in others:
            assert (await system.client.get(url, headers=person.headers)).status_code == status
        assert (await system.client.get(url)).status_code == 401
        unknown = "/api/v1/media/0199d2a4-7b1e-7c3a-9f00-3b1d2c4e5f60"
        carlos = others[0][0]
        answers = [(await system.client.get(u, headers=carlos.headers)).json() for u in (url, unknown)]
        assert answers[0] == answers[1]


async def test_a_download_that_fails_is_tried_again(system: System) -> None:
    agent = await system.person(Role.ATTENDANT)
    conversation_id = await served_conversation(system, agent)
    [customer] = system.sim.world.customers.values()
    system.sim.fail_next(kind="drop_response", on="download")
    await system.sim.write(customer, {"type": "image", "caption": "luz vermelha"})
    message = await fetched(agent, conversation_id, "image")
    assert message["content"] == "luz vermelha"
    [row] = await media_rows(system)
    assert row.attempts == 2


async def test_bytes_that_are_not_the_announced_ones_are_not_kept(system: System) -> None:
    agent = await system.person(Role.ATTENDANT)
    conversation_id = await served_conversation(system, agent)
    [customer] = system.sim.world.customers.values()
    system.sim.fail_next(kind="empty", on="download", http_status=200)
    await system.sim.write(customer, {"type": "image"})
    message = await fetched(agent, conversation_id, "image")
    assert message["media"]["size"] == len(JPEG)
    [row] = await media_rows(system)
    assert row.attempts == 2


async def test_after_seven_days_a_file_is_given_up_and_the_message_says_so(database_url: str) -> None:
    clock = ManualClock(datetime.now(UTC))
    async with running_system(database_url, clock=clock) as system:
        lead = await system.person(Role.SUPERVISOR)
        customer = system.sim.customer("João", phone="5511999999999")
        system.sim.fail_next(kind="error", code=100, on="media", times=100)
        await system.sim.write(customer, {"type": "image"})
        await until(lambda: first_failure(system))
        clock.advance(days=8)
        token = await system.client.post(
            "/api/v1/auth/login", json={"email": "maria@provedor.example", "password": "Senha-Segura-123"}
        )
        lead.token = token.json()["access_token"]
        [conversation] = await lead.conversations()
        message = await until(lambda: failed_message(lead, conversation["id"]))
        media = message["media"]
        assert (media["url"], media["state"]) == (None, "failed")
        assert message["error"] == {"code": None, "title": "Arquivo não recebido", "detail": media["error"]}
        [row] = await media_rows(system)
        assert row.due_at is None


async def first_failure(system: System) -> list[Any]:
    """The file whose first attempt is over: its next is due within seconds, not after a lease."""
    soon = system.parts.clock.now() + timedelta(seconds=30)
    return [row for row in await media_rows(system) if row.attempts == 1 and row.due_at < soon]


async def failed_message(person: Person, conversation_id: str) -> Json | None:
    return next((m for m in await person.messages(conversation_id) if m["error"]), None)


async def test_the_token_goes_to_no_other_host_without_tls(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        seen: list[httpx2.Headers] = []

        async def steal(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            seen.append(httpx2.Headers())
            writer.close()

        server = await asyncio.start_server(steal, "127.0.0.1", 0)
        thief = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        [customer] = system.sim.world.customers.values()
        system.sim.media.download_base = thief
        await system.sim.write(customer, {"type": "image"})
        await until(lambda: failed_message(agent, path.split("/")[2]))
        server.close()
        await server.wait_closed()
        assert seen == []


async def test_a_file_that_was_given_up_can_be_asked_for_again(system: System) -> None:
    agent = await system.person(Role.ATTENDANT)
    conversation_id = await served_conversation(system, agent)
    [customer] = system.sim.world.customers.values()
    system.sim.media.download_base = "http://127.0.0.1:1/"
    async with agent.socket() as socket:
        await system.sim.write(customer, {"type": "image"})
        failed = await socket.expect("message_media", lambda f: f["media"]["state"] == "failed")
        assert (failed["media"]["url"], failed["media"]["error"] is None) == (None, False)
        stored = await failed_message(agent, conversation_id)
        assert stored is not None
        assert stored["media"] == failed["media"]
        system.sim.media.download_base = None
        answer = await agent.post(f"/media/{failed['media']['id']}/retry")
        assert (answer.status_code, answer.json()["state"], answer.json()["error"]) == (202, "pending", None)
        assert (await socket.expect("message_media"))["media"] == answer.json()
        here = await socket.expect("message_media")
    message = await fetched(agent, conversation_id, "image")
    assert message["media"] == here["media"]
    assert (message["media"]["state"], message["error"]) == ("available", None)
    again = await agent.post(f"/media/{message['media']['id']}/retry")
    assert (again.status_code, again.json()) == (202, message["media"])
    [row] = await media_rows(system)
    assert row.attempts == 1


async def test_a_download_that_keeps_failing_says_so_while_it_goes_on(system: System) -> None:
    agent = await system.person(Role.ATTENDANT)
    await served_conversation(system, agent)
    [customer] = system.sim.world.customers.values()
    system.sim.fail_next(kind="error", code=100, on="media", times=3)
    async with agent.socket() as socket:
        await system.sim.write(customer, {"type": "image"})
        told = await socket.expect("message_media", timeout=20)
        assert (told["media"]["state"], told["media"]["url"]) == ("pending", None)
        assert "Tentando de novo" in told["media"]["error"]


async def test_a_file_waits_for_a_store_that_is_away(system: System) -> None:
    agent = await system.person(Role.ATTENDANT)
    conversation_id = await served_conversation(system, agent)
    [customer] = system.sim.world.customers.values()
    blobs = system.parts.media.blobs
    directory, blobs._directory = blobs._directory, Path("/dev/null/away")
    blobs.__dict__.pop("_store", None)
    await system.sim.write(customer, {"type": "image"})
    await until(lambda: media_rows(system))
    await until(lambda: first_failure(system))
    health = (await system.client.get("/health")).json()
    assert (health["status"], health["services"]["media"]) == ("degraded", "unhealthy")
    answer = await agent.post(f"/conversations/{conversation_id}/messages", {"type": "image", "content": encoded(PNG)})
    assert (answer.status_code, answer.json()["error_code"]) == (503, "SERVICE_UNAVAILABLE")
    blobs._directory = directory
    assert (await fetched(agent, conversation_id, "image"))["media"]["size"] == len(JPEG)
