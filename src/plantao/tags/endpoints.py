"""`/tags`: the words by which the desk sorts conversations and customers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from plantao.identity.access import require
from plantao.identity.policy import Permission
from plantao.kit.http.answers import errors
from plantao.kit.http.dependencies import InReading, InTransaction
from plantao.tags import catalogue
from plantao.tags.models import Tag
from plantao.tags.schemas import LARGEST_ID, NewTag, TagChanges, TagOut, TagsOut

router = APIRouter(prefix="/tags", tags=["desk"])

Staff = [Depends(require(Permission.SERVE_CONVERSATIONS))]
Leads = [Depends(require(Permission.MANAGE_DESK))]
TagId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.get("", dependencies=Staff, responses=errors(403))
async def list_tags(tx: InReading) -> TagsOut:
    """As etiquetas, em ordem alfabética."""
    return TagsOut(tags=[_out(tag) for tag in await catalogue.read_all(tx)])


@router.post("", status_code=201, dependencies=Leads, responses=errors(403, 409))
async def add_tag(body: NewTag, tx: InTransaction) -> TagOut:
    """Criar uma etiqueta."""
    return _out(await catalogue.add(tx, body.name, body.color))


@router.patch("/{tag_id}", dependencies=Leads, responses=errors(403, 404, 409))
async def change_tag(tag_id: TagId, body: TagChanges, tx: InTransaction) -> TagOut:
    """Mudar o nome ou a cor, em tudo que a usa."""
    return _out(await catalogue.change(tx, tag_id, body.name, body.color))


@router.delete("/{tag_id}", dependencies=Leads, responses=errors(403, 404))
async def remove_tag(tag_id: TagId, tx: InTransaction) -> TagOut:
    """Apagar, de todas as conversas e clientes também; devolve a que havia."""
    return _out(await catalogue.remove(tx, tag_id))


def _out(tag: Tag) -> TagOut:
    return TagOut(id=tag.id, name=tag.name, color=tag.color)
