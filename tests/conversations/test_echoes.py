"""An echo of what we are sending at this very moment, before Meta has told us its id."""

from datetime import timedelta

import pytest
from tests.conversations.world import NUMBER, RULES, fetch, hear, id_of, opened, say

from plantao.conversations import bot_turns, outbox, repository
from plantao.conversations.arrivals import Incoming
from plantao.conversations.assigning import hand_to
from plantao.conversations.incoming import receive
from plantao.conversations.models import Channel, MessageStatus, MessageType, SentBy
from plantao.conversations.outbox import StatusUpdate
from plantao.customers.models import CustomerId
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database


async def echo(database: Database, clock: ManualClock, *contents: str) -> None:
    [(customer_id,)] = await fetch(database, "SELECT id FROM customers")
    customer, text, agent = CustomerId(customer_id), MessageType.TEXT, SentBy.AGENT
    messages = [
        Incoming(customer, f"w{number}", text, content, clock.now(), sent_by=agent, echo=True)
        for number, content in enumerate(contents)
    ]
    async with database.transaction() as tx:
        await receive(tx, messages, Channel.WHATSAPP, clock.now(), RULES)


async def send(database: Database, clock: ManualClock, content: str) -> StatusUpdate:
    """A message on its way to Meta; answers what its sender will write down."""
    message = await say(database, await opened(database, clock.now()), content, clock.now())
    async with database.transaction() as tx:
        assert len(await outbox.claim(tx, [NUMBER], clock.now(), timedelta(seconds=50), 1)) == 1
    return StatusUpdate(MessageStatus.SENT, clock.now(), external_id="w0", id=id_of(message))


STORED = "SELECT content, sent_by, external_id, status, due_at FROM messages ORDER BY seq"


async def test_it_is_our_message_and_says_that_it_was_sent(database: Database, clock: ManualClock) -> None:
    answer = await send(database, clock, "Olá")
    await echo(database, clock, "Olá")
    assert await fetch(database, STORED) == [("Olá", "bot", "w0", "sent", None)]
    async with database.transaction() as tx:
        assert await outbox.apply_statuses(tx, [answer]) == []
    assert await fetch(database, STORED) == [("Olá", "bot", "w0", "sent", None)]
    assert await fetch(database, "SELECT handled_by FROM conversations") == [("bot",)]


async def test_the_same_words_of_somebody_else_are_a_message_of_their_own(
    database: Database, clock: ManualClock
) -> None:
    await send(database, clock, "Olá")
    await echo(database, clock, "Olá", "Olá")
    assert [row[:3] for row in await fetch(database, STORED)] == [("Olá", "bot", "w0"), ("Olá", "agent", "w1")]


@pytest.mark.parametrize("content", ["[template boas_vindas]"])
async def test_an_echo_that_looks_otherwise_does_not_make_us_send_again(
    database: Database, clock: ManualClock, content: str
) -> None:
    """Of a template Meta may echo the text, which is not ours to know: then it stands here twice, but is sent once."""
    answer = await send(database, clock, content)
    await echo(database, clock, "Boas-vindas, Rita!")
    async with database.transaction() as tx:
        await outbox.apply_statuses(tx, [answer])
    assert [row[2:] for row in await fetch(database, STORED)] == [(None, "sent", None), ("w0", "sent", None)]


async def test_a_turn_of_the_bot_that_is_being_computed_is_dropped(database: Database, clock: ManualClock) -> None:
    await hear(database, clock.now(), "w9", "estou sem sinal")
    clock.advance(minutes=1)
    async with database.transaction() as tx:
        [claim] = await bot_turns.claim(tx, clock.now(), timedelta(seconds=30), 1)
    await echo(database, clock, "Já vamos aí")
    async with database.transaction() as tx:
        assert await bot_turns.lock_if_current(tx, claim) is None
    clock.advance(hours=1)
    async with database.transaction() as tx:
        assert await bot_turns.claim(tx, clock.now(), timedelta(seconds=30), 1) == []


async def test_an_answer_from_elsewhere_is_an_answer_to_who_waits_with_an_agent(
    database: Database, clock: ManualClock
) -> None:
    conversation_id = await opened(database, clock.now())
    async with database.transaction() as tx:
        conversation = await repository.lock(tx, conversation_id)
        assert conversation is not None
        await hand_to(tx, conversation, 7, "Bia", reason=None, now=clock.now())
    await echo(database, clock, "Já vamos aí")
    served = "SELECT status, handled_by, assigned_to, awaiting_since FROM conversations"
    assert await fetch(database, served) == [("in_progress", "agent", 7, None)]
