"""What customers are shown of those who serve them: two blue ticks, three dots."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import text
from tests.stories.file_samples import served_conversation
from tests.stories.harness import Person, Socket, System, running_system

from plantao.identity.models import Role
from plantao.kit.clock import ManualClock
from plantao_simulator.faults import GraphFault
from plantao_simulator.state import Customer, Status

QUESTION = "E agora?"


@asynccontextmanager
async def asked(database_url: str) -> AsyncIterator[tuple[System, Person, str, Customer, ManualClock]]:
    """An agent serves a conversation, whose customer has just written something that nobody has seen."""
    clock = ManualClock(datetime.now(UTC))
    async with running_system(database_url, clock=clock, bot_debounce_seconds=0) as system:
        agent = await system.person(Role.ATTENDANT)
        conversation_id = await served_conversation(system, agent)
        customer = next(iter(system.sim.world.customers.values()))
        async with agent.socket() as socket:
            await system.sim.write(customer, {"type": "text", "text": QUESTION})
            await socket.expect("new_message", lambda frame: frame["message"]["content"] == QUESTION)
        await shown(system)
        yield system, agent, conversation_id, customer, clock


async def shown(system: System) -> None:
    """Until everything that is to be shown to customers has been."""
    await system.parts.courtesy.drain()
    await system.parts.receipts.drain()


def is_read(system: System, customer: Customer) -> bool:
    said = [message for message in system.sim.world.chat(customer.id) if message.author == "customer"]
    assert said[-1].content["text"]["body"] == QUESTION
    return said[-1].reached(Status.READ)


async def is_typing(system: System, customer: Customer, socket: Socket) -> bool:
    """Whether dots are shown anew, after all that the socket said."""
    await socket.silence()
    await shown(system)
    seen, customer.typing_until = customer.typing_until, None
    return seen is not None


async def test_the_owner_reads_by_opening(database_url: str) -> None:
    async with asked(database_url) as (system, agent, conversation_id, customer, _):
        lead = await system.person(Role.SUPERVISOR, "Dona Rosa")
        await lead.get(f"/conversations/{conversation_id}")
        async with lead.socket() as socket:
            await socket.join(conversation_id)
            await socket.say("typing_start", conversation_id=conversation_id)
            assert not await is_typing(system, customer, socket)
        await agent.get(f"/conversations/{conversation_id}", before_seq=2)
        await shown(system)
        assert not is_read(system, customer)
        await agent.get(f"/conversations/{conversation_id}")
        await shown(system)
        assert is_read(system, customer)


async def test_the_owner_reads_by_joining(database_url: str) -> None:
    async with asked(database_url) as (system, agent, conversation_id, customer, _), agent.socket() as socket:
        assert not is_read(system, customer)
        await socket.join(conversation_id)
        await socket.silence()
        await shown(system)
        assert is_read(system, customer)


async def test_dots_while_the_owner_types_once_in_twenty_seconds(database_url: str) -> None:
    async with asked(database_url) as (system, agent, conversation_id, customer, clock), agent.socket() as socket:
        customer.typing_until = None
        told: list[bool] = []
        for seconds in (0, 10, 9, 2):
            clock.advance(seconds=seconds)
            await socket.say("typing_start", conversation_id=conversation_id)
            told.append(await is_typing(system, customer, socket))
        assert told == [True, False, False, True]
        assert is_read(system, customer)
        clock.advance(seconds=60)
        await socket.say("typing_stop", conversation_id=conversation_id)
        assert not await is_typing(system, customer, socket)


async def test_no_dots_when_nothing_may_follow(database_url: str) -> None:
    async with asked(database_url) as (system, agent, conversation_id, customer, _), agent.socket() as socket:
        customer.typing_until = None
        async with system.parts.database.transaction() as tx:
            await tx.run(text("UPDATE conversations SET window_expires_at = now() - interval '1 minute'"))
        await socket.say("typing_start", conversation_id=conversation_id)
        assert not await is_typing(system, customer, socket)


async def test_meta_is_told_once_and_its_refusal_disturbs_nobody(database_url: str) -> None:
    async with asked(database_url) as (system, agent, conversation_id, customer, _):
        system.sim.faults.graph.append(GraphFault(kind="error", on="mark_read"))
        assert (await agent.get(f"/conversations/{conversation_id}")).status_code == 200
        await shown(system)
        assert not is_read(system, customer)
        assert (await agent.get(f"/conversations/{conversation_id}")).status_code == 200
        await shown(system)
        assert is_read(system, customer)
        system.sim.faults.graph.append(unused := GraphFault(kind="error", on="mark_read"))
        assert (await agent.get(f"/conversations/{conversation_id}")).status_code == 200
        await shown(system)
        assert unused.times == 1
