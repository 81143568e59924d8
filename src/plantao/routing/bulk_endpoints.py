"""`POST /conversations/bulk`."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request

from plantao.conversations import snoozing
from plantao.identity.access import Identity
from plantao.identity.accounts import Accounts
from plantao.identity.models import Actor, User
from plantao.identity.policy import Permission, check_may
from plantao.kit.http.answers import errors
from plantao.routing.bulk import on_each
from plantao.routing.bulk_actions import Doing
from plantao.routing.bulk_schemas import Action, AssignAction, BulkInput, BulkOut, SnoozeAction, TransferAction
from plantao.routing.endpoints import Db, Now, Staff, who_serves

router = APIRouter(prefix="/conversations", tags=["conversations"])


async def _surveys(request: Request) -> bool:
    return bool(request.app.state.surveys)


async def _agent_of(action: Action, actor: Actor, accounts: Accounts) -> User | None:
    match action:
        case AssignAction(agent_id=user_id):
            check_may(actor, Permission.ASSIGN_TO_OTHERS)  # before anything is said about who exists
            return await who_serves(accounts, user_id)
        case TransferAction(to_agent_id=user_id):
            return await who_serves(accounts, user_id)
        case _:
            return None


@router.api_route("/bulk", methods=["GET", "PATCH"], include_in_schema=False)
async def not_one_of_them() -> None:
    """What a conversation can be asked: `bulk` is none."""
    raise HTTPException(405)


@router.post("/bulk", responses=errors(403))
async def change_conversations(
    body: BulkInput,
    actor: Staff,
    identity: Identity,
    db: Db,
    clock: Now,
    surveys: Annotated[bool, Depends(_surveys)],
) -> BulkOut:
    """Fazer o mesmo com várias conversas.

    Cada uma como no endereço próprio da ação; a que não pode ser mudada fica em `failed`, e as outras seguem. Conta
    como uma requisição.
    """
    now = clock.now()
    if isinstance(body.action, SnoozeAction):
        snoozing.check_until(body.action.until, now)
    # Users are looked up first, perhaps in another database: the transaction is opened after that, not around it.
    agent = await _agent_of(body.action, actor, identity.accounts)
    async with db.transaction() as tx:
        outcome = await on_each(tx, body.ids, Doing(body.action, actor, agent, now, surveys))
    return BulkOut.of(outcome)
