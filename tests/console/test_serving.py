"""How the console's files are answered: to be kept for ever, compressed, and never in the API's place."""

import json
import re
from collections.abc import Iterator
from importlib.resources import files

import pytest
from tests.stories.harness import System

from plantao.console.serving import NotBuilt
from plantao.console.site import Asset, read_site

HTML = {"accept": "text/html,application/xhtml+xml"}
FIRST_LOAD = 150 * 1024


@pytest.fixture
def without_build(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    read_site.cache_clear()
    monkeypatch.setattr("plantao.console.site._walk", lambda *_: [])
    yield
    read_site.cache_clear()


@pytest.mark.parametrize(
    "path", ["/", "/caixa/minhas", "/caixa/fila/550e8400-e29b-41d4-a716-446655440000", "/entrar", "/ajustes/horario"]
)
async def test_every_address_within_is_the_page(system: System, path: str) -> None:
    answer = await system.client.get(path, headers=HTML)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "media-src 'self' blob:;" in policy
    assert "microphone=(self)" in answer.headers["permissions-policy"]
    again = await system.client.get(path, headers=HTML | {"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/docs/nothing", "/assets/nothing.js", "/health/nothing"])
async def test_what_is_missing_elsewhere_is_answered_as_the_api_does(system: System, path: str) -> None:
    answer = await system.client.get(path, headers=HTML)
    assert (answer.status_code, answer.json()["error_code"]) == (404, "NOT_FOUND")


async def test_only_who_wants_a_page_gets_one(system: System) -> None:
    assert (await system.client.get("/caixa/minhas", headers={"accept": "application/json"})).status_code == 404
    assert (await system.client.post("/caixa/minhas", headers=HTML)).status_code == 404


async def test_hashed_files_are_kept_for_ever_and_come_compressed(system: System) -> None:
    page = (await system.client.get("/")).text
    [script] = re.findall(r'src="(/assets/[^"]+\.js)"', page)
    for encoding in ("br", "gzip", "identity"):
        answer = await system.client.head(script, headers={"accept-encoding": encoding})
        assert answer.headers.get("content-encoding", "identity") == encoding
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert (answer.headers["vary"], answer.content) == ("Accept-Encoding", b"")
    refused = await system.client.head(script, headers={"accept-encoding": "br;q=0, gzip"})
    assert refused.headers["content-encoding"] == "gzip"


async def test_the_service_worker_is_asked_for_anew_and_bound_by_the_policy(system: System) -> None:
    answer = await system.client.get("/sw.js", headers={"sec-fetch-dest": "serviceworker"})
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert "connect-src 'self'" in answer.headers["content-security-policy"]
    named = set(re.findall(r'"(/[^"]*)"', answer.text.partition('files":')[2].partition("]")[0]))
    assert {"/", "/theme.js", "/favicon.svg"} < named
    assert named >= {path for path in read_site() if path.startswith("/assets/")}


async def test_the_console_costs_nobody_a_request_of_the_limit(system: System) -> None:
    assert "x-ratelimit-limit" not in (await system.client.get("/")).headers


async def test_a_conversation_is_no_label(system: System) -> None:
    await system.client.get("/caixa/fila/550e8400-e29b-41d4-a716-446655440000", headers=HTML)
    metrics = (await system.client.get("/metrics")).text
    assert "550e8400" not in metrics
    assert 'route="/"' in metrics


@pytest.mark.usefixtures("without_build")
async def test_without_a_build_it_says_how_to_make_one(system: System) -> None:
    answer = await system.client.get("/", headers=HTML)
    assert (answer.status_code, answer.json()["error_code"]) == (503, NotBuilt.error_code)
    assert "make install" in answer.json()["detail"]
    assert (await system.client.get("/health/live")).status_code == 200


def test_the_first_load_is_small() -> None:
    """All scripts and styles of the log-in and of the inbox, as a browser that knows Brotli gets them."""
    site = read_site()
    loaded = {"/index.html", "/theme.js"} | files_of("index.html", "src/shell/Shell.vue", "src/inbox/Inbox.vue")
    total = sum(smallest(site[path]) for path in loaded)
    assert 20 * 1024 < total < FIRST_LOAD
    later = files_of("src/dashboard/Dashboard.vue", "src/dashboard/LineChart.vue") - loaded
    assert later, "the dashboard is fetched when it is visited"


def files_of(*parts: str) -> set[str]:
    """What these parts load, with all that they import."""
    manifest = json.loads((files("plantao.console") / "dist" / ".vite" / "manifest.json").read_text())
    found: set[str] = set()
    ahead = list(parts)
    while ahead:
        part = manifest[ahead.pop()]
        loads = {f"/{path}" for path in (part["file"], *part.get("css", ()))}
        ahead += part.get("imports", ()) if not loads <= found else ()
        found |= loads
    return found


def smallest(asset: Asset) -> int:
    return min(len(content) for content in (asset.plain, *asset.packed.values()))
