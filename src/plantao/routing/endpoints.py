"""Taking and assigning conversations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from plantao.conversations.presentation import conversation_out
from plantao.conversations.schemas import ConversationOut
from plantao.conversations.views import encode_json
from plantao.identity.access import CurrentActor, Identity
from plantao.identity.models import Role
from plantao.identity.policy import Permission, check_may
from plantao.kit.clock import Clock
from plantao.kit.errors import NotFound
from plantao.kit.http.dependencies import InTransaction
from plantao.kit.http.errors import ErrorBody
from plantao.routing.assignment import AgentUnavailable, assign_to, take

router = APIRouter(prefix="/conversations", tags=["conversas"])


class AssignInput(BaseModel):
    """Without `agent_id` the conversation is taken by who asks."""

    model_config = ConfigDict(extra="forbid")

    agent_id: int | None = Field(None, ge=1, le=2**31 - 1)


async def _agent(identity: Identity, agent_id: int) -> tuple[int, str]:
    """An active user who may serve. Raises `AgentUnavailable`."""
    try:
        user = await identity.accounts.get_user(agent_id)
    except NotFound:
        raise AgentUnavailable("Este atendente não existe.", field="agent_id") from None
    if not user.is_active or user.role is Role.USER:
        raise AgentUnavailable("Este usuário não pode atender conversas.", field="agent_id")
    return user.id, user.name


@router.post("/{conversation_id}/assign", response_model=ConversationOut, responses={409: {"model": ErrorBody}})
async def assign_conversation(
    conversation_id: UUID,
    request: Request,
    actor: CurrentActor,
    identity: Identity,
    tx: InTransaction,
    body: Annotated[AssignInput | None, Body()] = None,
) -> Response:
    """Takes a waiting conversation; leads may give it to `agent_id`. Of any number who try one wins."""
    clock: Clock = request.app.state.clock
    if body is None or body.agent_id is None or body.agent_id == actor.user_id:
        after = await take(tx, actor, conversation_id, clock.now())
    else:
        check_may(actor, Permission.ASSIGN_TO_OTHERS)  # before anything is said about who exists
        agent = await _agent(identity, body.agent_id)
        after = await assign_to(tx, actor, conversation_id, agent, clock.now())
    return Response(encode_json(conversation_out(after)), media_type="application/json")
