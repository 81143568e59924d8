"""How the page's files are served: kept for ever, compressed, and under a policy of their own."""

import gzip
import re

from tests.stories.harness import System

BUNDLE = "/docs/swagger-ui-bundle.js"


async def test_the_page_runs_only_what_is_ours(system: System) -> None:
    page = await system.client.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none';" in policy
    assert "unsafe" not in policy
    assert not re.search(r"https?://|<script(?! src)|<style| on\w+=| style=", page.text)
    assert page.headers["cache-control"] == "no-store"
    elsewhere = await system.client.get("/health")
    assert elsewhere.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


async def test_every_file_that_the_page_names_is_there_and_kept(system: System) -> None:
    page = await system.client.get("/docs")
    named = re.findall(r'(?:src|href)="(docs/[^"]+)"', page.text)
    assert len(named) == 4
    for path in named:
        file = await system.client.get(f"/{path}")
        assert file.status_code == 200
        assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert file.headers["x-content-type-options"] == "nosniff"
        again = await system.client.get(f"/{path}", headers={"If-None-Match": file.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_files_are_compressed_for_those_who_can_read_it(system: System) -> None:
    plain = await system.client.get(BUNDLE, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    async with system.client.stream("GET", BUNDLE, headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert len(packed) < len(plain.content) / 2
    assert gzip.decompress(packed) == plain.content


async def test_nothing_else_of_the_machine_is_served(system: System) -> None:
    for name in ("docs.html", "__init__.py", "..%2fopenapi.py", "%2e%2e/page.py", "x"):
        answer = await system.client.get(f"/docs/{name}")
        assert (answer.status_code, answer.json()["error_code"]) == (404, "NOT_FOUND")
