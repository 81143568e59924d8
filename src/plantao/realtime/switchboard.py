"""All sockets of this process: who hears what is published, who is still allowed to listen, who is present."""

import asyncio
from collections import defaultdict
from itertools import count
from uuid import UUID

import structlog

from plantao.conversations import reads
from plantao.conversations.events import TOPIC, Broadcast, read_broadcast
from plantao.identity.gate import Gate
from plantao.identity.policy import Permission, may
from plantao.kit import metrics
from plantao.kit.clock import Clock
from plantao.kit.db import is_transient
from plantao.kit.hub import RESYNC, Hub
from plantao.realtime.socket import TOKEN_REVOKED, TOO_SLOW, Socket
from plantao.realtime.viewers import Viewers
from plantao.routing.presence import Presence

log = structlog.get_logger(__name__)

CHECK_SECONDS = 0.5
HEARTBEAT_EVERY = 30  # checks


class Switchboard:
    def __init__(self, hub: Hub, gate: Gate, presence: Presence, viewers: Viewers, clock: Clock) -> None:
        self._gate = gate
        self._presence = presence
        self._viewers = viewers
        self._clock = clock
        self._sockets: set[Socket] = set()
        self._by_user: defaultdict[int, set[Socket]] = defaultdict(set)
        self._by_conversation: defaultdict[UUID, set[Socket]] = defaultdict(set)
        self._unsubscribe = hub.subscribe(self._hear)
        self._watch: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._watch = asyncio.create_task(self._watch_sockets(), name="switchboard-watch")

    async def stop(self) -> None:
        self._unsubscribe()
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        try:
            await self._presence.leave()
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("presence_left_to_expire", error=type(error).__name__)

    async def add(self, socket: Socket) -> None:
        self._sockets.add(socket)
        self._by_user[socket.actor.user_id].add(socket)
        metrics.WEBSOCKETS.set(len(self._sockets))
        await self._presence.appear(socket.actor)

    async def remove(self, socket: Socket) -> None:
        self._sockets.discard(socket)
        for conversation_id in list(socket.joined):
            self.leave(socket, conversation_id)
        user_id = socket.actor.user_id
        self._by_user[user_id].discard(socket)
        metrics.WEBSOCKETS.set(len(self._sockets))
        if not self._by_user[user_id]:
            del self._by_user[user_id]
            await self._presence.disappear(socket.actor)

    def who_may(self, permission: Permission) -> list[Socket]:
        return [socket for socket in self._sockets if may(socket.actor, permission)]

    def join(self, socket: Socket, conversation_id: UUID) -> None:
        socket.joined.add(conversation_id)
        self._by_conversation[conversation_id].add(socket)

    def look(self, socket: Socket, conversation_id: UUID) -> None:
        """Of a socket that was let in. It may have left meanwhile."""
        if conversation_id in socket.joined:
            self._viewers.come(socket, conversation_id)

    def leave(self, socket: Socket, conversation_id: UUID) -> None:
        socket.forget(conversation_id)
        self._viewers.go(socket, conversation_id)
        listeners = self._by_conversation.get(conversation_id)
        if listeners is not None:
            listeners.discard(socket)
            if not listeners:
                del self._by_conversation[conversation_id]

    def _hear(self, topic: str, message: bytes) -> None:
        if topic == TOPIC:
            broadcast = read_broadcast(message)
            self._viewers.heed(broadcast)
            for socket in self._audience(broadcast):
                socket.offer(broadcast)
        elif topic == reads.TOPIC:
            mark = reads.read_mark(message)
            for socket in self._owned_by(mark.user_id):
                socket.offer(mark.frame)
        elif topic == RESYNC:
            for socket in self._sockets:
                socket.offer(socket.resync)

    def _audience(self, broadcast: Broadcast) -> set[Socket]:
        """Who joined, who has the conversation, and who had it. Each socket checks once more before it sends."""
        return set().union(
            self._by_conversation.get(broadcast.conversation_id, ()),
            self._owned_by(broadcast.assigned_to),
            self._owned_by(broadcast.former_owner),
        )

    def _owned_by(self, user_id: int | None) -> set[Socket]:
        return self._by_user.get(user_id, set()) if user_id is not None else set()

    async def _watch_sockets(self) -> None:
        for beat in count(1):
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self._close_unfit()
                if beat % HEARTBEAT_EVERY == 0:
                    await self._presence.heartbeat({socket.actor for socket in self._sockets})
            except Exception as error:
                if not is_transient(error):
                    log.exception("socket_watch_failed")

    async def _close_unfit(self) -> None:
        if not self._sockets:
            return
        now = self._clock.now()
        asked = tuple(self._sockets)  # who comes while the database is asked is not in its answer
        valid = await self._gate.still_valid(list({socket.actor.session_id for socket in asked}))
        for socket in asked:
            if socket.actor.session_id not in valid or socket.actor.expires_at <= now:
                socket.close(TOKEN_REVOKED)
            elif socket.is_stuck():
                socket.close(TOO_SLOW)
