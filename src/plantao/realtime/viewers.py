"""`conversation_viewers`: who else has a conversation on the screen, to those who have it there.

Whoever steps through the list joins and leaves within a moment. So nothing is told at once: about every second what
has changed since is told, and of a set that is what it was nothing is.
"""

import asyncio
import contextlib
import secrets
from collections import defaultdict
from itertools import islice
from uuid import UUID

import structlog

from plantao.conversations.access import may_see
from plantao.conversations.events import Broadcast
from plantao.conversations.repository import Standing, standings
from plantao.conversations.views import encode_frame
from plantao.kit.clock import Clock
from plantao.kit.db import Database, is_transient
from plantao.kit.hub import RESYNC, Hub
from plantao.realtime.elsewhere import RENEWED_EVERY, TOPIC, Elsewhere, Word, encode_word, read_word
from plantao.realtime.frames import ConversationViewers, Viewer
from plantao.realtime.socket import Socket

log = structlog.get_logger(__name__)

INTERVAL = 1.0  # seconds
AT_ONCE = 500  # conversations looked after in one go; what is beyond waits for the next
MOST_NAMED = 30


class Viewers:
    """Who looks on in this process, what the others say, and what the sockets here have been told of both."""

    def __init__(self, hub: Hub, database: Database, clock: Clock) -> None:
        self._hub = hub
        self._database = database
        self._clock = clock
        self._node = secrets.token_hex(8)
        self._here: defaultdict[UUID, dict[Socket, str]] = defaultdict(dict)  # with the frame that each was sent last
        self._standings: dict[UUID, Standing] = {}
        self._elsewhere = Elsewhere()
        self._said: dict[UUID, list[Viewer]] = {}  # to the other processes
        self._renewed_at = clock.now()
        self._repeat: set[UUID] = set()
        self._changed: set[UUID] = set()
        self._news = asyncio.Event()
        self._unsubscribe = hub.subscribe(self._hear)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="viewers")

    async def stop(self) -> None:
        self._unsubscribe()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._say({id_: [] for id_, viewers in self._said.items() if viewers}, [])

    def come(self, socket: Socket, conversation_id: UUID) -> None:
        """Of a socket that has been found to be allowed to look."""
        self._here[conversation_id].setdefault(socket, "")
        self._note(conversation_id)

    def go(self, socket: Socket, conversation_id: UUID) -> None:
        if conversation_id not in self._here:
            return
        self._here[conversation_id].pop(socket, None)
        if not self._here[conversation_id]:
            del self._here[conversation_id]
        self._note(conversation_id)

    def heed(self, broadcast: Broadcast) -> None:
        """Who may see a conversation may be others now, and who may not does not count."""
        known = self._standings.get(broadcast.conversation_id)
        if known is not None and known != (broadcast.assigned_to, broadcast.waiting):
            self._note(broadcast.conversation_id)

    def _note(self, conversation_id: UUID) -> None:
        self._changed.add(conversation_id)
        self._news.set()

    def _hear(self, topic: str, message: bytes) -> None:
        if topic == TOPIC:
            self._listen(read_word(message))
        elif topic == RESYNC:
            self._elsewhere.doubt_all(self._clock.now())
            self._said.clear()  # said, and asked, anew
            for id_ in self._here:
                self._note(id_)

    def _listen(self, word: Word) -> None:
        if word.node == self._node:
            return
        now = self._clock.now()
        for id_ in self._here.keys() & word.looking.keys():
            self._elsewhere.keep(id_, word.node, word.looking[id_], now)
            self._note(id_)
        for id_ in self._here.keys() & set(word.asks):
            self._repeat.add(id_)
            self._note(id_)

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL):
                    await self._news.wait()
            try:
                await self._look_round()
            except Exception as error:
                if not is_transient(error):
                    log.exception("viewers_failed")
            await asyncio.sleep(INTERVAL)

    async def _look_round(self) -> None:
        self._changed |= self._elsewhere.forget_silent(self._clock.now())
        self._renew()
        batch = set(islice(self._changed, AT_ONCE))
        self._changed -= batch  # first: what changes while the database is asked is for the next time
        try:
            found = await self._read([id_ for id_ in batch if id_ in self._here])
        except BaseException:
            self._changed |= batch
            raise
        if not self._changed:
            self._news.clear()
        self._settle(batch, found)

    def _renew(self) -> None:
        now = self._clock.now()
        if now - self._renewed_at >= RENEWED_EVERY:
            self._renewed_at = now
            self._repeat |= self._said.keys()
            self._changed |= self._said.keys()

    async def _read(self, ids: list[UUID]) -> dict[UUID, Standing]:
        if not ids:
            return {}
        async with self._database.reading() as tx:
            return await standings(tx, ids)

    def _settle(self, batch: set[UUID], found: dict[UUID, Standing]) -> None:
        looking: dict[UUID, list[Viewer]] = {}
        asks = [id_ for id_ in batch if id_ in self._here and id_ not in self._said]
        for id_ in batch:
            own = self._own(id_, found.get(id_))
            if own != self._said.get(id_, []) or id_ in self._repeat:
                looking[id_] = own
            self._remember(id_, own)
            if id_ in found:
                self._standings[id_] = found[id_]
                self._tell(id_, found[id_], own)
        self._repeat -= batch
        self._say(looking, asks)

    def _own(self, conversation_id: UUID, standing: Standing | None) -> list[Viewer]:
        """Each user once, however many tabs, by id."""
        if standing is None:
            return []
        actors = (socket.actor for socket in self._here.get(conversation_id, ()))
        names = {
            actor.user_id: actor.name
            for actor in actors
            if may_see(actor, standing.assigned_to, waiting=standing.waiting)
        }
        return [Viewer(user_id, name) for user_id, name in sorted(names.items())]

    def _remember(self, conversation_id: UUID, own: list[Viewer]) -> None:
        if conversation_id in self._here:
            self._said[conversation_id] = own
            return
        self._said.pop(conversation_id, None)
        self._standings.pop(conversation_id, None)
        self._elsewhere.forget(conversation_id)

    def _tell(self, conversation_id: UUID, standing: Standing, own: list[Viewer]) -> None:
        all_ = {viewer.agent_id: viewer for viewer in (*self._elsewhere.of(conversation_id), *own)}
        named = sorted(all_.values(), key=lambda viewer: (viewer.nome, viewer.agent_id))[:MOST_NAMED]
        frame = encode_frame(ConversationViewers(conversation_id, named))
        broadcast = Broadcast(conversation_id, *standing, None, None, frame)
        told = self._here.get(conversation_id, {})
        for socket in [socket for socket, last in told.items() if last != frame]:
            told[socket] = frame
            socket.offer(broadcast)

    def _say(self, looking: dict[UUID, list[Viewer]], asks: list[UUID]) -> None:
        if looking or asks:
            self._hub.publish(TOPIC, encode_word(Word(self._node, looking, asks)))
