"""Addresses that others write are never asked by us: Meta fetches links, and files come from Graph alone."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from tests.attacks.asking import assemble
from tests.attacks.rows import ADMIN
from tests.stories.file_samples import media_rows
from tests.stories.harness import System
from tests.stories.test_intake import deliver, envelope

from plantao.whatsapp.graph.client import GraphClient
from plantao.whatsapp.graph.files import FileRefused


@dataclass
class Trap:
    """A listener that nobody has any business with."""

    port: int
    touched: list[bytes] = field(default_factory=list)


@pytest.fixture
async def trap() -> AsyncIterator[Trap]:
    found = Trap(0)

    async def touch(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.touched.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(touch, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found


async def test_a_link_is_given_to_meta_and_never_asked_by_us(system: System, trap: Trap) -> None:
    cast = await assemble(system, 4)
    person, path = cast.people[ADMIN], f"/conversations/{cast.own[ADMIN]['id']}/messages"
    links = [
        f"https://{host}:{trap.port}/a.png" for host in ("127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1")
    ]
    for link in links:
        for kind in ("image", "document"):
            assert (await person.post(path, {"type": kind, "content": link})).status_code == 201, link
    await system.settle()
    refused = [
        "http://127.0.0.1/x",
        "file:///etc/passwd",
        "gopher://x/",
        "ftp://x/a",
        "https://a@127.0.0.1/",
        "//x/a.png",
    ]
    for link in [*refused, f"http://127.0.0.1:{trap.port}/", "javascript:alert(1)", "https:///x", "https://x\\@y/"]:
        answer = await person.post(path, {"type": "image", "content": link})
        assert (answer.status_code, answer.json()["field"]) == (400, "content"), link
    assert trap.touched == []
    assert await media_rows(system) == []


def image(wamid: str, **inner: str) -> dict[str, object]:
    sent = {"from": "5511960000001", "id": wamid, "timestamp": "1795428000", "type": "image"}
    return sent | {"image": {"mime_type": "image/jpeg", "sha256": "x", **inner}}


async def test_a_webhook_names_no_address_that_we_ask(system: System, trap: Trap) -> None:
    """Not in the place of the file's id, and not beside it."""
    evil = f"http://127.0.0.1:{trap.port}/x"
    ids = [
        evil,
        f"//127.0.0.1:{trap.port}/x",
        "../../../me/accounts",
        "1/../../me",
        "1?fields=x",
        "1#x",
        "1%2f..%2fme",
        "a b",
    ]
    messages = [image(f"wamid.evil.{n}", id=id_) for n, id_ in enumerate(ids)]
    messages.append(image("wamid.evil.url", id="1037543291543636", url=evil, link=evil))
    assert await deliver(system, envelope(*messages)) == 200
    await system.settle()
    async with asyncio.timeout(15):
        while any(row.due_at is not None for row in await media_rows(system) if row.external_id in ids):  # noqa: ASYNC110 - SQL
            await asyncio.sleep(0.02)
    assert trap.touched == []
    rows = [row for row in await media_rows(system) if row.external_id in ids]
    assert len(rows) == len(ids)
    assert all(row.due_at is None and row.stored_at is None for row in rows)


@pytest.mark.parametrize("id_", ["http://127.0.0.1:1/x", "//127.0.0.1:1/x", "..", "1/2", "1?x=y", "", "1\r\n", "é"])
async def test_a_file_id_that_is_none_is_not_asked_for(id_: str) -> None:
    graph = GraphClient("https://graph.facebook.com", "v26.0", "1", "EAAG")
    with pytest.raises(FileRefused):
        await graph.file_info(id_)
    await graph.aclose()
