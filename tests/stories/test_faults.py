"""Meta misbehaves while people work: each of three answers arrives once and in order, or says why it did not.

What each of Meta's codes does to a message is in tests/whatsapp/test_delivery.py; here the whole system meets one of
each kind, with Meta's statuses on their way back.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import NamedTuple

from tests.conversations.world import fetch
from tests.stories.harness import Json, Person, System, running_system

from plantao.conversations.events import OUTBOX
from plantao.identity.models import Role
from plantao.kit.clock import ManualClock
from plantao.whatsapp.graph.errors import explain


class Case(NamedTuple):
    """`fails`: the first answer does, with this code. `settles`: by itself, without time going by."""

    fault: Json
    fails: int | None = None
    settles: bool = False


CASES = {
    "trouble at Meta": Case({"kind": "error", "code": 131016, "times": 2}),
    "too fast for the number": Case({"kind": "error", "code": 130429, "times": 2}),
    "too fast for the customer": Case({"kind": "error", "code": 131056, "times": 2}),
    "too fast for the account": Case({"kind": "error", "code": 80007}),
    "a gateway's page": Case({"kind": "html"}),
    "an empty answer": Case({"kind": "empty"}),
    "hung up before": Case({"kind": "drop_request"}),
    "hung up after": Case({"kind": "drop_response"}, settles=True),
    "slow": Case({"kind": "slow", "seconds": 0.2}, settles=True),
    "nobody there": Case({"kind": "error", "code": 131026}, fails=131026),
    "nobody there, told later": Case({"kind": "fail_later", "code": 131026}, fails=131026, settles=True),
    "not now, told later": Case({"kind": "fail_later", "code": 131049}, fails=131049, settles=True),
    "the bill": Case({"kind": "error", "code": 131042, "times": 2}),
}


async def until(done: Callable[[], Awaitable[bool]], pass_time: Callable[[], Awaitable[None]] | None = None) -> None:
    """Asks as an operator would, letting time go by meanwhile."""
    async with asyncio.timeout(30):
        while not await done():
            if pass_time is not None:
                await pass_time()
            await asyncio.sleep(0.02)


async def begin(system: System, agent: Person, phone: str, name: str) -> str:
    """A customer writes; the conversation."""
    await system.sim.write(system.sim.customer(name, phone=phone), {"type": "text", "text": "oi"})

    async def is_there() -> bool:
        return any(c["customer_name"] == name for c in await agent.conversations())

    await until(is_there)
    return next(str(c["id"]) for c in await agent.conversations() if c["customer_name"] == name)


async def answers(agent: Person, conversation_id: str) -> list[Json]:
    return [m for m in await agent.messages(conversation_id) if m["direction"] == "outgoing"]


async def test_whatever_meta_does_the_answers_arrive_or_say_why(database_url: str) -> None:
    clock = ManualClock(datetime.now(UTC))

    async with running_system(database_url, clock=clock, simulator={"pair_limit": False}) as system:
        agent = await system.person(Role.ADMIN)

        async def five_seconds() -> None:
            clock.advance(seconds=5)
            async with system.parts.database.transaction() as tx:
                tx.publish(OUTBOX)

        for number, (name, case) in enumerate(CASES.items()):
            conversation_id = await begin(system, agent, f"55119999900{number:02}", name)
            await five_seconds()
            system.sim.fail_next(**case.fault)
            for content in ("1", "2", "3"):
                posted = await agent.post(f"/conversations/{conversation_id}/messages", {"content": content})
                assert posted.status_code == 201, name
            expected = ["failed" if case.fails else "delivered", "delivered", "delivered"]

            async def settled(conversation_id: str = conversation_id, expected: list[str] = expected) -> bool:
                return [m["status"] for m in await answers(agent, conversation_id)] == expected

            await until(settled, None if case.settles else five_seconds)
            told = (await answers(agent, conversation_id))[0]["error"]
            if case.fails:
                explained = explain(case.fails)
                assert told == {"code": case.fails, "title": explained.title, "detail": explained.action}, name
            else:
                assert told is None, name
            customer = next(c for c in system.sim.world.customers.values() if c.name == name)
            arrived = [s.payload["text"]["body"] for s in system.sim.sends if s.customer_id == customer.id]
            refused_at_once = case.fails and case.fault["kind"] == "error"
            assert arrived == (["2", "3"] if refused_at_once else ["1", "2", "3"]), name
            assert system.sim.faults.graph == [], name


async def test_while_the_token_is_refused_all_wait_and_everybody_can_see_it(database_url: str) -> None:
    clock = ManualClock(datetime.now(UTC))
    async with running_system(database_url, clock=clock) as system:
        agent = await system.person(Role.ADMIN)
        conversation_id = await begin(system, agent, "5511999990000", "João")
        assert (await system.client.get("/health")).json()["status"] == "healthy"
        system.sim.faults.weather.token_expired = True
        for content in ("1", "2"):
            await agent.post(f"/conversations/{conversation_id}/messages", {"content": content})

        async def is_degraded() -> bool:
            health = (await system.client.get("/health")).json()
            return bool(health["status"] == "degraded" and health["services"]["whatsapp_api"] == "unhealthy")

        await until(is_degraded)
        assert [m["status"] for m in await answers(agent, conversation_id)] == ["queued", "queued"]
        metrics = (await system.client.get("/metrics")).text
        assert 'plantao_whatsapp_numbers_stopped{reason="token"} 1.0' in metrics
        assert 'plantao_whatsapp_numbers_stopped{reason="configuration"} 0.0' in metrics

        system.sim.faults.weather.token_expired = False
        clock.advance(seconds=31)
        async with system.parts.database.transaction() as tx:
            tx.publish(OUTBOX)

        async def is_healed() -> bool:
            statuses = [m["status"] for m in await answers(agent, conversation_id)]
            return statuses == ["delivered", "delivered"]

        await until(is_healed)
        assert (await system.client.get("/health")).json()["status"] == "healthy"
        assert await fetch(system.parts.database, "SELECT max(attempts) FROM messages") == [(1,)]
