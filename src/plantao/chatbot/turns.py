"""The bot's turn: claim, compute, and say it only if nothing has changed since.

Computing holds no transaction and no lock. What was computed is applied by one transaction that first proves
that the conversation is still the bot's and that nobody has written meanwhile; otherwise it is dropped, and the
newer message has its own turn.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Row

from plantao.chatbot.answers import HAND_OVER, QUEUED, fill
from plantao.chatbot.engine import Context, Engine, Intent, Line, Reply
from plantao.chatbot.manner import Manner, off_message
from plantao.chatbot.menu import draft_of
from plantao.chatbot.policy import is_unsure, needs_person
from plantao.conversations import bot_turns, business_hours, repository
from plantao.conversations.assigning import enqueue
from plantao.conversations.bot_turns import Claim, Understood
from plantao.conversations.models import Direction, MessageType
from plantao.conversations.policy import window_is_open
from plantao.conversations.repository import Conversation
from plantao.conversations.sending import BOT, Draft, append
from plantao.kit import metrics
from plantao.kit.clock import Clock
from plantao.kit.db import Database, Transaction
from plantao.kit.in_flight import InFlight
from plantao.kit.wakeup import Bell
from plantao.routing.assignment import assign_waiting

log = structlog.get_logger(__name__)

CONCURRENCY = 16
LEASE = timedelta(seconds=30)  # a turn that takes longer is given up and claimed again
HISTORY = 30  # messages
IDLE_SECONDS = 60.0
READABLE = frozenset({MessageType.TEXT, MessageType.BUTTON, MessageType.INTERACTIVE, MessageType.LOCATION})


@dataclass(slots=True)
class BotTurns:
    """`step` is the worker's; `drain` waits for the turns in flight. `manner`: how the bot is to be just now."""

    database: Database
    engine: Engine
    clock: Clock
    bell: Bell
    zone: ZoneInfo
    manner: Callable[[], Manner] = Manner
    _in_flight: InFlight = field(init=False)

    def __post_init__(self) -> None:
        self._in_flight = InFlight("bot_turn", CONCURRENCY, on_end=self.bell.ring)

    async def step(self) -> float:
        """Starts the turns that are due; answers the seconds until the next one."""
        free = self._in_flight.free
        if free == 0:
            return IDLE_SECONDS  # each turn that ends rings the bell
        async with self.database.transaction() as tx:
            claims = await bot_turns.claim(tx, self.clock.now(), LEASE, free)
            due = await bot_turns.next_due(tx) if not claims else None
        for claim in claims:
            self._in_flight.start(self._turn(claim))
        if claims:
            return 0
        return IDLE_SECONDS if due is None else max(0.001, (due - self.clock.now()).total_seconds())

    async def drain(self) -> None:
        await self._in_flight.drain()

    async def _turn(self, claim: Claim) -> None:
        manner = self.manner()
        if not manner.enabled:
            await self._turn_while_off(claim, manner)
            return
        async with self.database.transaction() as tx:
            conversation = await repository.find(tx, claim.conversation_id)
            rows = await bot_turns.history(tx, claim.conversation_id, HISTORY)
        if conversation is None:
            return
        reply = await self._compute(conversation, rows, manner)
        async with self.database.transaction() as tx:
            outcome = await self._apply(tx, claim, reply, manner)
        metrics.CHATBOT_RESPONSES.labels(reply.engine, outcome).inc()

    async def _turn_while_off(self, claim: Claim, manner: Manner) -> None:
        """Straight to the people, and the customer is told so, once."""
        async with self.database.transaction() as tx:
            conversation = await bot_turns.lock_if_current(tx, claim)
            if conversation is not None:
                await self._queue_while_off(tx, conversation, manner)
        metrics.CHATBOT_RESPONSES.labels("off", "superseded" if conversation is None else "transferred").inc()

    async def _queue_while_off(self, tx: Transaction, conversation: Conversation, manner: Manner) -> None:
        now = self.clock.now()
        await bot_turns.end_unanswered(tx, conversation.id)
        if window_is_open(conversation.window_expires_at, now):
            said = off_message(manner, Context(conversation.protocol, conversation.customer_name))
            await append(tx, conversation, Draft(said + await self._closed(tx, now)), BOT, now)
        await enqueue(tx, conversation, reason="Robô desligado", now=now)
        await assign_waiting(tx, now)

    async def _compute(self, conversation: Conversation, rows: Sequence[Row[Any]], manner: Manner) -> Reply:
        context = Context(
            conversation.protocol,
            conversation.customer_name,
            unsure_count=conversation.bot_unsure_count,
            provider=manner.facts(),
        )
        try:
            return await self.engine.reply([read_line(row) for row in rows], context)
        except Exception:
            log.exception("engine_failed", engine=self.engine.name)
            text = fill(HAND_OVER[0], name=context.customer_name)
            return Reply(text, Intent.OUT_OF_SCOPE, 0.0, should_transfer=True, engine=self.engine.name)

    async def _apply(self, tx: Transaction, claim: Claim, reply: Reply, manner: Manner) -> str:
        conversation = await bot_turns.lock_if_current(tx, claim)
        if conversation is None:
            return "superseded"
        now = self.clock.now()
        unsure_count = conversation.bot_unsure_count + 1 if is_unsure(reply, manner.confidence_threshold) else 0
        transfer = needs_person(reply, unsure_count)
        understood = Understood(reply.intent, reply.confidence, transfer, unsure_count)
        await bot_turns.end_turn(tx, conversation.id, understood, now)
        if window_is_open(conversation.window_expires_at, now):
            queued = await self._queued(tx, conversation, now) if transfer else ""
            await append(tx, conversation, draft_of(reply, reply.response + queued, transfer=transfer), BOT, now)
        if not transfer:
            return "answered"
        await enqueue(tx, conversation, reason=f"Bot: {reply.intent}", now=now)
        await assign_waiting(tx, now)
        return "transferred"

    async def _queued(self, tx: Transaction, conversation: Conversation, now: datetime) -> str:
        return f" {QUEUED.format(protocol=conversation.protocol)}{await self._closed(tx, now)}"

    async def _closed(self, tx: Transaction, now: datetime) -> str:
        """What is said besides while nobody is at the desk."""
        closed = business_hours.closed_message(await business_hours.read(tx), now, self.zone)
        return "" if closed is None else f"\n\n{closed}"


def read_line(row: Row[Any]) -> Line:
    """A message as an engine reads it."""
    readable = row.type in READABLE
    return Line(row.direction == Direction.INCOMING, row.content if readable else (row.caption or ""))
