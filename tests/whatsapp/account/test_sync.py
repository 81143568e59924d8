"""Asking Meta: page by page, once for all processes, and whatever Meta answers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.conversations.world import fetch
from tests.whatsapp.account.saying import ACCOUNT, NUMBER, Json, Say, alerts, number, status
from tests.whatsapp.graph.standin import StandIn, answer, hang_up

from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.whatsapp.account.sync import AccountSync
from plantao.whatsapp.graph.client import GraphClient
from plantao.whatsapp.graph.errors import GraphError, OutcomeUnknown
from plantao.whatsapp.graph.tokens import FixedToken
from plantao.whatsapp.numbers import Number, Numbers

STANDING: Json = {
    "id": NUMBER,
    "display_phone_number": "+55 11 3333-4444",
    "verified_name": "Provedor X",
    "quality_rating": "GREEN",
    "name_status": "APPROVED",
    "status": "CONNECTED",
    "throughput": {"level": "STANDARD"},
    "whatsapp_business_manager_messaging_limit": "TIER_2K",
    "account_mode": "LIVE",
    "health_status": {
        "can_send_message": "AVAILABLE",
        "entities": [{"entity_type": "APP", "id": "634974688087057", "can_send_message": "AVAILABLE"}],
    },
}
REMARK = "Your display name has not been approved yet."
LIMITED: Json = {
    "health_status": {
        "can_send_message": "LIMITED",
        "entities": [
            {"entity_type": "PHONE_NUMBER", "can_send_message": "LIMITED", "additional_info": [REMARK]},
            {"entity_type": "WABA", "can_send_message": "AVAILABLE"},
        ],
    }
}
BLOCKED: Json = {
    "health_status": {
        "can_send_message": "BLOCKED",
        "entities": [
            {
                "entity_type": "BUSINESS",
                "can_send_message": "BLOCKED",
                "errors": [
                    {"error_code": 141002, "error_description": "Sem pagamento.", "possible_solution": "Pague."}
                ],
            }
        ],
    }
}


def listed(*names: str, after: str | None = None, **more: Any) -> Json:
    data = [
        {
            "id": f"1{name}",
            "name": name,
            "language": "pt_BR",
            "status": "APPROVED",
            "category": "UTILITY",
            "components": [{"type": "BODY", "text": "Olá."}],
            "quality_score": {"score": "GREEN"},
            "rejected_reason": "NONE",
        }
        | more
        for name in names
    ]
    paging: Json = {"cursors": {"before": "a", "after": after or "z"}}
    if after:
        paging["next"] = "https://evil.example/v26.0/1/message_templates?after=x"
    return {"data": data, "paging": paging}


@pytest.fixture
async def meta() -> AsyncIterator[tuple[StandIn, str]]:
    server = StandIn()
    url = await server.start()
    yield server, url
    await server.stop()


@pytest.fixture
async def sync(database: Database, clock: ManualClock, meta: tuple[StandIn, str]) -> AsyncIterator[AccountSync]:
    graph = GraphClient(meta[1], "v26.0", NUMBER, "token")
    yield AccountSync(database, Numbers([Number(NUMBER, ACCOUNT, None, True, graph, FixedToken("token"))]), clock)
    await graph.aclose()


async def templates(database: Database) -> list[Any]:
    return await fetch(database, "SELECT name, status FROM whatsapp_templates ORDER BY name")


async def test_all_pages_are_read_from_our_own_host(
    database: Database, meta: tuple[StandIn, str], sync: AccountSync
) -> None:
    pages = (listed("a", "b", after="1"), listed("c", after="2"), listed("d"))
    meta[0].script = [answer(200, STANDING), *(answer(200, page) for page in pages)]
    await sync.step()
    assert await templates(database) == [(name, "APPROVED") for name in "abcd"]
    asked = [request.target for request in meta[0].requests]
    assert [target.partition("?")[0] for target in asked] == [
        f"/v26.0/{NUMBER}",
        *[f"/v26.0/{ACCOUNT}/message_templates"] * 3,
    ]
    assert "health_status" in asked[0]
    assert [target.rpartition("after=")[2] for target in asked[2:]] == ["1", "2"]
    kept = await number(database)
    assert (kept["quality_rating"], kept["messaging_limit"], kept["can_send"]) == ("GREEN", "TIER_2K", "AVAILABLE")
    row = await fetch(database, "SELECT meta_id, quality, reason, components::text FROM whatsapp_templates LIMIT 1")
    assert row == [("1a", "GREEN", None, '[{"text": "Olá.", "type": "BODY"}]')]


async def test_what_is_gone_at_meta_is_deleted_and_may_come_back(
    database: Database, clock: ManualClock, meta: tuple[StandIn, str], sync: AccountSync
) -> None:
    for page in (listed("a", "b"), listed("b"), listed("a", "b"), listed()):
        meta[0].script = [answer(200, STANDING), answer(200, page)]
        await sync.step()
        here = {one["name"] for one in page["data"]}
        assert await templates(database) == [(n, "APPROVED" if n in here else "DELETED") for n in "ab"]
        clock.advance(hours=1)


async def test_it_is_asked_at_the_start_and_every_hour(
    database: Database, clock: ManualClock, meta: tuple[StandIn, str], sync: AccountSync
) -> None:
    meta[0].script = [answer(200, STANDING), answer(200, listed("a"))] * 3
    await sync.step()
    for minutes, asked in [(0, 2), (30, 2), (29, 2), (1, 4), (0, 4)]:
        clock.advance(minutes=minutes)
        await sync.step()
        assert len(meta[0].requests) == asked
    # A process that starts wants it fresh, unless another has just asked.
    beginner = AccountSync(database, sync.numbers, clock)
    await beginner.step()
    assert len(meta[0].requests) == 4
    clock.advance(minutes=2)
    await AccountSync(database, sync.numbers, clock).step()
    assert len(meta[0].requests) == 6


async def test_two_processes_ask_once(
    database: Database, clock: ManualClock, meta: tuple[StandIn, str], sync: AccountSync
) -> None:
    meta[0].script = [answer(200, STANDING), answer(200, listed("a"))]
    await asyncio.gather(*(AccountSync(database, sync.numbers, clock).step() for _ in range(4)))
    assert len(meta[0].requests) == 2
    assert await templates(database) == [("a", "APPROVED")]


async def test_metas_being_away_is_survived_and_tried_again(
    database: Database, clock: ManualClock, meta: tuple[StandIn, str], sync: AccountSync
) -> None:
    refused = {"error": {"code": 190, "message": "expired"}}
    meta[0].script = [hang_up, answer(401, refused), *[answer(200, STANDING), answer(200, listed("a"))]]
    await sync.step()
    assert await templates(database) == []
    await sync.step()
    assert len(meta[0].requests) == 2  # not at once
    clock.advance(minutes=2)
    await sync.step()
    assert await templates(database) == [("a", "APPROVED")]


async def test_half_a_list_deletes_nothing(
    database: Database, clock: ManualClock, meta: tuple[StandIn, str], sync: AccountSync
) -> None:
    meta[0].script = [answer(200, STANDING), answer(200, listed("a", "b"))]
    await sync.step()
    clock.advance(hours=1)
    meta[0].script = [answer(200, STANDING), answer(200, listed("b", after="1")), answer(500, b"")]
    await sync.step()
    assert await templates(database) == [("a", "APPROVED"), ("b", "APPROVED")]


async def test_pages_that_go_round_end(meta: tuple[StandIn, str], sync: AccountSync) -> None:
    meta[0].script = [answer(200, listed("a", after="1"))] * 3
    with pytest.raises(OutcomeUnknown, match="circle"):
        await sync.refresh()


async def test_a_notice_that_came_meanwhile_knows_better(
    database: Database, clock: ManualClock, meta: tuple[StandIn, str], sync: AccountSync, say: Say
) -> None:
    """Meta was asked, then paused the template and said so, and only then did the answer arrive."""
    meta[0].script = [answer(200, STANDING), answer(200, listed("visita_tecnica"))]
    await sync.step()
    clock.advance(hours=1)
    asked = asyncio.Event()
    go_on = asyncio.Event()

    async def late(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await go_on.wait()
        await answer(200, listed("visita_tecnica"))(writer)

    meta[0].script = [answer(200, STANDING), late]
    step = asyncio.create_task(sync.step())
    await asked.wait()
    clock.advance(seconds=1)
    await say("message_template_status_update", status("PAUSED"))
    go_on.set()
    await step
    assert await templates(database) == [("visita_tecnica", "PAUSED")]
    clock.advance(hours=1)
    meta[0].script = [answer(200, STANDING), answer(200, listed("visita_tecnica"))]
    await sync.step()
    assert await templates(database) == [("visita_tecnica", "APPROVED")]


async def test_a_template_of_which_only_a_notice_tells_is_asked_for(
    database: Database, clock: ManualClock, meta: tuple[StandIn, str], sync: AccountSync, say: Say
) -> None:
    meta[0].script = [answer(200, STANDING), answer(200, listed()), answer(200, listed("visita_tecnica"))]
    await sync.step()
    clock.advance(seconds=1)
    await say("message_template_status_update", status("APPROVED"))
    await sync.step()
    assert len(meta[0].requests) == 2  # a hundred notices may come at once
    clock.advance(minutes=1)
    await sync.step()
    assert await fetch(database, "SELECT components IS NULL FROM whatsapp_templates") == [(False,)]


async def test_what_gets_worse_is_an_alert_until_it_is_well_again(
    database: Database, clock: ManualClock, meta: tuple[StandIn, str], sync: AccountSync
) -> None:
    changes: list[tuple[Json, list[str], list[str]]] = [
        ({}, [], []),
        ({"quality_rating": "YELLOW"}, ["warning"], ["warning"]),
        ({"quality_rating": "RED"}, ["warning", "critical"], ["critical"]),
        ({"quality_rating": "RED"}, ["warning", "critical"], ["critical"]),
        (LIMITED, ["warning", "critical", "warning"], ["warning"]),
        (BLOCKED, ["warning", "critical", "warning", "critical"], ["critical"]),
        ({}, ["warning", "critical", "warning", "critical"], []),
    ]
    for change, raised, left in changes:
        meta[0].script = [answer(200, STANDING | change), answer(200, listed())]
        await sync.step()
        clock.advance(hours=1)
        found = await alerts(database)
        assert [one[0] for one in found] == raised
        assert [one[0] for one in found if one[3]] == left
    found = await alerts(database)
    assert [one[2] for one in found][2:] == [REMARK, "Sem pagamento. Pague."]
    assert found[3][1] == "O número +55 11 3333-4444 não pode enviar mensagens"


async def test_a_refresh_tells_what_meta_answered_each_time(
    database: Database, meta: tuple[StandIn, str], sync: AccountSync
) -> None:
    meta[0].script = [*[answer(400, {"error": {"code": 80007, "message": "limit"}})] * 2, answer(200, listed("a"))]
    for _ in range(2):
        with pytest.raises(GraphError):
            await sync.refresh()
    await sync.refresh()
    assert await templates(database) == [("a", "APPROVED")]


async def test_what_is_no_template_is_passed_over(
    database: Database, meta: tuple[StandIn, str], sync: AccountSync
) -> None:
    page = listed("a")
    page["data"] += [{}, "x", {"name": "b"}, page["data"][0]]
    meta[0].script = [answer(200, STANDING), answer(200, page)]
    await sync.step()
    assert await templates(database) == [("a", "APPROVED")]
