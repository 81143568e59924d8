"""What each bulk action does with one conversation: what its own endpoint does, by the same services."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from uuid import UUID

from plantao.conversations import assigning, releasing, snoozing, survey
from plantao.conversations.repository import Conversation
from plantao.identity.models import Actor, User
from plantao.kit.db import Transaction
from plantao.routing.assignment import AgentUnavailable, assign_to, take
from plantao.routing.bulk_schemas import (
    Action,
    AssignAction,
    CloseAction,
    PrioritiseAction,
    QueueAction,
    SnoozeAction,
    TakeAction,
    TransferAction,
    WakeAction,
)
from plantao.routing.transfer import transfer


@dataclass(frozen=True, slots=True)
class Doing:
    """An action, with all that it needs besides the conversation. `agent`: whom it names, if that one may serve."""

    action: Action
    actor: Actor
    agent: User | None
    now: datetime
    surveys: bool

    async def __call__(self, tx: Transaction, id_: UUID) -> Conversation:
        """Raises what the action's own endpoint answers."""
        actor, now = self.actor, self.now
        match self.action:
            case TakeAction():
                doing = take(tx, actor, id_, now)
            case AssignAction():
                doing = self._assign(tx, id_)
            case QueueAction(reason=reason):
                doing = releasing.release(tx, actor, id_, reason, now)
            case TransferAction(reason=reason):
                doing = transfer(tx, actor, id_, self.agent, (reason or "").strip() or None, now)
            case CloseAction() as close:
                doing = survey.close_and_ask(tx, actor, id_, close.ending(), now, surveys=self.surveys)
            case SnoozeAction(until=until):
                doing = snoozing.snooze(tx, actor, id_, until, now)
            case WakeAction():
                doing = snoozing.wake(tx, actor, id_)
            case PrioritiseAction(priority=priority):
                doing = assigning.prioritise(tx, actor, id_, priority)
            case never:
                assert_never(never)
        return await doing

    async def _assign(self, tx: Transaction, id_: UUID) -> Conversation:
        if self.agent is None:
            raise AgentUnavailable("Este atendente não existe ou não está ativo.", field="agent_id")
        if self.agent.id == self.actor.user_id:
            return await take(tx, self.actor, id_, self.now)
        return await assign_to(tx, self.actor, id_, self.agent, self.now)
