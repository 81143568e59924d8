"""`/agents`; taking, assigning and transferring conversations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response

from plantao.conversations.presentation import shown
from plantao.conversations.repository import Conversation
from plantao.conversations.schemas import ConversationOut
from plantao.conversations.views import encode_json
from plantao.identity.access import Identity, require
from plantao.identity.accounts import Accounts
from plantao.identity.models import Actor, Role, User
from plantao.identity.policy import Permission, check_may, check_may_change_agent
from plantao.kit.clock import Clock
from plantao.kit.db import Database, Transaction
from plantao.kit.errors import ErrorCode, NotFound
from plantao.kit.http.answers import errors
from plantao.kit.http.dependencies import database
from plantao.routing import agents
from plantao.routing.assignment import AgentUnavailable, assign_to, take
from plantao.routing.schemas import AgentInput, AgentList, AgentOut, AssignInput, TransferInput
from plantao.routing.transfer import transfer

router = APIRouter(prefix="/conversations", tags=["conversations"])
agents_router = APIRouter(prefix="/agents", tags=["agents"])


async def _clock(request: Request) -> Clock:
    found: Clock = request.app.state.clock
    return found


Now = Annotated[Clock, Depends(_clock)]
# Users are looked up first, perhaps in another database: the transaction is opened after that, not around it.
Db = Annotated[Database, Depends(database)]
AgentId = Annotated[int, Path(ge=1, le=2**31 - 1)]
# Who serves nobody is refused before anything is said about the body.
Staff = Annotated[Actor, Depends(require(Permission.SERVE_CONVERSATIONS))]

_HANDING_OVER = (403, 404, ErrorCode.ALREADY_CLOSED, ErrorCode.AGENT_UNAVAILABLE)


async def who_serves(accounts: Accounts, user_id: int) -> User | None:
    """An active user who may serve."""
    try:
        user = await accounts.get_user(user_id)
    except NotFound:
        return None
    return user if user.is_active and user.role is not Role.USER else None


async def _answer(tx: Transaction, actor: Actor, conversation: Conversation) -> Response:
    return Response(encode_json(await shown(tx, conversation, actor.user_id)), media_type="application/json")


@router.post("/{conversation_id}/assign", response_model=ConversationOut, responses=errors(409, *_HANDING_OVER))
async def assign_conversation(
    conversation_id: UUID,
    actor: Staff,
    identity: Identity,
    db: Db,
    clock: Now,
    body: Annotated[AssignInput | None, Body()] = None,
) -> Response:
    """Assumir uma conversa que espera, ou dá-la a alguém.

    Administradores e supervisores podem dá-la a `agent_id`. De quantos tentarem ao mesmo tempo, um consegue.
    """
    if body is None or body.agent_id is None or body.agent_id == actor.user_id:
        async with db.transaction() as tx:
            return await _answer(tx, actor, await take(tx, actor, conversation_id, clock.now()))
    check_may(actor, Permission.ASSIGN_TO_OTHERS)  # before anything is said about who exists
    agent = await who_serves(identity.accounts, body.agent_id)
    if agent is None:
        raise AgentUnavailable("Este atendente não existe ou não está ativo.", field="agent_id")
    async with db.transaction() as tx:
        return await _answer(tx, actor, await assign_to(tx, actor, conversation_id, agent, clock.now()))


@router.post("/{conversation_id}/transfer", response_model=ConversationOut, responses=errors(*_HANDING_OVER))
async def transfer_conversation(
    conversation_id: UUID, body: TransferInput, actor: Staff, identity: Identity, db: Db, clock: Now
) -> Response:
    """Transferir a conversa para outro atendente.

    A própria; administradores e supervisores, qualquer uma. O colega fica sabendo o motivo.
    """
    agent = await who_serves(identity.accounts, body.to_agent_id)
    reason = (body.reason or "").strip() or None
    async with db.transaction() as tx:
        return await _answer(tx, actor, await transfer(tx, actor, conversation_id, agent, reason, clock.now()))


@agents_router.get("", responses=errors(403))
async def list_agents(_actor: Staff, identity: Identity, db: Db, clock: Now) -> AgentList:
    """Listar os atendentes ativos e o que atendem."""
    users = await agents.active_attendants(identity.accounts)
    async with db.transaction() as tx:
        known = await agents.states(tx, clock.now())
    return AgentList(agents=[AgentOut.of(agent) for agent in agents.of_users(users, known)])


@agents_router.patch("/{agent_id}", responses=errors(403, 404))
async def change_agent(
    agent_id: AgentId, body: AgentInput, actor: Staff, identity: Identity, db: Db, clock: Now
) -> AgentOut:
    """Mudar a situação ou a capacidade de um atendente.

    Atendentes mudam só o próprio `status`. Quem fica livre recebe da fila na hora.
    """
    check_may_change_agent(actor, agent_id, capacity=body.max_conversations is not None)
    try:
        user = await identity.accounts.get_user(agent_id)
    except NotFound:
        raise agents.no_agent() from None
    agents.check_is_agent(user)
    async with db.transaction() as tx:
        after = await agents.change_agent(
            tx, user, clock.now(), status=body.status, max_conversations=body.max_conversations
        )
    return AgentOut.of(after)
