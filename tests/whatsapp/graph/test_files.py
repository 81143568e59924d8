"""Files to and from Meta: the exact form, and where the token goes."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from tests.whatsapp.graph.standin import StandIn, answer, break_off, hang_up
from tests.whatsapp.graph.test_client import NUMBER, TOKEN

from plantao.whatsapp.graph.client import GraphClient
from plantao.whatsapp.graph.error_table import ErrorClass
from plantao.whatsapp.graph.errors import GraphError, NotSent, OutcomeUnknown
from plantao.whatsapp.graph.files import FileInfo, FileRefused, may_be_asked


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


async def pieces() -> AsyncIterator[bytes]:
    yield b"abc"
    yield b"\r\n--x"


async def test_an_upload_is_one_form_with_the_exact_length(client: GraphClient, meta: StandIn) -> None:
    meta.script = [answer(200, {"id": "1037543291543636"})]
    assert await client.upload(pieces(), 8, "image/png") == "1037543291543636"
    [request] = meta.requests
    assert (request.method, request.target) == ("POST", f"/v26.0/{NUMBER}/media")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    kind, _, boundary = request.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/form-data"
    expected = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="type"\r\n\r\nimage/png\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file.png"\r\n'
        f"Content-Type: image/png\r\n\r\nabc\r\n--x\r\n--{boundary}--\r\n"
    )
    assert request.body == expected.encode()


async def test_what_an_upload_can_end_in(client: GraphClient, meta: StandIn) -> None:
    meta.script = [answer(400, {"error": {"code": 100, "message": "(#100) no"}}), hang_up, answer(200, {})]
    with pytest.raises(GraphError) as refused:
        await client.upload(pieces(), 8, "image/png")
    assert refused.value.error_class is ErrorClass.PERMANENT
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            await client.upload(pieces(), 8, "image/png")


async def test_where_a_file_is(client: GraphClient, meta: StandIn) -> None:
    said = {"url": "https://lookaside.fbsbx.com/x", "mime_type": "image/jpeg", "sha256": "ab", "file_size": "303833"}
    meta.script = [answer(200, said), answer(200, {"id": "1"})]
    assert await client.file_info("77") == FileInfo("https://lookaside.fbsbx.com/x", "image/jpeg", "ab", 303833)
    assert meta.requests[0].target == f"/v26.0/77?phone_number_id={NUMBER}"
    with pytest.raises(OutcomeUnknown):
        await client.file_info("77")


async def read(client: GraphClient, url: str) -> bytes:
    async with client.download(url) as chunks:
        return b"".join([chunk async for chunk in chunks])


async def test_a_download_carries_the_token_and_follows_no_redirect(client: GraphClient, meta: StandIn) -> None:
    base = f"http://127.0.0.1:{client._http.base_url.port}"
    elsewhere = answer(302, b"", {"Location": f"{base}/stolen"})
    meta.script = [answer(200, b"bytes"), elsewhere, answer(404), break_off, hang_up]
    assert await read(client, f"{base}/file?x=1") == b"bytes"
    assert meta.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    for _ in range(4):
        with pytest.raises(NotSent):
            await read(client, f"{base}/file?x=1")
    assert {request.target for request in meta.requests} == {"/file?x=1"}


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "ftp://127.0.0.1/x", "/x", "", "http://[", "https://"])
async def test_other_addresses_are_not_asked(client: GraphClient, meta: StandIn, url: str) -> None:
    with pytest.raises(FileRefused):
        await read(client, url)
    assert meta.requests == []


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://graph.facebook.com/x", True),
        ("https://lookaside.fbsbx.com/x", True),
        ("http://lookaside.fbsbx.com/x", False),
        ("http://graph.facebook.com/x", False),
        ("https://user@lookaside.fbsbx.com/x", False),
    ],
)
def test_where_the_token_may_go(url: str, allowed: bool) -> None:
    assert may_be_asked(httpx2.URL(url), httpx2.URL("https://graph.facebook.com/v26.0/")) is allowed
