"""The line is cut and comes back: nothing is lost, nothing is sent twice."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Page, expect
from tests.console.conftest import maria_at, picture
from tests.crash.harness import Served
from tests.stories.file_samples import served_conversation
from tests.stories.harness import FAST, JWT_SECRET, Json, Person, Server, System, settings_for

from plantao.app import build_parts, create_asgi
from plantao.kit.http.server import bind, build_server
from plantao_simulator import Simulator, SimulatorConfig, create_simulator, run_server

CLAIM_SECONDS = 90.0

pytestmark = pytest.mark.browser


@asynccontextmanager
async def product(sim: Simulator, database_url: str, port: int) -> AsyncIterator[System]:
    """One life of the server, always at the same address."""
    url = f"http://127.0.0.1:{port}"
    parts = build_parts(settings_for(sim), database_url)
    server = build_server(create_asgi(parts), loop="asyncio", timeout_graceful_shutdown=1)
    async with (
        Server(server).running(bind("127.0.0.1", port)),
        httpx2.AsyncClient(base_url=url, trust_env=False, timeout=30) as client,
    ):
        yield System(sim, parts, client, url)


async def test_the_server_is_restarted(database_url: str, free_port: int, page: Page) -> None:
    webhook = f"http://127.0.0.1:{free_port}/api/v1/whatsapp/webhook"
    sim = create_simulator(SimulatorConfig(webhook_url=webhook, **FAST))
    async with run_server(sim):
        async with product(sim, database_url, free_port) as system:
            maria = await maria_at(page, system)
            conversation_id = await served_conversation(system, maria)
            await page.goto(f"{system.url}/caixa/minhas/{conversation_id}")
            writing = page.get_by_role("textbox", name="Responder")
            await expect(writing).to_be_visible()
            await expect(page.locator(".line.open")).to_be_visible()
        banner = page.get_by_role("alert").filter(has_text="Sem conexão")
        await expect(banner).to_be_visible()
        await writing.fill("Primeira sem conexão")
        await writing.press("Enter")
        await writing.fill("Segunda sem conexão")
        await writing.press("Enter")
        waiting = page.locator(".draft").filter(has_text="Primeira").get_by_role("img", name="Esperando conexão")
        await expect(waiting).to_be_visible()
        await picture(page, "cut")
        [ana] = sim.world.customers.values()
        await sim.write(ana, "Escrevi enquanto o servidor estava fora")
        async with product(sim, database_url, free_port) as system:
            await expect(banner).to_have_count(0, timeout=20_000)  # a try may be 15 seconds away
            await expect(page.locator(".line.open")).to_be_visible()
            await expect(page.locator(".message.theirs").filter(has_text="enquanto o servidor")).to_be_visible()
            await decide_about_the_new_one(page)
            await expect(page.locator(".draft")).to_have_count(0)
            await sim.wait_for_send(lambda send: send.text == "Primeira sem conexão")
            again = Person(maria.id, system.client, maria.token, system.url)
            own = [m["content"] for m in await again.messages(conversation_id) if m["sent_by"] == "agent"]
            assert own == ["Primeira sem conexão", "Segunda sem conexão"]


async def test_the_server_is_killed_while_somebody_writes(
    database_url: str, free_port: int, page: Page, tmp_path: Path
) -> None:
    webhook = f"http://127.0.0.1:{free_port}/api/v1/whatsapp/webhook"
    # Meta tries for longer than a server takes to come back; what it gave up would rightly be sent once more.
    patient: Json = FAST | {"retry_gaps": (0.5,) * 240}
    sim = create_simulator(SimulatorConfig(webhook_url=webhook, pair_limit=False, **patient))
    async with run_server(sim), AsyncExitStack() as stack:
        async with product(sim, database_url, free_port) as system:
            maria = await maria_at(page, system)
            conversation_id = await served_conversation(system, maria)
            await page.goto(f"{system.url}/caixa/minhas/{conversation_id}")
            await expect(page.get_by_role("textbox", name="Responder")).to_be_visible()
        more = {"PLANTAO_DATABASE_URL": database_url, "PLANTAO_JWT_SECRET": JWT_SECRET}
        served = Served(tmp_path / "data", free_port, sim.config, sim.base_url, more=more)
        served.data_dir.mkdir()
        stack.push_async_callback(served.stop)  # else it would go on with the next tests' messages
        await served.start()
        await expect(page.locator(".line.open")).to_be_visible(timeout=20_000)
        words = [f"Palavra {number}" for number in range(6)]
        for number, word in enumerate(words):
            if number == 2:
                await served.kill()  # with what was said just now on its way
            await page.get_by_role("textbox", name="Responder").fill(word)
            await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert").filter(has_text="Sem conexão")).to_be_visible()
        await served.start()
        await expect(page.locator(".draft")).to_have_count(0, timeout=20_000)
        # What was on its way when its server died keeps the next ones back until its claim has run out.
        await sim.wait_for_send(lambda send: send.text == words[-1], timeout=CLAIM_SECONDS)
        assert [send.text for send in sim.sends if (send.text or "").startswith("Palavra")] == words
        await expect(page.locator(".message.ours")).to_have_text([re.compile(word) for word in words])


async def decide_about_the_new_one(page: Page) -> None:
    """The customer's word may come before or after what waited here; if before, each one asks once."""
    ask = page.get_by_role("button", name="Enviar mesmo assim")
    done = page.locator(".message.ours").filter(has_text="Segunda sem conexão")
    while True:
        await expect(ask.or_(done).first).to_be_visible()
        if await done.count():
            return
        await ask.first.click()
