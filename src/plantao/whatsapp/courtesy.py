"""When customers are shown that they are read and that somebody types: `conversations.courtesy` for WhatsApp.

Read: when the owner opens the conversation, types, or (the sender sees to it) has answered. Typing: while the owner
types, as long as the 24-hour window is open, since nothing could follow otherwise; while the bot makes an answer (the
materialiser sees to it). What is shown lasts 25 seconds at Meta, so that once in 20 seconds keeps it there.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from uuid import UUID

from plantao.conversations import outbox
from plantao.conversations.models import Channel
from plantao.conversations.policy import window_is_open
from plantao.conversations.repository import Conversation
from plantao.kit.clock import Clock
from plantao.kit.db import Database
from plantao.kit.in_flight import InFlight
from plantao.whatsapp.numbers import Numbers
from plantao.whatsapp.receipts import Receipts

TYPING_EVERY = timedelta(seconds=20)
AT_ONCE = 10  # looks into the database for it; what is beyond is left out
REMEMBERED = 10_000  # conversations


class WhatsAppCourtesy:
    """Remembers in this process when each conversation was last shown typing: another process may show it again."""

    def __init__(self, database: Database, numbers: Numbers, receipts: Receipts, clock: Clock) -> None:
        self._database = database
        self._numbers = numbers
        self._receipts = receipts
        self._clock = clock
        self._in_flight = InFlight("courtesy", AT_ONCE)
        self._typed_at: OrderedDict[UUID, datetime] = OrderedDict()

    def seen(self, conversation: Conversation) -> None:
        self._start(conversation, typing=False)

    def types(self, conversation: Conversation) -> None:
        now = self._clock.now()
        before = self._typed_at.get(conversation.id)
        if before is not None and now - before < TYPING_EVERY:
            return
        if window_is_open(conversation.window_expires_at, now):
            self._remember(conversation.id, now)
            self._start(conversation, typing=True)

    async def drain(self) -> None:
        await self._in_flight.drain()

    def _remember(self, conversation_id: UUID, now: datetime) -> None:
        self._typed_at[conversation_id] = now
        self._typed_at.move_to_end(conversation_id)
        if len(self._typed_at) > REMEMBERED:
            self._typed_at.popitem(last=False)

    def _start(self, conversation: Conversation, *, typing: bool) -> None:
        if conversation.channel is Channel.WHATSAPP and self._in_flight.free > 0:
            self._in_flight.start(self._show(conversation, typing=typing))

    async def _show(self, conversation: Conversation, *, typing: bool) -> None:
        async with self._database.reading() as tx:
            newest = await outbox.latest_incoming(tx, conversation.id)
        if newest is not None:
            number = self._numbers.of(conversation.phone_number_id) or self._numbers.first
            self._receipts.show([newest], typing=typing, graph=number.graph)
