"""Writes the demo's past through the product's own services, each line at its own time."""

from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from plantao.conversations import bot_turns, repository
from plantao.conversations.arrivals import Incoming
from plantao.conversations.assigning import Ending, close, enqueue, hand_to
from plantao.conversations.bot_turns import Understood
from plantao.conversations.incoming import receive
from plantao.conversations.intake import IntakeRules
from plantao.conversations.listing import Filters
from plantao.conversations.listing import count as count_conversations
from plantao.conversations.models import Channel, MessageStatus, MessageType, Resolution, SentBy
from plantao.conversations.outbox import StatusUpdate, apply_statuses
from plantao.conversations.repository import Conversation
from plantao.conversations.sending import BOT, Author, Draft, append
from plantao.conversations.tagging import add_tags
from plantao.customers.models import Contact, CustomerId
from plantao.customers.service import place_contacts
from plantao.demo.script import STAFF, STAFF_PASSWORD, STORIES, TAGS, Story
from plantao.identity.accounts import Accounts
from plantao.identity.models import Actor, Role, User
from plantao.kit.db import Database, Transaction
from plantao.kit.ids import uuid7
from plantao.tags import catalogue

PACE = timedelta(seconds=40)  # between two lines


async def seed(database: Database, accounts: Accounts, rules: IntakeRules, now: datetime) -> None:
    """Fills an empty system; leaves one with conversations alone."""
    async with database.transaction() as tx:
        if await count_conversations(tx, Filters()):
            return
    staff = {
        name.split()[0].lower(): await accounts.create_user(email, STAFF_PASSWORD, name=name, role=role)
        for email, name, role in STAFF
    }
    async with database.transaction() as tx:
        tags = {intent: (await catalogue.add(tx, *tag)).id for intent, tag in TAGS.items()}
    for story in STORIES:
        async with database.transaction() as tx:
            await _Telling(tx, rules, staff, tags, story, now - timedelta(hours=story.hours_ago)).tell()


class _Telling:
    def __init__(
        self,
        tx: Transaction,
        rules: IntakeRules,
        staff: dict[str, User],
        tags: dict[str, int],
        story: Story,
        begin: datetime,
    ) -> None:
        self._tx = tx
        self._rules = rules
        self._staff = staff
        self._tags = tags
        self._story = story
        self._at = begin
        self._numbers = count(1)

    async def tell(self) -> None:
        contact = Contact(self._story.bsuid, None, self._story.customer, phone=self._story.phone)
        placed = await place_contacts(self._tx, [contact], self._at)
        conversation_id: UUID | None = None
        for speaker, words in self._story.lines:
            if speaker == "c" or conversation_id is None:
                conversation_id = await self._customer_says(placed.customer_ids[0], words)
            else:
                await self._we_say(conversation_id, speaker, words)
            self._at += PACE
        if conversation_id is not None:
            handed_over = self._story.ending == "queue"
            understood = Understood(self._story.intent, 0.9, handed_over, unsure_count=0)
            await bot_turns.end_turn(self._tx, conversation_id, understood, self._at)
            await self._end(conversation_id)

    async def _customer_says(self, customer_id: CustomerId, words: str) -> UUID:
        message = Incoming(customer_id, self._external_id(), MessageType.TEXT, words, self._at)
        await receive(self._tx, [message], Channel.WHATSAPP, self._at, self._rules)
        found = await repository.latest_of(self._tx, customer_id, Channel.WHATSAPP)
        assert found is not None  # noqa: S101 - the message has just opened it
        return found.id

    async def _we_say(self, conversation_id: UUID, speaker: str, words: str) -> None:
        conversation = await self._locked(conversation_id)
        author = BOT
        if speaker != "b":
            agent = self._staff[speaker]
            author = Author(SentBy.AGENT, agent.id)
            if conversation.assigned_to != agent.id:
                conversation = await hand_to(self._tx, conversation, agent.id, agent.name, reason=None, now=self._at)
        view = await append(self._tx, conversation, Draft(words), author, self._at)
        id_ = UUID(view.id.removeprefix("msg-"))
        read = StatusUpdate(MessageStatus.READ, self._at, external_id=self._external_id(), id=id_)
        await apply_statuses(self._tx, [read])

    async def _end(self, conversation_id: UUID) -> None:
        conversation = await self._locked(conversation_id)
        if self._story.intent in self._tags:
            await add_tags(self._tx, conversation, [self._tags[self._story.intent]])
        match self._story.ending:
            case "queue":
                await enqueue(self._tx, conversation, reason="Bot: reclamacao", now=self._at)
            case "resolved":
                await close(self._tx, self._lead(), conversation_id, Ending(Resolution.RESOLVED), self._at)
            case "closed":
                await close(self._tx, self._lead(), conversation_id, Ending(Resolution.NO_RESPONSE), self._at)
            case "bot":
                pass

    async def _locked(self, conversation_id: UUID) -> Conversation:
        conversation = await repository.lock(self._tx, conversation_id)
        assert conversation is not None  # noqa: S101 - it was made a moment ago, in this transaction
        return conversation

    def _lead(self) -> Actor:
        ana = self._staff["ana"]
        return Actor(ana.id, ana.name, Role.SUPERVISOR, uuid7(), self._at)

    def _external_id(self) -> str:
        return f"wamid.demo.{self._story.phone}.{next(self._numbers)}"
