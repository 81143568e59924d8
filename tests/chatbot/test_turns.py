"""The bot says a thing once, and only while the conversation is its own."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from tests.conversations.world import fetch, hear

from plantao.chatbot.engine import Context, Engine, Intent, Line, Reply
from plantao.chatbot.intents_file import parse, shipped
from plantao.chatbot.knowledge import Knowledge, Mind
from plantao.chatbot.offline import OfflineEngine
from plantao.chatbot.turns import LEASE, BotTurns
from plantao.chatbot.understanding import learn
from plantao.conversations import repository
from plantao.conversations.assigning import hand_to
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.kit.wakeup import Bell

ZONE = ZoneInfo("America/Sao_Paulo")


def offline() -> OfflineEngine:
    return OfflineEngine(Mind(Knowledge(learn(parse(shipped(), "intents.yaml")))))


class SlowEngine:
    """Thinks until it is allowed to answer."""

    name = "slow"

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.thinking, self.may_answer = asyncio.Event(), asyncio.Event()

    async def reply(self, lines: Sequence[Line], context: Context) -> Reply:
        self.asked.append([line.text for line in lines])
        self.thinking.set()
        await self.may_answer.wait()
        return Reply(f"Olá, {context.customer_name}", Intent.GREETING, 0.9)

    async def aclose(self) -> None:
        return


class BrokenEngine:
    name = "broken"

    async def reply(self, lines: Sequence[Line], context: Context) -> Reply:
        raise RuntimeError(len(lines), context)

    async def aclose(self) -> None:
        return


async def turn(database: Database, engine: Engine, clock: ManualClock) -> BotTurns:
    """Past the debounce: the turn is claimed and started."""
    clock.advance(seconds=2)
    turns = BotTurns(database, engine, clock, Bell(), ZONE)
    assert await turns.step() == 0
    return turns


async def said(database: Database) -> list[str]:
    return [row[0] for row in await fetch(database, "SELECT content FROM messages WHERE sent_by = 'bot' ORDER BY seq")]


async def conversation(database: Database, columns: str) -> Any:
    [found] = await fetch(database, f"SELECT {columns} FROM conversations")
    return found


async def test_a_burst_is_answered_once_after_it_ends(database: Database, clock: ManualClock) -> None:
    turns = BotTurns(database, offline(), clock, Bell(), ZONE)
    for number in range(3):
        await hear(database, clock.now(), f"w{number}", "oi")
        assert await turns.step() == pytest.approx(1.5)
        clock.advance(seconds=1)
    clock.advance(seconds=0.5)
    assert await turns.step() == 0
    await turns.drain()
    assert len(await said(database)) == 1
    assert await conversation(database, "bot_due_at") == (None,)


async def test_a_turn_is_one_processes_alone(database: Database, clock: ManualClock) -> None:
    await hear(database, clock.now(), "w", "oi")
    clock.advance(seconds=2)
    processes = [BotTurns(database, offline(), clock, Bell(), ZONE) for _ in range(5)]
    await asyncio.gather(*(turns.step() for turns in processes))
    for turns in processes:
        await turns.drain()
    assert len(await said(database)) == 1


async def test_what_comes_while_it_thinks_makes_it_think_again(database: Database, clock: ManualClock) -> None:
    engine = SlowEngine()
    await hear(database, clock.now(), "w1", "oi")
    turns = await turn(database, engine, clock)
    await engine.thinking.wait()
    await hear(database, clock.now(), "w2", "esqueci de dizer")
    engine.may_answer.set()
    await turns.drain()
    assert await said(database) == []
    turns = await turn(database, engine, clock)
    await turns.drain()
    assert await said(database) == ["Olá, Ana Souza"]
    assert engine.asked == [["oi"], ["oi", "esqueci de dizer"]]


async def test_it_is_silent_when_a_person_takes_over_while_it_thinks(database: Database, clock: ManualClock) -> None:
    engine = SlowEngine()
    await hear(database, clock.now(), "w1", "oi")
    turns = await turn(database, engine, clock)
    await engine.thinking.wait()
    [(id_,)] = await fetch(database, "SELECT id FROM conversations")
    async with database.transaction() as tx:
        found = await repository.lock(tx, UUID(str(id_)))
        assert found is not None
        await hand_to(tx, found, 7, "Maria", reason=None, now=clock.now())
    engine.may_answer.set()
    await turns.drain()
    assert await said(database) == []
    assert await conversation(database, "handled_by, assigned_to") == ("agent", 7)


async def test_an_engine_that_fails_hands_over(database: Database, clock: ManualClock) -> None:
    await hear(database, clock.now(), "w1", "oi")
    turns = await turn(database, BrokenEngine(), clock)
    await turns.drain()
    [text] = await said(database)
    assert "fila de atendimento" in text
    assert await conversation(database, "status, handled_by") == ("queue", "none")


async def test_the_second_strange_text_in_a_row_brings_a_person(database: Database, clock: ManualClock) -> None:
    for number, status in enumerate(("in_progress", "queue")):
        await hear(database, clock.now(), f"w{number}", "asdfgh")
        turns = await turn(database, offline(), clock)
        await turns.drain()
        assert await conversation(database, "status, bot_unsure_count") == (status, number + 1)


async def test_understanding_in_between_forgives(database: Database, clock: ManualClock) -> None:
    for number, text in enumerate(("asdfgh", "oi", "asdfgh")):
        await hear(database, clock.now(), f"w{number}", text)
        turns = await turn(database, offline(), clock)
        await turns.drain()
    assert await conversation(database, "status, bot_unsure_count") == ("in_progress", 1)


async def test_a_turn_whose_process_died_comes_again_after_its_lease(database: Database, clock: ManualClock) -> None:
    engine = SlowEngine()
    await hear(database, clock.now(), "w1", "oi")
    dead = await turn(database, engine, clock)
    await engine.thinking.wait()
    heir = BotTurns(database, offline(), clock, Bell(), ZONE)
    assert await heir.step() > 0
    clock.advance(seconds=LEASE.total_seconds())
    assert await heir.step() == 0
    await heir.drain()
    assert len(await said(database)) == 1
    engine.may_answer.set()  # it was not dead after all, only slow: its answer is dropped
    await dead.drain()
    assert len(await said(database)) == 1
