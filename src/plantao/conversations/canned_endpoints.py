"""`/canned-replies`: what the desk says often, ready to be said."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from plantao.conversations import canned_replies
from plantao.conversations.canned_replies import CannedReply
from plantao.conversations.schemas import Text
from plantao.identity.access import require
from plantao.identity.models import Actor
from plantao.identity.policy import Permission
from plantao.kit.http.answers import errors
from plantao.kit.http.dependencies import InReading, InTransaction

router = APIRouter(prefix="/canned-replies", tags=["desk"])

Staff = [Depends(require(Permission.SERVE_CONVERSATIONS))]
Lead = Annotated[Actor, Depends(require(Permission.MANAGE_DESK))]
ReplyId = Annotated[int, Path(ge=1, le=2**53)]
Shortcut = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", examples=["segunda-via"])]
Content = Annotated[Text, Field(min_length=1, max_length=4096, examples=["Olá {cliente}! Segue a segunda via."])]


class NewReply(BaseModel):
    model_config = ConfigDict(extra="forbid")

    shortcut: Shortcut
    content: Content


class ReplyChanges(BaseModel):
    model_config = ConfigDict(extra="forbid")

    shortcut: Shortcut | None = None
    content: Content | None = None


class ReplyOut(BaseModel):
    """`content` pode conter {cliente}, {protocolo} e {atendente}, que quem usa preenche."""

    id: int
    shortcut: str
    content: str
    updated_at: datetime
    updated_by: int


class RepliesOut(BaseModel):
    canned_replies: list[ReplyOut]


@router.get("", dependencies=Staff, responses=errors(403))
async def list_canned_replies(tx: InReading) -> RepliesOut:
    """As respostas prontas, na ordem dos atalhos."""
    return RepliesOut(canned_replies=[_out(reply) for reply in await canned_replies.read_all(tx)])


@router.post("", status_code=201, responses=errors(403, 409))
async def add_canned_reply(body: NewReply, request: Request, actor: Lead, tx: InTransaction) -> ReplyOut:
    """Criar uma resposta pronta."""
    now = request.app.state.clock.now()
    return _out(await canned_replies.add(tx, body.shortcut, body.content, actor.user_id, now))


@router.patch("/{reply_id}", responses=errors(403, 404, 409))
async def change_canned_reply(
    reply_id: ReplyId, body: ReplyChanges, request: Request, actor: Lead, tx: InTransaction
) -> ReplyOut:
    """Mudar o atalho ou o texto."""
    now = request.app.state.clock.now()
    return _out(await canned_replies.change(tx, reply_id, body.shortcut, body.content, actor.user_id, now))


@router.delete("/{reply_id}", responses=errors(403, 404))
async def remove_canned_reply(reply_id: ReplyId, _actor: Lead, tx: InTransaction) -> ReplyOut:
    """Apagar; devolve a que havia."""
    return _out(await canned_replies.remove(tx, reply_id))


def _out(reply: CannedReply) -> ReplyOut:
    return ReplyOut(**asdict(reply) | {"updated_at": reply.updated_at.replace(microsecond=0)})
