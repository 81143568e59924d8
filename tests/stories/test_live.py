"""A screen that cannot lie: gapless, in order, authorised, and closed rather than silently behind."""

import asyncio
import contextlib
import json
import socket as sockets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from tests.stories.harness import Json, Socket, System, running_system
from tests.stories.test_people import waiting_conversation
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from plantao.identity.gate import Gate
from plantao.identity.models import Role
from plantao.realtime import socket as realtime_socket


async def test_a_client_that_reconnects_gets_exactly_the_rest(system: System) -> None:
    conversation_id = await waiting_conversation(system)
    maria = await system.person(Role.ATTENDANT)
    async with maria.socket() as socket:
        await socket.expect("conversation_assigned")
    for number in range(450):  # more than a page of what is read at once
        assert (
            await maria.post(f"/conversations/{conversation_id}/notes", {"content": f"{number}"})
        ).status_code == 201
    async with maria.socket() as socket:
        joined = await socket.join(conversation_id, since_seq=2)
        seqs = [(await socket.expect("new_message"))["message"]["seq"] for _ in range(joined["last_seq"] - 2)]
        assert seqs == list(range(3, joined["last_seq"] + 1))
        assert await socket.silence() == []


async def test_messages_reach_every_socket_once_and_in_order_while_many_write(system: System) -> None:
    conversation_id = await waiting_conversation(system)
    lead = await system.person(Role.ADMIN, "Rita Souza")
    async with lead.socket() as one, lead.socket() as two:
        start = (await one.join(conversation_id))["last_seq"]
        await two.join(conversation_id)
        await asyncio.gather(
            *(lead.post(f"/conversations/{conversation_id}/notes", {"content": f"{n}"}) for n in range(60))
        )
        for socket in (one, two):
            seqs = [(await socket.expect("new_message"))["message"]["seq"] for _ in range(60)]
            assert seqs == list(range(start + 1, start + 61))
            assert [f for f in await socket.silence() if f["type"] == "new_message"] == []


async def test_who_loses_a_conversation_hears_no_more_of_it(system: System) -> None:
    conversation_id = await waiting_conversation(system)
    lead = await system.person(Role.SUPERVISOR, "Rita Souza")
    maria = await system.person(Role.ATTENDANT)
    carlos = await system.person(Role.ATTENDANT, "Carlos Nogueira")
    async with maria.socket() as hers:
        await hers.expect("conversation_assigned")
        await hers.join(conversation_id)
        given = await lead.post(f"/conversations/{conversation_id}/assign", {"agent_id": carlos.id})
        assert given.json()["assigned_to"] == carlos.id
        assert (await hers.expect("conversation_assigned"))["assigned_to"] == carlos.id
        await carlos.post(f"/conversations/{conversation_id}/notes", {"content": "segredo"})
        assert await hers.silence() == []
        await hers.say("join_conversation", conversation_id=conversation_id)
        assert (await hers.expect("error"))["error_code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("frame", "code", "ref"),
    [
        ("isto não é json", "VALIDATION_ERROR", None),
        ('{"type":"voar"}', "VALIDATION_ERROR", "voar"),
        ('{"type":"ping","extra":1}', "VALIDATION_ERROR", "ping"),
        ('{"type":"join_conversation","conversation_id":"x"}', "VALIDATION_ERROR", "join_conversation"),
        (('{"type":"send_message","conversation_id":"01a20000-0000-7000-8000-000000000000","content":"x",'
         '"client_id":"c9"}'), "NOT_FOUND", "c9"),
        ('{"type":"send_message","conversation_id":"01a20000-0000-7000-8000-000000000000","content":" "}',
         "VALIDATION_ERROR", "send_message"),
        ("[" * 5000, "VALIDATION_ERROR", None),
    ],
)  # fmt: skip
async def test_a_bad_frame_is_an_error_and_the_socket_stays(
    system: System, frame: str, code: str, ref: str | None
) -> None:
    maria = await system.person(Role.ATTENDANT)
    async with maria.socket() as socket:
        await socket.connection.send(frame)
        error = await socket.expect("error")
        assert (error["error_code"], error["ref"]) == (code, ref)
        await socket.say("ping")
        await socket.expect("pong")


async def test_a_user_without_a_part_in_service_may_connect_but_not_join(system: System) -> None:
    conversation_id = await waiting_conversation(system)
    nobody = await system.person(Role.USER, "Zé Ninguém")
    async with nobody.socket() as socket:
        await socket.say("join_conversation", conversation_id=conversation_id)
        assert (await socket.expect("error"))["error_code"] == "FORBIDDEN"


async def closing_code(url: str, **options: Any) -> int:
    async with connect(url, compression=None, **options) as connection:
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(connection.recv(), 10)
        assert connection.close_code is not None
        return connection.close_code


async def test_a_bad_token_is_closed_with_4401(system: System) -> None:
    url = system.url.replace("http", "ws", 1) + "/ws/chat"
    assert await closing_code(url) == 4401
    assert await closing_code(f"{url}?token=abc") == 4401


async def test_a_token_may_come_in_the_subprotocol(system: System) -> None:
    maria = await system.person(Role.ATTENDANT)
    offered = [Subprotocol("bearer"), Subprotocol(maria.token)]
    async with connect(f"{maria.url}/ws/chat", subprotocols=offered, compression=None) as connection:
        assert connection.subprotocol == "bearer"
        await connection.send('{"type":"ping"}')
        assert json.loads(await connection.recv())["type"] == "pong"


async def test_a_revoked_token_closes_its_sockets_within_a_second(system: System) -> None:
    maria = await system.person(Role.ATTENDANT)
    async with maria.socket() as socket:
        await socket.say("ping")
        await socket.expect("pong")
        assert (await maria.post("/auth/logout")).status_code == 200
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.connection.recv(), 1.5)
        assert socket.connection.close_code == 4401


async def test_a_frame_that_is_too_large_closes_the_socket(system: System) -> None:
    maria = await system.person(Role.ATTENDANT)
    async with maria.socket() as socket:
        await socket.connection.send("x" * (64 * 1024 + 1))
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.connection.recv(), 10)
        assert socket.connection.close_code == 1009


async def until_closed(socket: Socket) -> list[Json]:
    frames: list[Json] = []
    with contextlib.suppress(ConnectionClosed):
        while True:
            frames.append(json.loads(await asyncio.wait_for(socket.connection.recv(), 30)))
    return frames


async def test_a_slow_socket_is_closed_and_never_silently_skipped(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime_socket, "QUEUE_LIMIT", 16)
    async with running_system(database_url, send_buffer=8192) as system:
        conversation_id = await waiting_conversation(system)
        maria = await system.person(Role.ATTENDANT)
        narrow = sockets.socket()
        narrow.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 8192)
        narrow.connect(("127.0.0.1", int(system.url.rsplit(":", 1)[1])))
        async with maria.socket(sock=narrow) as socket:
            await socket.expect("conversation_assigned")
            socket.connection.transport.pause_reading()
            for _ in range(100):
                body = {"content": "x" * 3900}
                assert (await maria.post(f"/conversations/{conversation_id}/notes", body)).status_code == 201
            socket.connection.transport.resume_reading()
            frames = await until_closed(socket)
            assert socket.connection.close_code == 1013
        seqs = [frame["message"]["seq"] for frame in frames if frame["type"] == "new_message"]
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
        assert len(seqs) < 100
        async with maria.socket() as socket:
            joined = await socket.join(conversation_id, since_seq=seqs[-1])
            rest = [
                (await socket.expect("new_message"))["message"]["seq"] for _ in range(joined["last_seq"] - seqs[-1])
            ]
        assert rest == list(range(seqs[-1] + 1, joined["last_seq"] + 1))


async def test_sessions_are_asked_for_together(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many sockets: one question to the database."""
    asked: list[int] = []
    first = asyncio.Event()
    original = Gate.still_valid

    async def counting(self: Gate, session_ids: Sequence[UUID]) -> set[UUID]:
        asked.append(len(session_ids))
        first.set()
        return await original(self, session_ids)

    monkeypatch.setattr(Gate, "still_valid", counting)
    maria = await system.person(Role.ATTENDANT)
    async with maria.socket(), maria.socket(), maria.socket():
        async with asyncio.timeout(5):
            await first.wait()
    assert set(asked) == {1}


async def test_what_is_framed_once_arrives_whole_at_each(system: System) -> None:
    conversation_id = await waiting_conversation(system)
    lead = await system.person(Role.ADMIN, "Rita Souza")
    texts = ["ok", "Não há sinal 📶", "é" * 4000, "ok"]
    async with lead.socket() as one, lead.socket() as two:
        for socket in (one, two):
            await socket.join(conversation_id)
        for text in texts:
            await lead.post(f"/conversations/{conversation_id}/notes", {"content": text})
        for socket in (one, two):
            assert [(await socket.expect("new_message"))["message"]["content"] for _ in texts] == texts
