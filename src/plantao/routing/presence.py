"""Which agents have an open socket, written where every process sees it."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from plantao.conversations.events import DESK, ROUTING
from plantao.identity.models import Actor, Role
from plantao.identity.policy import Permission, may
from plantao.kit.clock import Clock
from plantao.kit.db import Database
from plantao.routing import repository

PRESENCE_LIFETIME = timedelta(seconds=45)  # three missed heartbeats


class Presence:
    """Presence of this process's sockets. Only attendants are offered conversations: leads look on."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._node = secrets.token_hex(8)

    async def appear(self, actor: Actor) -> None:
        """The agent has a socket here: the queue may assign."""
        async with self._database.transaction() as tx:
            if not _is_agent(actor):
                # Who was promoted is an agent no more, and is not missed as one.
                await repository.withdraw(tx, actor.user_id)
                return
            await repository.upsert(tx, actor.user_id, actor.name)
            await repository.appear(tx, actor.user_id, self._node, self._clock.now())
            tx.publish(ROUTING)
            tx.publish(DESK)

    async def disappear(self, actor: Actor) -> None:
        """The agent's last socket here is gone."""
        async with self._database.transaction() as tx:
            await repository.disappear(tx, actor.user_id, self._node, self._clock.now())
            tx.publish(DESK)

    async def heartbeat(self, actors: Iterable[Actor]) -> None:
        """Says that these are still here; a process that dies is silent, and its agents count as gone soon."""
        user_ids = sorted({actor.user_id for actor in actors if _is_agent(actor)})
        if user_ids:
            async with self._database.transaction() as tx:
                await repository.heartbeat(tx, user_ids, self._node, self._clock.now())

    async def leave(self) -> None:
        """This process stops."""
        async with self._database.transaction() as tx:
            await repository.leave_node(tx, self._node, self._clock.now())
            tx.publish(DESK)


def _is_agent(actor: Actor) -> bool:
    return actor.role is Role.ATTENDANT and may(actor, Permission.SERVE_CONVERSATIONS)
