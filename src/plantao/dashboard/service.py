"""The three views of the dashboard: each is computed for all who look at it together."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from plantao.conversations import statistics
from plantao.conversations.events import DESK
from plantao.conversations.views import encode_json
from plantao.dashboard.fresh import FreshToday
from plantao.identity.accounts import Accounts
from plantao.kit.clock import Clock
from plantao.kit.db import Database
from plantao.kit.hub import RESYNC, Hub
from plantao.routing import agents
from plantao.routing.agents import AgentState, AgentStatus
from plantao.routing.waiting import read_queue

QUEUE_LIMIT = 1000  # places in one answer; the total counts all
OFFLINE = "offline"


@dataclass(slots=True)
class Dashboard:
    """Answers are JSON, encoded once. They are at most a second old, and never from before a change of who waits,
    serves or is there that this process has heard of."""

    database: Database
    accounts: Accounts
    clock: Clock
    zone: ZoneInfo
    hub: Hub
    metrics: FreshToday = field(init=False)
    agents: FreshToday = field(init=False)
    queue: FreshToday = field(init=False)

    def __post_init__(self) -> None:
        self.metrics = FreshToday(self._metrics, self.clock, self.zone)
        self.agents = FreshToday(self._agents, self.clock, self.zone)
        self.queue = FreshToday(self._queue, self.clock, self.zone)
        self.hub.subscribe(self._hear)  # for the life of the process, which the hub does not outlive

    def _hear(self, topic: str, _message: bytes) -> None:
        if topic in (DESK, RESYNC):
            for view in (self.metrics, self.agents, self.queue):
                view.forget()

    async def _metrics(self, now: datetime, day: datetime) -> bytes:
        async with self.database.transaction() as tx:
            today = await statistics.of_day(tx, day)
            online = [agent for agent in (await agents.states(tx, now)).values() if agent.is_online]
        busy = sum(agent.is_busy for agent in online)
        return encode_json(
            {
                "conversations": {
                    "active": today.active,
                    "in_queue": today.in_queue,
                    "resolved_today": today.resolved,
                },
                "agents": {"online": len(online), "busy": busy, "available": len(online) - busy},
                "performance": {
                    "avg_response_time_seconds": round(today.response_seconds),
                    "avg_resolution_time_minutes": round(today.resolution_seconds / 60),
                    "satisfaction_rate": None if today.satisfaction is None else round(today.satisfaction, 2),
                },
            }
        )

    async def _agents(self, now: datetime, day: datetime) -> bytes:
        users = await agents.active_attendants(self.accounts)
        async with self.database.transaction() as tx:
            known = await agents.states(tx, now)
            seconds = await statistics.response_seconds(tx, day)
        return encode_json({"agents": [_agent_out(agent, seconds) for agent in agents.of_users(users, known)]})

    async def _queue(self, now: datetime, _day: datetime) -> bytes:
        async with self.database.transaction() as tx:
            return encode_json(await read_queue(tx, now, QUEUE_LIMIT))


def _agent_out(agent: AgentState, seconds: dict[int, float]) -> dict[str, object]:
    return {
        "id": agent.user_id,
        "nome": agent.name,
        "status": agent.status if agent.is_connected or agent.status is AgentStatus.AWAY else OFFLINE,
        "current_conversations": agent.load,
        "max_conversations": agent.max_conversations,
        "avg_response_time": round(seconds.get(agent.user_id, 0)),
    }
