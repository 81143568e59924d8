"""The list reads its parameters without the framework, and takes and refuses what the framework would."""

import random
from collections.abc import Iterator
from typing import Annotated
from urllib.parse import quote

import httpx2
import pytest
from fastapi import FastAPI, Query, Request

from plantao.conversations.schemas import ListQuery
from plantao.kit.http.errors import install_error_handlers
from plantao.kit.http.inputs import read_query

VALUES = {
    "status": ("queue", "closed", "", "QUEUE", "open"),
    "channel": ("whatsapp", "web", "fax"),
    "assigned_to": ("1", "0", "-1", "1.0", "1.5", "2147483648", "", "x", " 7 ", "+7", "1_0", "٣"),
    "start_date": (
        "2026-11-27T10:00:00Z",
        "2026-11-27T10:00:00",
        "2026-11-27",
        "1764237600",
        "",
        "2026-13-01T00:00:00Z",
    ),
    "end_date": ("2026-11-27T10:00:00-03:00", "2026-11-27t10:00:00%2B00:00", "never"),
    "search": ("ma", "m", "  ana ", "", "x" * 101, "%00ab", "ç+ã"),
    "unread": ("true", "1", "on", "no", "", "2", "TRUE"),
    "tag": ("1", "9223372036854775808", "0"),
    "snoozed": ("false", "0", "x"),
    "page": ("1", "0", "1000000", "1000001", "NaN"),
    "limit": ("1", "100", "101", "1e1"),
    "more": ("1", ""),
    "Page": ("2",),
}


def queries() -> Iterator[str]:
    yield from ("", "&&", "=", "page", "page=", "page=2&page=3", "page=3&page=x", "more=1&more=2", "page=2;limit=3")
    yield from (f"{name}={value}" for name, values in VALUES.items() for value in values)
    rng = random.Random(20261127)
    for _ in range(300):
        names = rng.choices(list(VALUES), k=rng.randint(2, 5))
        yield "&".join(f"{name}={quote(rng.choice(VALUES[name]), safe='%+ ')}" for name in names)


@pytest.fixture
async def client() -> httpx2.AsyncClient:
    app = FastAPI()
    install_error_handlers(app)

    @app.get("/theirs")
    async def theirs(query: Annotated[ListQuery, Query()]) -> ListQuery:
        return query

    @app.get("/ours")
    async def ours(request: Request) -> ListQuery:
        return read_query(ListQuery, request)

    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test")


async def test_what_is_read_and_what_is_refused_is_the_same(client: httpx2.AsyncClient) -> None:
    statuses = set()
    for query in queries():
        answers = [await client.get(f"/{whose}?{query}") for whose in ("theirs", "ours")]
        assert answers[0].text == answers[1].text, query
        assert answers[0].status_code == answers[1].status_code, query
        statuses.add(answers[0].status_code)
    assert statuses == {200, 400}
