"""The client against a scripted server: what leaves, and what each kind of answer or silence means."""

import asyncio
import gc
import json
import logging
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.whatsapp.graph.standin import Answer, StandIn, answer, break_off, drip, hang_up, stay_silent

from plantao.whatsapp.graph.client import GraphClient, PhoneNumberInfo, SendResult
from plantao.whatsapp.graph.error_table import ErrorClass
from plantao.whatsapp.graph.errors import GraphError, GraphFailure, NotSent, OutcomeUnknown
from plantao.whatsapp.graph.limits import PayloadError
from plantao.whatsapp.graph.messages import OutgoingPayload, Recipient, Text

TOKEN = "EAAtoken0123456789"
NUMBER = "208811223344556"
PAYLOAD = OutgoingPayload(Recipient(wa_id="552198765000"), Text("Olá"), callback_data="msg-1")
SENT = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": "+5531987650003", "wa_id": "553187650003"}],
    "messages": [{"id": "wamid.A"}],
}
PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"]


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def meta() -> AsyncIterator[StandIn]:
    server = StandIn()
    yield server
    await server.stop()


@pytest.fixture
async def client(meta: StandIn) -> AsyncIterator[GraphClient]:
    made = GraphClient(await meta.start() + "/", "v26.0", NUMBER, TOKEN)
    yield made
    await made.aclose()


async def fail(client: GraphClient, meta: StandIn, scripted: Answer) -> GraphFailure:
    meta.script = [scripted]
    with pytest.raises(GraphFailure) as caught:
        await client.send(PAYLOAD)
    assert len(meta.requests) == 1, "nothing is sent twice"
    return caught.value


async def test_a_send_is_one_request_with_the_token_and_the_exact_body(client: GraphClient, meta: StandIn) -> None:
    meta.script = [answer(200, SENT)]
    assert await client.send(PAYLOAD) == SendResult("wamid.A", "553187650003", None, None)
    [request] = meta.requests
    assert (request.method, request.target) == ("POST", f"/v26.0/{NUMBER}/messages")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"] == "application/json"
    assert request.json() == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+552198765000",
        "type": "text",
        "text": {"body": "Olá"},
        "biz_opaque_callback_data": "msg-1",
    }


@pytest.mark.parametrize(
    ("contacts", "message", "expected"),
    [
        ([{"input": "BR.1", "user_id": "BR.1"}], {}, SendResult("wamid.A", None, "BR.1", None)),
        ([{"wa_id": "BR.1"}], {}, SendResult("wamid.A", None, "BR.1", None)),
        (None, {"message_status": "accepted"}, SendResult("wamid.A", None, None, "accepted")),
    ],
)
async def test_the_ids_in_the_answer_are_told_apart(
    client: GraphClient, meta: StandIn, contacts: Any, message: dict[str, str], expected: SendResult
) -> None:
    meta.script = [answer(200, {"contacts": contacts, "messages": [{"id": "wamid.A", **message}]})]
    assert await client.send(PAYLOAD) == expected


async def test_a_connection_serves_many_sends(client: GraphClient, meta: StandIn) -> None:
    meta.script = [answer(200, SENT), answer(400, {"error": {"code": 100}}), answer(200, SENT)]
    await client.send(PAYLOAD)
    with pytest.raises(GraphError):
        await client.send(PAYLOAD)
    assert (await client.send(PAYLOAD)).wamid == "wamid.A"


@pytest.mark.parametrize("typing", [True, False])
async def test_a_message_is_marked_read(client: GraphClient, meta: StandIn, typing: bool) -> None:
    meta.script = [answer(200, {"success": True})]
    await client.mark_read("wamid.B", typing=typing)
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.B"}
    assert meta.requests[0].json() == (body | {"typing_indicator": {"type": "text"}} if typing else body)


async def test_the_phone_number_is_asked_for(client: GraphClient, meta: StandIn) -> None:
    meta.script = [
        answer(200, {"id": NUMBER, "quality_rating": "GREEN", "throughput": {"level": "HIGH"}, "verified_name": "Sul"})
    ]
    info = await client.phone_number()
    assert info == PhoneNumberInfo(NUMBER, None, "Sul", "GREEN", None, None, "HIGH", None)
    assert meta.requests[0].method == "GET"
    assert meta.requests[0].target.startswith(f"/v26.0/{NUMBER}?fields=id%2Cdisplay_phone_number")
    assert "content-type" not in meta.requests[0].headers


async def test_metas_refusal_is_told_whole_and_without_the_token(client: GraphClient, meta: StandIn) -> None:
    error = {
        "message": f"Malformed access token {TOKEN}",
        "type": "OAuthException",
        "code": 190,
        "error_data": {"messaging_product": "whatsapp", "details": f"a\x00b {TOKEN}"},
        "fbtrace_id": "Az8",
    }
    failure = await fail(client, meta, answer(401, {"error": error}))
    assert isinstance(failure, GraphError)
    assert (failure.code, failure.http_status, failure.fbtrace_id) == (190, 401, "Az8")
    assert (failure.title, failure.detail) == ("Malformed access token [token]", "a\ufffdb [token]")
    assert failure.error_class is ErrorClass.TOKEN
    assert str(failure) == "HTTP 401, code 190: Access token expired"


REFUSALS: dict[str, tuple[int, object, ErrorClass]] = {
    "throughput": (400, {"error": {"code": 130429}}, ErrorClass.THROTTLED_NUMBER),
    "pair": (400, {"error": {"code": 131056}}, ErrorClass.THROTTLED_PAIR),
    "window": (400, {"error": {"code": 131047}}, ErrorClass.NEEDS_TEMPLATE),
    "permission, as 500": (500, {"error": {"code": 3}}, ErrorClass.CONFIGURATION),
    "our bug": (400, {"error": {"code": 100}}, ErrorClass.PERMANENT),
    "no such number": (400, {"error": {"code": 100, "error_subcode": 33}}, ErrorClass.CONFIGURATION),
    "transient": (503, {"error": {"code": 2, "is_transient": True}}, ErrorClass.RETRY),
    "new code, transient": (400, {"error": {"code": 999999, "is_transient": True}}, ErrorClass.RETRY),
    "new code": (400, {"error": {"code": 999999}}, ErrorClass.PERMANENT),
    "no code": (400, {"error": {}}, ErrorClass.PERMANENT),
    "error in a success": (200, {"error": {"code": 131000}}, ErrorClass.RETRY),
    "a portal's redirect": (302, b"<html>", ErrorClass.CONFIGURATION),
    "not Graph": (404, b"<html>", ErrorClass.CONFIGURATION),
    "a gateway's limit": (429, b"slow down", ErrorClass.THROTTLED_NUMBER),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_refusal_has_the_class_of_its_code(client: GraphClient, meta: StandIn, name: str) -> None:
    status, body, error_class = REFUSALS[name]
    failure = await fail(client, meta, answer(status, body, {"Location": "http://127.0.0.1:9/"}))
    assert isinstance(failure, GraphError)
    assert failure.error_class is error_class


UNKNOWN: dict[str, Answer] = {
    "hang-up": hang_up,
    "cut answer": break_off,
    "HTML 502": answer(502, b"<html>Bad Gateway</html>"),
    "empty 500": answer(500),
    "JSON 504 that is not Meta's": answer(504, {"message": "timeout"}),
    "a list in a 500": answer(500, [1]),
    "HTML 200": answer(200, b"<html>"),
    "200 without a message": answer(200, {"messages": []}),
    "200 with a message without id": answer(200, {"messages": [{}]}),
    "200 with an endless id": answer(200, {"messages": [{"id": "w" * 600}]}),
    "2 MB": answer(200, json.dumps(SENT).encode() + b" " * 2_000_000),
    "broken gzip": answer(200, b"not gzip", {"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("name", UNKNOWN)
async def test_what_may_have_been_accepted_is_unknown(client: GraphClient, meta: StandIn, name: str) -> None:
    failure = await fail(client, meta, UNKNOWN[name])
    assert isinstance(failure, OutcomeUnknown)
    assert failure.error_class is ErrorClass.RETRY


@pytest.mark.parametrize(("never_done", "read_timeout", "total_timeout"), [(stay_silent, 0.2, 30), (drip, 15, 0.4)])
async def test_an_answer_that_does_not_come_is_unknown(
    meta: StandIn, never_done: Answer, read_timeout: float, total_timeout: float
) -> None:
    meta.script = [never_done]
    url = await meta.start()
    client = GraphClient(url, "v26.0", NUMBER, TOKEN, read_timeout=read_timeout, total_timeout=total_timeout)
    with pytest.raises(OutcomeUnknown, match="Timeout"):
        async with asyncio.timeout(8):
            await client.send(PAYLOAD)
    await client.aclose()


@pytest.mark.parametrize("status", [408, 425])
async def test_a_request_that_was_not_read_is_not_sent(client: GraphClient, meta: StandIn, status: int) -> None:
    assert isinstance(await fail(client, meta, answer(status)), NotSent)


async def test_a_refused_port_is_not_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused, and nobody else gets it
        client = GraphClient(f"http://127.0.0.1:{taken.getsockname()[1]}", "v26.0", NUMBER, TOKEN)
        with pytest.raises(NotSent, match="ConnectError"):
            await client.send(PAYLOAD)
        await client.aclose()


async def test_no_free_connection_is_not_sent(meta: StandIn) -> None:
    url = await meta.start()
    client = GraphClient(url, "v26.0", NUMBER, TOKEN, max_connections=0, pool_timeout=0.05)
    with pytest.raises(NotSent, match="PoolTimeout"):
        await client.send(PAYLOAD)
    assert meta.requests == []
    await client.aclose()


async def test_a_payload_that_meta_would_refuse_is_not_tried(client: GraphClient, meta: StandIn) -> None:
    with pytest.raises(PayloadError):
        await client.send(OutgoingPayload(Recipient(wa_id="552198765000"), Text("")))
    assert meta.requests == []


@pytest.mark.parametrize("token", ["", "a b", "EAA\n", "é"])
def test_a_token_that_is_no_header_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(ValueError, match="the access token is empty or holds blanks") as caught:
        GraphClient("http://127.0.0.1:1", "v26.0", NUMBER, token)
    assert not token or token not in str(caught.value)
    gc.collect()  # a half-made client would complain here


async def test_the_token_is_in_no_log_and_no_text(
    client: GraphClient, meta: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    meta.script = [answer(200, SENT)]
    await client.send(PAYLOAD)
    meta.requests.clear()
    failure = await fail(client, meta, hang_up)
    assert caplog.records, "the HTTP library did log"
    for said in (caplog.text, repr(client), repr(failure), str(failure)):
        assert TOKEN not in said
