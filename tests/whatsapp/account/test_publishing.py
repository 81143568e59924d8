"""Making and deleting templates at Meta: what is asked, and what is said of what Meta answers."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.conversations.world import fetch
from tests.whatsapp.account.saying import ACCOUNT, NUMBER, Json
from tests.whatsapp.graph.standin import Answer, StandIn, answer, break_off, hang_up

from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.kit.errors import AppError, Conflict, NotFound, ServiceUnavailable, ValidationFailed
from plantao.whatsapp.account import publishing
from plantao.whatsapp.account.models import Template
from plantao.whatsapp.graph.client import GraphClient
from plantao.whatsapp.graph.tokens import FixedToken
from plantao.whatsapp.numbers import Number, Numbers

BODY: list[Json] = [{"type": "BODY", "text": "Olá, tudo bem?"}]
OTHER = "9"


@pytest.fixture
async def meta() -> AsyncIterator[tuple[StandIn, str]]:
    server = StandIn()
    url = await server.start()
    yield server, url
    await server.stop()


@pytest.fixture
async def numbers(meta: tuple[StandIn, str]) -> AsyncIterator[Numbers]:
    graph = GraphClient(meta[1], "v26.0", NUMBER, "token")
    ours = [
        Number(NUMBER, ACCOUNT, None, True, graph, FixedToken("token")),
        Number("2", OTHER, "Vendas", True, graph, FixedToken("token")),
    ]
    yield Numbers(ours)
    await graph.aclose()


async def create(
    database: Database, numbers: Numbers, clock: ManualClock, language: str = "pt_BR", account: str | None = None
) -> Template:
    return await publishing.create(database, numbers, account, "aviso", language, "UTILITY", BODY, clock.now())


def refused(**error: Any) -> Answer:
    return answer(400, {"error": {"code": 100, "message": "Invalid parameter"} | error})


async def test_what_meta_is_asked_and_what_is_kept(
    database: Database, clock: ManualClock, meta: tuple[StandIn, str], numbers: Numbers
) -> None:
    meta[0].script = [answer(200, {"id": "546151681022936", "status": "PENDING", "category": "MARKETING"})]
    made = await create(database, numbers, clock)
    assert (made.status, made.category, made.meta_id, made.components) == (
        "PENDING",
        "MARKETING",  # Meta has the last word on it
        "546151681022936",
        BODY,
    )
    [request] = meta[0].requests
    assert (request.method, request.target) == ("POST", f"/v26.0/{ACCOUNT}/message_templates")
    assert request.json() == {
        "name": "aviso",
        "language": "pt_BR",
        "category": "UTILITY",
        "parameter_format": "POSITIONAL",
        "components": BODY,
    }


@pytest.mark.parametrize(
    ("script", "kind", "says"),
    [
        (refused(error_subcode=2388024), Conflict, "Já existe um template"),
        (refused(error_subcode=2388023), Conflict, "30 dias"),
        (refused(error_subcode=2388299), ValidationFailed, "começar nem terminar"),
        (refused(error_user_msg="O texto tem variáveis demais."), ValidationFailed, "O texto tem variáveis demais."),
        (refused(error_data={"details": "Unknown."}), ValidationFailed, "A Meta recusou o pedido: Unknown."),
        (refused(code=190), ServiceUnavailable, "plantao doctor"),
        (refused(code=80007), ServiceUnavailable, "limitou"),
        (refused(code=2, is_transient=True), ServiceUnavailable, "não está disponível"),
        (hang_up, ServiceUnavailable, "não respondeu"),
        (answer(502, b"<html>"), ServiceUnavailable, "não respondeu"),
    ],
)
async def test_what_meta_refuses_is_told_in_portuguese(
    database: Database,
    clock: ManualClock,
    meta: tuple[StandIn, str],
    numbers: Numbers,
    script: Answer,
    kind: type[AppError],
    says: str,
) -> None:
    meta[0].script = [script]
    with pytest.raises(kind) as caught:
        await create(database, numbers, clock)
    assert says in caught.value.detail
    assert (caught.value.status == 503) == ("Retry-After" in (caught.value.headers or {}))
    assert await fetch(database, "SELECT name FROM whatsapp_templates") == []


async def test_an_answer_that_is_lost_makes_us_ask_again(
    database: Database, clock: ManualClock, meta: tuple[StandIn, str], numbers: Numbers
) -> None:
    meta[0].script = [break_off]
    with pytest.raises(ServiceUnavailable):
        await create(database, numbers, clock)
    asked = await fetch(database, "SELECT subject FROM whatsapp_syncs WHERE requested_at IS NOT NULL")
    assert asked == [(f"templates:{ACCOUNT}",)]


async def test_one_language_is_deleted_by_its_id_and_all_by_their_name(
    database: Database, clock: ManualClock, meta: tuple[StandIn, str], numbers: Numbers
) -> None:
    for language in ("en_US", "es", "pt_BR"):
        meta[0].script = [answer(200, {"id": f"1-{language}", "status": "PENDING"})]
        await create(database, numbers, clock, language)
    meta[0].script = [answer(200, {"success": True})] * 2
    await publishing.delete(database, numbers, None, "aviso", "es", clock.now())
    assert meta[0].requests[-1].target == f"/v26.0/{ACCOUNT}/message_templates?name=aviso&hsm_id=1-es"
    query = "SELECT language FROM whatsapp_templates WHERE status <> 'DELETED' ORDER BY language"
    assert await fetch(database, query) == [("en_US",), ("pt_BR",)]
    await publishing.delete(database, numbers, None, "aviso", None, clock.now())
    assert meta[0].requests[-1].target == f"/v26.0/{ACCOUNT}/message_templates?name=aviso"
    assert await fetch(database, query) == []
    with pytest.raises(NotFound):
        await publishing.delete(database, numbers, None, "aviso", None, clock.now())


async def test_one_of_several_accounts_is_named(
    database: Database, clock: ManualClock, meta: tuple[StandIn, str], numbers: Numbers
) -> None:
    meta[0].script = [answer(200, {"id": "1", "status": "PENDING"})]
    assert (await create(database, numbers, clock, account=OTHER)).business_account_id == OTHER
    assert meta[0].requests[0].target == f"/v26.0/{OTHER}/message_templates"
    with pytest.raises(NotFound):
        await create(database, numbers, clock, account="8")
    with pytest.raises(NotFound):
        await publishing.delete(database, numbers, None, "aviso", None, clock.now())  # of the first account
