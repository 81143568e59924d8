"""One connection, from the moment its token was found good.

Everything that leaves goes through one bounded queue in one order, so that a client never sees a later message
before an earlier one. Each conversation has a cursor, the last `seq` that was sent: what is at or below it is
dropped, what is beyond the next one makes us read the missing from the database. That is exact, because numbers
are given under the conversation's lock: when a number is committed, all lower ones are.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import structlog
from starlette.types import Send

from plantao.conversations import repository
from plantao.conversations.access import access_conversation, may_see
from plantao.conversations.events import Broadcast, NewMessage
from plantao.conversations.repository import Conversation
from plantao.conversations.views import encode_frame, message_view
from plantao.identity.models import Actor
from plantao.kit import metrics
from plantao.kit.db import Database
from plantao.realtime.frames import Joined

log = structlog.get_logger(__name__)

QUEUE_LIMIT = 256  # frames that a slow client may lag behind
SEND_SECONDS = 20.0  # for one frame to leave
GOODBYE_SECONDS = 5.0
PAGE = 200  # messages read at once when catching up

TOKEN_REVOKED = 4401
TOO_SLOW = TRY_AGAIN_LATER = 1013

Job = Callable[[], Awaitable[None]]


class Socket:
    def __init__(self, send: Send, actor: Actor, database: Database) -> None:
        """`send`: the connection's ASGI channel, which waits while the client takes no more."""
        self.actor = actor
        self.joined: set[UUID] = set()
        self._asgi_send = send
        self._database = database
        self._cursors: dict[UUID, int] = {}
        self._queue: asyncio.Queue[str | Broadcast | Job] = asyncio.Queue(QUEUE_LIMIT)
        self._closing: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._sending_since: float | None = None

    def offer(self, item: str | Broadcast | Job) -> None:
        """Queues a frame, a broadcast or some work that sends frames. A client that lags too far is closed."""
        try:
            self._queue.put_nowait(item)
        except asyncio.QueueFull:
            self.close(TOO_SLOW)

    def is_stuck(self) -> bool:
        """Whether one frame has been waiting for the client for too long."""
        return self._sending_since is not None and time.monotonic() - self._sending_since > SEND_SECONDS

    def close(self, code: int) -> None:
        if not self._closing.done():
            self._closing.set_result(code)

    async def write_all(self) -> None:
        """Sends what is queued until the connection ends or `close` is called."""
        writer = asyncio.ensure_future(self._write())
        ends: set[asyncio.Future[Any]] = {writer, self._closing}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Also when the client is gone and we are cancelled: `wait` does not end what it waits for.
            writer.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError):
            await writer
        if self._closing.done():
            await self._say_goodbye(self._closing.result())

    async def _say_goodbye(self, code: int) -> None:
        metrics.WEBSOCKETS_CLOSED.labels(str(code)).inc()
        # A client that takes nothing takes no goodbye either; the server's pings end such a connection.
        with contextlib.suppress(OSError, RuntimeError, TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._asgi_send({"type": "websocket.close", "code": code})

    async def _write(self) -> None:
        while True:
            item = await self._queue.get()
            if isinstance(item, Broadcast):
                await self._deliver(item)
            elif isinstance(item, str):
                await self._send(item)
            else:
                await item()

    async def _send(self, frame: str) -> None:
        self._sending_since = time.monotonic()
        await self._asgi_send({"type": "websocket.send", "text": frame})
        self._sending_since = None

    async def _deliver(self, broadcast: Broadcast) -> None:
        if not self._may_hear(broadcast):
            return
        if broadcast.seq is None:
            await self._send(broadcast.frame)
            return
        id_, cursor = broadcast.conversation_id, self._cursors.get(broadcast.conversation_id)
        if cursor is not None and broadcast.seq <= cursor:
            return
        if cursor is not None and broadcast.seq > cursor + 1:
            await self._catch_up(id_, cursor)
            return
        self._cursors[id_] = broadcast.seq
        await self._send(broadcast.frame)

    def _may_hear(self, broadcast: Broadcast) -> bool:
        if self.actor.user_id == broadcast.former_owner:
            return True
        return may_see(self.actor, broadcast.assigned_to, waiting=broadcast.waiting)

    async def join(self, conversation_id: UUID, since_seq: int | None) -> Conversation:
        """Authorises, says `joined`, then sends what came after `since_seq`. Raises as `access_conversation`."""
        async with self._database.transaction() as tx:
            conversation = await access_conversation(tx, self.actor, conversation_id)
        await self._send(encode_frame(Joined(conversation_id, conversation.last_seq)))
        start = conversation.last_seq if since_seq is None else since_seq
        self._cursors[conversation_id] = start
        if start < conversation.last_seq:
            await self._catch_up(conversation_id, start)
        return conversation

    def forget(self, conversation_id: UUID) -> None:
        self.joined.discard(conversation_id)
        self._cursors.pop(conversation_id, None)

    async def resync(self) -> None:
        """Job: reads what may have been missed in every conversation that this socket follows."""
        for conversation_id, cursor in list(self._cursors.items()):
            await self._catch_up(conversation_id, cursor)

    async def _catch_up(self, conversation_id: UUID, cursor: int) -> None:
        while True:
            async with self._database.transaction() as tx:
                conversation = await repository.find(tx, conversation_id)
                if conversation is None or not may_see(
                    self.actor, conversation.assigned_to, waiting=conversation.status == "queue"
                ):
                    return
                rows = await repository.messages_after(tx, conversation_id, cursor, PAGE)
            for row in rows:
                await self._send(encode_frame(NewMessage(conversation_id, message_view(row))))
                cursor = self._cursors[conversation_id] = row.seq
            if len(rows) < PAGE:
                return
