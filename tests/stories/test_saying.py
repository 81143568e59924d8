"""Everything that an agent can say, from the request to the customer's phone."""

from typing import Any

import pytest
import structlog
from sqlalchemy import text
from tests.kit import recordings
from tests.stories.file_samples import JPEG, PNG, agent_with_conversation, data_uri, encoded, media_rows, sent_file
from tests.stories.harness import Json, Person, System
from tests.whatsapp.said import BODIES, QUOTED, WAMID

from plantao.identity.models import Role
from plantao_simulator.faults import GraphFault


def renamed(value: Any, names: dict[str, str]) -> Any:
    """`value` with every text that `names` has replaced."""
    if isinstance(value, dict):
        return {key: renamed(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [renamed(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value


async def said_by_the_customer(system: System, agent: Person, path: str) -> tuple[str, str]:
    """Our id and Meta's of the customer's first message."""
    message = (await agent.messages(path.split("/")[2]))[0]
    async with system.parts.database.transaction() as tx:
        row = await tx.first(text("SELECT external_id FROM messages WHERE seq = 1"))
    assert row is not None
    return message["id"], row.external_id


async def arrived(system: System, id_: str) -> Json:
    """What Meta was asked for the message `id_` of ours."""
    send = await system.sim.wait_for_send(lambda send: send.payload.get("biz_opaque_callback_data") == id_[4:])
    payload: Json = send.payload
    return payload


async def payloads(system: System) -> dict[str, Any]:
    async with system.parts.database.transaction() as tx:
        rows = await tx.rows(text("SELECT id, payload FROM messages"))
    return {f"msg-{row.id}": row.payload for row in rows}


async def test_every_type_reaches_the_phone_as_metas_own(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        quoted, wamid = await said_by_the_customer(system, agent, path)
        for name, (body, expected) in BODIES.items():
            answer = await agent.post(path, renamed(body, {QUOTED: quoted}))
            assert answer.status_code == 201, (name, answer.text)
            payload = await arrived(system, answer.json()["id"])
            assert payload | renamed(expected, {WAMID: wamid}) == payload, name
        await system.settle()
        messages = await agent.messages(path.split("/")[2])
        assert [m["type"] for m in messages[-len(BODIES) :]] == [b.get("type", "text") for b, _ in BODIES.values()]
        assert {m["error"] for m in messages} == {None}
        assert all(m["content"] for m in messages if m["media"] is None)


async def test_what_is_kept_of_each_is_the_agreed_shape(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        quoted, _ = await said_by_the_customer(system, agent, path)
        shapes = {
            "voice": {"voice": True},
            "reaction": {"emoji": "👍"},
            "reaction taken back": {"emoji": None},
            "where the equator is": {"latitude": 0, "longitude": 0, "name": None, "address": None, "url": None},
            "location request": {"kind": "location_request"},
            "address": {
                "kind": "cta_url",
                "display_text": "Abrir fatura",
                "url": "https://example.com/f/123",
                "header": None,
                "footer": None,
            },
        }
        for name, shape in shapes.items():
            answer = await agent.post(path, renamed(BODIES[name][0], {QUOTED: quoted}))
            assert (await payloads(system))[answer.json()["id"]] == shape, name


async def test_nothing_of_what_is_said_is_logged(system: System) -> None:
    secrets = ("Carlos", "5511988887777", "Praça", "23.55052", "CADASTRO", "tok-1", "example.com", "Passo", "👍", "Ana")
    async with agent_with_conversation(system) as (agent, path):
        quoted, _ = await said_by_the_customer(system, agent, path)
        system.sim.faults.graph.append(GraphFault(kind="error", code=131009, times=3))
        with structlog.testing.capture_logs() as logged:
            for body, _ in BODIES.values():
                assert (await agent.post(path, renamed(body, {QUOTED: quoted}))).status_code == 201
            wrong = {"type": "contacts", "contacts": [{"name": "Carlos", "birthday": "5511988887777"}]}
            assert (await agent.post(path, wrong)).status_code == 400
            await agent.post(path, {"type": "video", "content": encoded(recordings.film("mp4", "mpeg4"))})
            await system.settle()
    events = {entry["event"] for entry in logged}
    assert {"request", "send_failed", "file_refused"} <= events
    assert [entry for entry in logged if any(secret in str(entry) for secret in secrets)] == []


async def test_the_socket_takes_them_too(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path), agent.socket() as socket:
        conversation_id = path.split("/")[2]
        quoted, wamid = await said_by_the_customer(system, agent, path)
        for name in ("reaction", "location", "contacts", "list", "flow", "voice"):
            body, expected = BODIES[name]
            fields = renamed(body, {QUOTED: quoted})
            kind = fields.pop("type")
            await socket.say("send_message", conversation_id=conversation_id, message_type=kind, **fields)
            message = (await socket.expect("message_ack"))["message"]
            payload = await arrived(system, message["id"])
            assert payload | renamed(expected, {WAMID: wamid}) == payload, name
        for fields in (
            {"message_type": "location", "location": {"latitude": 0}},
            {"message_type": "contacts", "contacts": [{"name": 1}]},
            {"message_type": "interactive", "content": "x", "interactive": {"kind": "buttons", "buttons": [{}]}},
            {"message_type": "reaction", "content": "👍", "reply_to": "msg-1"},
            {"message_type": "audio", "content": encoded(b"OggS")},
        ):
            await socket.say("send_message", conversation_id=conversation_id, **fields)
            assert (await socket.expect("error"))["error_code"] == "VALIDATION_ERROR"


async def test_they_can_be_sent_to_a_phone(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        for name in ("location", "buttons", "video"):
            body, expected = BODIES[name]
            answer = await agent.post("/whatsapp/send", body | {"to": "+5511999999999"})
            assert answer.status_code == 202, answer.text
            assert answer.json()["conversation_id"] == path.split("/")[2]
            payload = await arrived(system, answer.json()["message_id"])
            assert payload | expected == payload


async def test_only_a_message_of_the_conversation_that_is_on_whatsapp_is_quoted(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        note = (await agent.post(path.replace("messages", "notes"), {"content": "só nosso"})).json()["id"]
        other = system.sim.customer("Rita", phone="5511988887777")
        await system.sim.write(other, {"type": "text", "text": "quero um atendente"})
        await system.settle()
        lead = await system.person(Role.ADMIN, "Dona Rosa")
        elsewhere = next(c["id"] for c in await lead.conversations() if c["customer_phone"] == "+5511988887777")
        stranger = (await lead.messages(elsewhere))[0]["id"]
        nobody = "msg-0199d2a4-7b1e-7c3a-9f00-3b1d2c4e5f60"
        told = []
        for reply_to in (note, stranger, nobody, "msg-x", "x"):
            answer = await agent.post(path, {"content": "oi", "reply_to": reply_to})
            assert (answer.status_code, answer.json()["field"]) == (400, "reply_to")
            told.append(answer.json()["detail"])
        assert told[1] == told[2] != told[0]
        assert [m["content"] for m in await agent.messages(path.split("/")[2])][-1] == "só nosso"


async def test_nobody_reacts_to_a_reaction_and_a_reaction_answers_nobody(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        quoted, _ = await said_by_the_customer(system, agent, path)
        reaction = (await agent.post(path, {"type": "reaction", "content": "👍", "reply_to": quoted})).json()["id"]
        await system.settle()
        again = await agent.post(path, {"type": "reaction", "content": "👍", "reply_to": reaction})
        assert (again.status_code, again.json()["field"]) == (400, "reply_to")
        async with system.parts.database.transaction() as tx:
            row = await tx.first(text("SELECT count(*) AS n FROM conversation_assignments WHERE answered_at IS NULL"))
            assert row is not None
            assert row.n == 1
        await agent.post(path, {"content": "Já vejo"})
        async with system.parts.database.transaction() as tx:
            row = await tx.first(text("SELECT count(*) AS n FROM conversation_assignments WHERE answered_at IS NULL"))
            assert row is not None
            assert row.n == 0


async def test_what_a_browser_records_arrives_as_a_voice_note(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        recorded = recordings.sound("webm", "libopus", layout="stereo")
        content = f"data:audio/webm;codecs=opus;base64,{encoded(recorded)}"
        answer = await agent.post(path, {"type": "audio", "content": content, "voice": True})
        assert answer.status_code == 201, answer.text
        assert answer.json()["media"]["mime_type"] == "audio/ogg"
        part = await sent_file(system, "audio")
        assert part["voice"] is True
        uploaded = system.sim.media.get(part["id"])
        assert uploaded is not None
        assert uploaded.mime_type == "audio/ogg"
        assert recordings.facts(uploaded.content, "ogg")[:2] == ("opus", 1)
        shown = await system.client.get(answer.json()["media"]["url"], headers=agent.headers)
        assert shown.content == uploaded.content


async def test_films_and_stickers_arrive_as_they_are(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        film, sticker = recordings.film("mp4", "libx264", "aac"), recordings.webp(frames=2)
        id_ = ""
        for kind, data, mime_type in (("video", film, "video/mp4"), ("sticker", sticker, "image/webp")):
            answer = await agent.post(path, {"type": kind, "content": data_uri(mime_type, data)})
            assert answer.status_code == 201, answer.text
            uploaded = system.sim.media.get((await sent_file(system, kind))["id"])
            assert uploaded is not None
            assert (uploaded.content, uploaded.mime_type) == (data, mime_type)
            id_ = answer.json()["id"]
        assert (await payloads(system))[id_] == {"animated": True}


async def test_the_same_bytes_are_brought_to_meta_once(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        ids = []
        for data in (JPEG, JPEG, PNG, JPEG):
            answer = await agent.post(path, {"type": "image", "content": encoded(data)})
            payload = await arrived(system, answer.json()["id"])
            await system.settle()
            ids.append(payload["image"]["id"])
        assert ids == [ids[0], ids[0], ids[2], ids[0]]
        assert system.sim.media.uploads == [ids[0], ids[2]]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"type": "video", "content": encoded(recordings.film("mp4", "mpeg4"))}, 400, "mpeg4"),
        ({"type": "video", "content": encoded(recordings.webp())}, 400, "mp4, 3gp"),
        ({"type": "audio", "content": encoded(b"OggS" + bytes(100))}, 400, "danificado"),
        ({"type": "audio", "content": data_uri("audio/mpeg", recordings.sound("ogg", "libopus"))}, 400, "declarado"),
        ({"type": "sticker", "content": encoded(recordings.webp(100))}, 400, "100x100"),
        ({"type": "sticker", "content": encoded(recordings.webp() + bytes(500 * 1024))}, 413, "500 KB"),
        ({"type": "audio", "content": encoded(b"OggS" + bytes(16 * 1024 * 1024))}, 413, "16 MB"),
    ],
    ids=["codec", "no-film", "broken", "not-as-declared", "size", "heavy", "long"],
)
async def test_a_file_that_whatsapp_would_not_play_is_told_at_once(
    system: System, body: Json, status: int, words: str
) -> None:
    async with agent_with_conversation(system) as (agent, path):
        answer = await agent.post(path, body)
        assert (answer.status_code, answer.json()["field"]) == (status, "content"), answer.text
        assert words in answer.json()["detail"]
        assert await media_rows(system) == []
