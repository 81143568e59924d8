"""`/conversations/{id}/customer` and `.../tags`: what people know of who writes, and how they sort it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from plantao.conversations import customer_card, tagging
from plantao.conversations.customer_card import Shown
from plantao.conversations.customer_schemas import CustomerChanges, CustomerOut
from plantao.conversations.presentation import shown
from plantao.conversations.schemas import ConversationOut
from plantao.conversations.views import encode_json
from plantao.customers.models import Identifier
from plantao.customers.phones import display_phone
from plantao.identity.access import StaffBodyRoute, require
from plantao.identity.models import Actor
from plantao.identity.policy import Permission
from plantao.kit.http.answers import errors
from plantao.kit.http.dependencies import InReading, InTransaction
from plantao.tags.schemas import TagsInput

router = APIRouter(prefix="/conversations", route_class=StaffBodyRoute)

# Who serves nobody is refused before anything is said about the body.
Staff = Annotated[Actor, Depends(require(Permission.SERVE_CONVERSATIONS))]


def _json(body: Any) -> Response:
    return Response(encode_json(body), media_type="application/json")


@router.put(
    "/{conversation_id}/tags", tags=["conversations"], response_model=ConversationOut, responses=errors(403, 404)
)
async def tag_conversation(conversation_id: UUID, body: TagsInput, actor: Staff, tx: InTransaction) -> Response:
    """Dizer quais etiquetas a conversa tem, também depois de encerrada."""
    return _json(await shown(tx, await tagging.tag(tx, actor, conversation_id, body.tags), actor.user_id))


@router.get("/{conversation_id}/customer", tags=["customers"], response_model=CustomerOut, responses=errors(403, 404))
async def read_customer(conversation_id: UUID, actor: Staff, tx: InReading) -> Response:
    """Obter o cliente de uma conversa, com o que a equipe anotou e as conversas dele."""
    return _json(_out(await customer_card.show(tx, actor, conversation_id)))


@router.patch(
    "/{conversation_id}/customer", tags=["customers"], response_model=CustomerOut, responses=errors(403, 404, 409)
)
async def change_customer(conversation_id: UUID, body: CustomerChanges, actor: Staff, tx: InTransaction) -> Response:
    """Mudar o que a equipe sabe do cliente.

    `version` é a da resposta que se viu. Se alguém mudou o cliente desde então: 409, e nada é perdido.
    """
    return _json(_out(await customer_card.change(tx, actor, conversation_id, body.version, body.given())))


@router.put(
    "/{conversation_id}/customer/tags", tags=["customers"], response_model=CustomerOut, responses=errors(403, 404, 409)
)
async def tag_customer(conversation_id: UUID, body: TagsInput, actor: Staff, tx: InTransaction) -> Response:
    """Dizer quais etiquetas o cliente tem."""
    return _json(_out(await customer_card.tag(tx, actor, conversation_id, body.tags)))


def _out(shown: Shown) -> dict[str, Any]:
    profile, card = shown.profile, shown.profile.card
    return {
        "id": profile.id,
        "name": profile.shown_name,
        "username": profile.username,
        "phone": display_phone(profile.phone) if profile.phone else None,
        "identifiers": [_identifier(one) for one in profile.identifiers],
        "plan": card.plan,
        "account_number": card.account_number,
        "address": card.address,
        "notes": card.notes,
        "tags": profile.tags,
        "since": profile.since,
        "version": card.version,
        "conversations": [past._asdict() for past in shown.past],
    }


def _identifier(identifier: Identifier) -> dict[str, str]:
    kind, value = identifier
    return {"kind": kind, "value": display_phone(value) if kind == "phone" else value}
