"""`/audit`: who changed which user, how, and from where."""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from plantao.identity.access import Identity, require
from plantao.identity.models import Actor, AuditAction, AuditEntry, AuditFilters, AuditPage
from plantao.identity.policy import Permission
from plantao.identity.schemas import UtcSeconds
from plantao.kit.http.answers import errors
from plantao.kit.http.inputs import IsoMoment

router = APIRouter(prefix="/audit", tags=["audit"])

Auditor = Annotated[Actor, Depends(require(Permission.SEE_AUDIT))]
UserId = Annotated[int, Query(ge=1, le=2**31 - 1)]


class AuditEntryAnswer(BaseModel):
    """`before` e `after` trazem só o que mudou."""

    id: int
    at: UtcSeconds
    action: AuditAction
    user_id: int
    actor_id: int | None
    before: dict[str, Any]
    after: dict[str, Any]
    address: str
    request_id: str | None

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        return cls(
            id=entry.id,
            at=entry.at,
            action=entry.action,
            user_id=entry.user_id,
            actor_id=entry.origin.actor_id,
            before=dict(entry.before),
            after=dict(entry.after),
            address=entry.origin.address,
            request_id=entry.origin.request_id,
        )


class AuditPageAnswer(BaseModel):
    entries: list[AuditEntryAnswer]
    total: int
    page: int
    pages: int

    @classmethod
    def of(cls, page: AuditPage) -> Self:
        entries = [AuditEntryAnswer.of(entry) for entry in page.entries]
        return cls(entries=entries, total=page.total, page=page.page, pages=page.pages)


@router.get("", responses=errors(400, 401, 403))
async def list_audit_entries(
    _actor: Auditor,
    identity: Identity,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    user_id: UserId | None = None,
    actor_id: UserId | None = None,
    action: AuditAction | None = None,
    start_date: IsoMoment | None = None,
    end_date: IsoMoment | None = None,
) -> AuditPageAnswer:
    """A trilha de auditoria, do mais novo ao mais antigo (somente administradores)."""
    filters = AuditFilters(user_id, actor_id, action, start_date, end_date)
    return AuditPageAnswer.of(await identity.accounts.audit_trail(filters, page=page, limit=limit))
