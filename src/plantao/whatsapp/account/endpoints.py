"""`/whatsapp/number` and `/whatsapp/templates`: what Meta says of the account, and its templates."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from plantao.conversations.views import encode_json
from plantao.identity.access import require
from plantao.identity.models import Actor
from plantao.identity.policy import Permission
from plantao.kit.http.answers import errors
from plantao.kit.http.dependencies import InDatabase, InReading, InTransaction
from plantao.whatsapp.account import alerts, publishing, standing, templates
from plantao.whatsapp.account.models import Standing, Template
from plantao.whatsapp.account.refusals import refusal
from plantao.whatsapp.account.schemas import (
    ACCOUNT_ID,
    LANGUAGE,
    NAME,
    AlertOut,
    DeletedTemplate,
    NewTemplate,
    NumbersOut,
    TemplateOut,
    TemplatePage,
)
from plantao.whatsapp.account.schemas import TemplateQuery as Asked
from plantao.whatsapp.account.sync import AccountSync
from plantao.whatsapp.account.templates import Filters
from plantao.whatsapp.graph.errors import GraphFailure
from plantao.whatsapp.numbers import Number
from plantao.whatsapp.wire.decode import scrub

router = APIRouter(prefix="/whatsapp", tags=["whatsapp"])

AlertId = Annotated[int, Path(ge=1, le=2**53)]
Lead = Annotated[Actor, Depends(require(Permission.SEE_WHATSAPP_ACCOUNT))]
Sender = Annotated[Actor, Depends(require(Permission.SEND_WHATSAPP))]
Publisher = Annotated[Actor, Depends(require(Permission.MANAGE_TEMPLATES))]


async def _account(request: Request) -> AccountSync:
    found: AccountSync = request.app.state.account
    return found


Account = Annotated[AccountSync, Depends(_account)]


def _json(body: Any, status: int = 200) -> Response:
    return Response(encode_json(body), status, media_type="application/json")


@router.get("/number", response_model=NumbersOut, responses=errors(403))
async def read_whatsapp_numbers(_actor: Lead, tx: InReading, account: Account) -> Response:
    """Ver os números desta instalação e o que a Meta diz deles.

    Qualidade, limites, saúde e os avisos em aberto. A Meta é consultada a cada hora, e avisa do que muda.
    """
    said = {one.phone_number_id: one for one in await standing.everything(tx)}
    numbers = [_number(one, said.get(one.phone_number_id)) for one in account.numbers]
    return _json({"numbers": numbers, "alerts": await alerts.open_alerts(tx, account.clock.now())})


@router.delete("/alerts/{alert_id}", response_model=AlertOut, responses=errors(403, 404))
async def dismiss_whatsapp_alert(alert_id: AlertId, _actor: Lead, tx: InTransaction, account: Account) -> Response:
    """Dispensar um aviso da Meta que já foi resolvido; devolve o que ele dizia.

    Some de todas as telas (`whatsapp_alerts_closed`). Só volta se a Meta disser algo novo.
    """
    return _json(await alerts.dismiss(tx, alert_id, account.clock.now()))


def _number(ours: Number, said: Standing | None) -> dict[str, Any]:
    told = asdict(said or Standing(ours.phone_number_id))
    return told | {"business_account_id": ours.business_account_id, "name": ours.name, "bot": ours.bot}


@router.get("/templates", response_model=TemplatePage, responses=errors(403))
async def list_templates(
    _actor: Sender, query: Annotated[Asked, Query()], database: InDatabase, account: Account
) -> Response:
    """Listar os templates da conta, por nome.

    Da nossa cópia, que a Meta atualiza; `refresh=true` pergunta a ela antes.
    """
    if query.refresh:
        await _refresh(account)
    filters = Filters(query.business_account_id, query.status, query.name, query.language)
    async with database.reading() as tx:
        found, total = await templates.page(tx, filters, limit=query.limit, offset=(query.page - 1) * query.limit)
    pages = -(-total // query.limit)
    return _json({"templates": [_shown(one) for one in found], "total": total, "page": query.page, "pages": pages})


async def _refresh(account: AccountSync) -> None:
    try:
        await account.refresh()
    except GraphFailure as failure:
        raise refusal(failure) from None


@router.post("/templates", status_code=201, response_model=TemplateOut, responses=errors(403, 404, 409))
async def create_template(body: NewTemplate, _actor: Publisher, database: InDatabase, account: Account) -> Response:
    """Criar um template, que a Meta analisa.

    O `status` costuma ser `PENDING`; a decisão chega depois, e aparece na lista.
    """
    made = await publishing.create(
        database,
        account.numbers,
        body.business_account_id,
        body.name,
        body.language,
        body.category,
        scrub(body.components),
        account.clock.now(),
    )
    return _json(_shown(made), 201)


@router.delete("/templates", response_model=DeletedTemplate, responses=errors(403, 404, 409))
async def delete_template(
    _actor: Publisher,
    database: InDatabase,
    account: Account,
    name: Annotated[str, Query(pattern=NAME)],
    language: Annotated[str | None, Query(pattern=LANGUAGE)] = None,
    business_account_id: Annotated[str | None, Query(pattern=ACCOUNT_ID)] = None,
) -> Response:
    """Excluir um template, em um idioma ou em todos.

    A Meta guarda o nome de um template aprovado por 30 dias.
    """
    await publishing.delete(database, account.numbers, business_account_id, name, language, account.clock.now())
    return _json({"detail": "Template excluído."})


def _shown(template: Template) -> dict[str, Any]:
    return {name: value for name, value in asdict(template).items() if name != "meta_id"}
