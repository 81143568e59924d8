"""After any sequence of events at the desk, the queue has been fair, and nobody has too much or too little.

The model knows who is connected, present and how busy; the product is asked only what became of conversations.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Row, text
from tests.routing.desk import LEAD, Desk, actor

from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.kit.errors import AppError
from plantao.routing.agents import AgentStatus
from plantao.routing.presence import PRESENCE_LIFETIME

START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
AGENTS = (1, 2, 3)
NODES = st.sampled_from((0, 1))
WHO = st.sampled_from(AGENTS)
T = TypeVar("T")

EMPTY = text("TRUNCATE conversations, customers, agents, agent_presence CASCADE")
OPEN = text("""
    SELECT id, status, handled_by, assigned_to, priority, queued_at, snoozed_until FROM conversations
    WHERE status IN ('queue', 'in_progress')
""")
# What came out of the queue, in the order in which it was given.
HISTORY = text("SELECT id, conversation_id, agent_id, from_queue FROM conversation_assignments ORDER BY id")


def loads_of(rows: list[Row[Any]]) -> Counter[int]:
    """What is put aside takes no place."""
    return Counter(row.assigned_to for row in rows if row.assigned_to is not None and row.snoozed_until is None)


@dataclass
class Ground:
    runner: asyncio.Runner
    database: Database


class TheDesk(RuleBasedStateMachine):
    conversations: Bundle[UUID] = Bundle("conversations")

    def __init__(self, ground: Ground) -> None:
        super().__init__()
        self.ground = ground
        self.clock = ManualClock(START)
        self.desk = Desk(ground.database, self.clock)
        self.seen: dict[tuple[int, int], datetime] = {}  # open sockets by agent and node, and their last sign of life
        self.woken_at = START
        self.status = dict.fromkeys(AGENTS, AgentStatus.ONLINE)
        self.capacity = dict.fromkeys(AGENTS, 5)
        self.run(self._empty())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.ground.runner.run(work)

    async def _empty(self) -> None:
        async with self.ground.database.transaction() as tx:
            await tx.run(EMPTY)

    def open(self) -> list[Row[Any]]:
        return self.run(self._rows(OPEN))

    async def _rows(self, query: Any) -> list[Row[Any]]:
        async with self.ground.database.transaction() as tx:
            return await tx.rows(query)

    def settled(self, work: Coroutine[Any, Any, None], *, by_hand: UUID | None = None) -> None:
        """Does `work` (a refusal is an answer too), lets the worker step, and looks at what was assigned.

        `by_hand`: the conversation that `work` may give to anybody, whatever their load.
        """
        before = {row.id: row for row in self.open()}
        known = self._last_assignment()
        with suppress(AppError):
            self.run(work)
        self.run(self.desk.assign())
        self._check_automatic(before, known, by_hand)

    def _last_assignment(self) -> int:
        return max((row.id for row in self.run(self._rows(HISTORY))), default=0)

    def _check_automatic(self, before: dict[UUID, Row[Any]], known: int, by_hand: UUID | None) -> None:
        new = [row for row in self.run(self._rows(HISTORY)) if row.id > known and row.conversation_id != by_hand]
        after = self.open()
        loads = loads_of(after)
        for row in new:
            assert loads[row.agent_id] <= self.capacity[row.agent_id], "over capacity by automatic assignment"
            assert row.agent_id in self.available_or_present(), "assigned to who is not there"
        left = [(-row.priority, row.queued_at) for row in after if row.status == "queue"]
        served = [before[row.conversation_id] for row in new if row.conversation_id in before]
        waited = [(-row.priority, row.queued_at) for row in served if row.status == "queue"]
        assert not left or not waited or max(waited) <= min(left), "somebody was passed over"

    def available_or_present(self) -> set[int]:
        fresh = self.clock.now() - PRESENCE_LIFETIME
        there = {agent for (agent, _), seen in self.seen.items() if seen > fresh}
        return {agent for agent in there if self.status[agent] is AgentStatus.ONLINE}

    @initialize(agents=st.sets(WHO), capacities=st.tuples(*[st.integers(1, 2)] * len(AGENTS)))
    def some_are_there(self, agents: set[int], capacities: tuple[int, ...]) -> None:
        for agent, capacity in zip(AGENTS, capacities, strict=True):
            self.capacity_changes(agent, capacity)
        for agent in sorted(agents):
            self.connects(agent, 0)

    @rule(target=conversations, priorities=st.lists(st.sampled_from((0, 1, 1, 1, 2)), min_size=1, max_size=4))
    def customers_ask_for_a_person(self, priorities: list[int]) -> MultipleResults[UUID]:
        return multiple(*[self._asks(priority) for priority in priorities])

    def _asks(self, priority: int) -> UUID:
        self.clock.advance(milliseconds=1)
        known = self._last_assignment()
        before = {row.id: row for row in self.open()}
        conversation_id = self.run(self.desk.ask(priority))
        self.run(self.desk.assign())
        self._check_automatic(before, known, None)
        return conversation_id

    @rule(agent=WHO, node=NODES)
    def connects(self, agent: int, node: int) -> None:
        self.seen[agent, node] = self.clock.now()
        self.settled(self.desk.connect(agent, node))

    @rule(agent=WHO, node=NODES)
    def disconnects(self, agent: int, node: int) -> None:
        self.seen.pop((agent, node), None)
        self.settled(self.desk.disconnect(agent, node))

    @rule(agent=WHO, status=st.sampled_from(AgentStatus))
    def goes(self, agent: int, status: AgentStatus) -> None:
        self.status[agent] = status
        self.settled(self.desk.set(agent, status=status))

    @rule(agent=WHO, capacity=st.integers(1, 3))
    def capacity_changes(self, agent: int, capacity: int) -> None:
        self.capacity[agent] = capacity
        self.settled(self.desk.set(agent, capacity=capacity))

    @rule(conversation=conversations, agent=WHO)
    def takes(self, conversation: UUID, agent: int) -> None:
        self.settled(self.desk.take(conversation, agent), by_hand=conversation)

    @rule(conversation=conversations)
    def all_take_at_once(self, conversation: UUID) -> None:
        was = self.run(self.desk.find(conversation))

        async def race() -> None:
            attempts = (self.desk.take(conversation, agent) for agent in AGENTS)
            outcomes = await asyncio.gather(*attempts, return_exceptions=True)
            assert all(outcome is None or isinstance(outcome, AppError) for outcome in outcomes), outcomes
            assert sum(outcome is None for outcome in outcomes) <= 1, "two owners"

        self.settled(race(), by_hand=conversation if was.status == "queue" else None)

    @rule(conversation=conversations, agent=WHO)
    def lead_assigns(self, conversation: UUID, agent: int) -> None:
        self.settled(self.desk.give(conversation, agent), by_hand=conversation)

    @rule(conversation=conversations, by=st.sampled_from((*AGENTS, None)), to=WHO)
    def is_transferred(self, conversation: UUID, by: int | None, to: int) -> None:
        who = LEAD if by is None else actor(by)
        self.settled(self.desk.transfer(conversation, who, to), by_hand=conversation)

    @rule(conversation=conversations)
    def closes(self, conversation: UUID) -> None:
        self.settled(self.desk.close(conversation))

    @rule(conversation=conversations, agent=WHO)
    def answers(self, conversation: UUID, agent: int) -> None:
        self.settled(self.desk.answer(conversation, agent))

    @rule(conversation=conversations, agent=WHO, seconds=st.sampled_from((20, 100, 1000)))
    def is_put_aside(self, conversation: UUID, agent: int, seconds: int) -> None:
        self.settled(self.desk.snooze(conversation, agent, seconds=seconds))

    @rule(conversation=conversations, agent=WHO)
    def is_woken(self, conversation: UUID, agent: int) -> None:
        self.settled(self.desk.wake(conversation, agent))

    @rule(conversation=conversations)
    def customer_writes_again(self, conversation: UUID) -> None:
        if (self.run(self.desk.find(conversation))).is_open:
            self.settled(self.desk.write(conversation))

    @rule(seconds=st.sampled_from((1, 30, 60, 130)), living=st.sets(NODES))
    def time_passes(self, seconds: int, living: set[int]) -> None:
        """The nodes that live give signs of life all the while; agents who are gone for two minutes are missed."""
        self.clock.advance(seconds=seconds)
        for node in sorted(living):
            self.run(self.desk.heartbeat(node))
            self.seen |= {(agent, n): self.clock.now() for agent, n in self.seen if n == node}
        self.settled(self.desk.wake_due())
        self.woken_at = self.clock.now()
        owners = {row.id: row.assigned_to for row in self.open() if row.assigned_to is not None}
        self.settled(self.desk.look_for_absent())
        here = {agent for (agent, _), seen in self.seen.items() if seen > self.clock.now() - timedelta(minutes=2)}
        now = {row.id: row.assigned_to for row in self.open()}
        assert all(now[id_] == owner for id_, owner in owners.items() if owner in here), "taken from who is here"

    @invariant()
    def nothing_waits_while_somebody_is_free(self) -> None:
        rows = self.open()
        waiting = [row for row in rows if row.status == "queue"]
        loads = loads_of(rows)
        free = [agent for agent in self.available_or_present() if loads[agent] < self.capacity[agent]]
        assert not (waiting and free)

    @invariant()
    def everything_is_somebodys_or_waits(self) -> None:
        for row in self.open():
            assert (row.status == "in_progress") == (row.assigned_to is not None) == (row.handled_by == "agent")
            assert (row.status == "queue") == (row.queued_at is not None)
            assert row.snoozed_until is None or row.snoozed_until > self.woken_at


@pytest.fixture
def ground(worker_database_url: str) -> Iterator[Ground]:
    with asyncio.Runner() as runner:
        database = Database(worker_database_url, pool_size=5)
        yield Ground(runner, database)
        runner.run(database.dispose())


def test_the_desk_is_fair_whatever_happens(ground: Ground) -> None:
    class Here(TheDesk):
        def __init__(self) -> None:
            super().__init__(ground)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
