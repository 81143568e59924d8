"""The console as an installed application: it opens without a connection, and a new build takes over safely."""

import io
from importlib.resources import files
from typing import Any

import pytest
from PIL import Image, ImageChops
from playwright.async_api import Page, expect
from tests.console.builds import next_build
from tests.console.conftest import maria_at, picture
from tests.console.test_line import product
from tests.stories.file_samples import served_conversation
from tests.stories.harness import FAST, System

from plantao_simulator import SimulatorConfig, create_simulator, run_server

pytestmark = pytest.mark.browser

PRIVATE = [{"errorId": "in-incognito", "errorArguments": []}]  # as every page of these tests is
NEWS = "Há uma nova versão do Plantão."
ASK = "navigator.serviceWorker.getRegistration().then(one => one.update()).then(() => null)"
BUILD = "document.querySelector('meta[name=build]')?.content ?? 'first'"
KEPT = """async () => {
  const caches_ = await Promise.all((await caches.keys()).map(name => caches.open(name)));
  const requests = (await Promise.all(caches_.map(one => one.keys()))).flat();
  return requests.map(one => new URL(one.url).pathname);
}"""


async def installed(page: Page) -> None:
    """The worker has all files, and answers for them."""
    await page.wait_for_function("() => navigator.serviceWorker.controller?.state === 'activated'")


async def test_it_can_be_installed(system: System, page: Page) -> None:
    await page.goto(system.url)
    await installed(page)
    devtools = await page.context.new_cdp_session(page)
    manifest = await devtools.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert (await devtools.send("Page.getInstallabilityErrors"))["installabilityErrors"] in ([], PRIVATE)


async def test_icons_are_the_drawing(system: System, page: Page) -> None:
    """The PNGs are drawn by another program than the SVG: they show the same."""
    icons = files("plantao.console") / "dist" / "icons"
    await page.set_viewport_size({"width": 192, "height": 192})
    await page.goto(f"{system.url}/favicon.svg")
    shown = on_white(await page.screenshot(omit_background=True))
    drawn = on_white((icons / "192.png").read_bytes())
    difference = ImageChops.difference(shown, drawn).convert("L").histogram()
    assert sum(difference[64:]) < 0.01 * 192 * 192
    filled = Image.open(io.BytesIO((icons / "maskable-512.png").read_bytes())).convert("RGBA")
    assert filled.size == (512, 512)
    assert {filled.getpixel(corner) for corner in ((0, 0), (511, 511))} == {filled.getpixel((256, 40))}


def on_white(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png)).convert("RGBA")
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image)
    return ground


async def test_it_opens_without_the_server(database_url: str, free_port: int, page: Page) -> None:
    sim = create_simulator(SimulatorConfig(webhook_url=f"http://127.0.0.1:{free_port}/api/v1/whatsapp/webhook", **FAST))
    async with run_server(sim):
        async with product(sim, database_url, free_port) as system:
            maria = await maria_at(page, system)
            await served_conversation(system, maria)
            await installed(page)
        await page.reload()
        cut = page.get_by_role("alert").filter(has_text="Sem conexão com o servidor")
        await expect(cut).to_be_visible()
        await expect(page.get_by_role("region", name="Conversas")).to_be_visible()
        await picture(page, "without-the-server")
        await page.get_by_role("link", name="Ajustes").click()  # a part that was never looked at
        await expect(page.get_by_role("heading", name="Minha conta")).to_be_visible()
        await page.goto(f"{system.url}/caixa/fila")
        await expect(page.get_by_role("region", name="Conversas")).to_be_visible()
        kept = await page.evaluate(KEPT)
        assert {path.split("/")[1] for path in kept} == {"", "assets", "favicon.svg", "theme.js"}
        async with product(sim, database_url, free_port):
            await expect(cut).to_have_count(0, timeout=20_000)  # a try may be 15 seconds away
            await page.get_by_role("link", name="Minhas").click()
            await expect(page.get_by_role("link", name="João")).to_be_visible()


async def test_who_has_no_network_is_told_so(system: System, page: Page) -> None:
    await maria_at(page, system)
    await installed(page)
    await page.context.set_offline(True)
    await page.reload()
    banner = page.get_by_role("alert").filter(has_text="Este aparelho está sem rede.")
    await expect(banner).to_be_visible()
    await expect(banner.get_by_role("button")).to_have_count(0)
    await page.context.set_offline(False)
    await expect(banner).to_have_count(0)


async def test_a_new_build_takes_over_when_somebody_wishes_it(system: System, page: Page) -> None:
    await maria_at(page, system)
    await installed(page)
    other = await page.context.new_page()
    await other.goto(system.url)
    await expect(other.locator(".line.open")).to_be_visible()
    await page.wait_for_load_state("networkidle")  # parts that are fetched ahead are here
    await other.wait_for_load_state("networkidle")
    old = await page.evaluate("document.querySelector('script[type=module]').src")
    with next_build():
        assert (await system.client.get(old)).status_code == 404
        await page.evaluate(ASK)
        await expect(page.get_by_text(NEWS)).to_be_visible()
        await picture(page, "new-version")
        await page.get_by_role("link", name="Ajustes").click()  # its files are the old build's
        await expect(page.get_by_role("heading", name="Minha conta")).to_be_visible()
        assert await page.evaluate(BUILD) == "first"
        await page.get_by_role("button", name="Recarregar").click()
        await page.wait_for_function(f"() => ({BUILD}) === 'next'")
        await expect(page.get_by_role("heading", name="Minha conta")).to_be_visible()
        # The other window was not asked: it keeps its build, with all its parts.
        await expect(other.get_by_text(NEWS)).to_be_visible()
        await other.get_by_role("link", name="Ajustes").click()
        await expect(other.get_by_role("heading", name="Minha conta")).to_be_visible()
        assert await other.evaluate(BUILD) == "first"
        await other.get_by_role("button", name="Recarregar").click()
        await other.wait_for_function(f"() => ({BUILD}) === 'next'")


async def test_without_a_worker_a_missing_part_leads_to_the_new_build(system: System, page: Page) -> None:
    """As on a plain address of the office's network, where browsers have no service worker."""
    await page.add_init_script("Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined })")
    await maria_at(page, system)
    await page.wait_for_load_state("networkidle")  # the first part that is missing is the one that is wanted
    with next_build():
        await page.get_by_role("link", name="Ajustes").click()
        await expect(page.get_by_text(NEWS)).to_be_visible()
        await page.get_by_role("button", name="Recarregar").click()
        await expect(page.get_by_role("heading", name="Minha conta")).to_be_visible()
        assert page.url == f"{system.url}/ajustes"


# What a browser does when somebody clicks: nothing of Playwright's reaches the desktop.
CLICK = """async () => {
  const [notification] = await self.registration.getNotifications();
  const click = new NotificationEvent('notificationclick', { notification });
  click.waitUntil = () => {}; // only the browser's own events wait
  self.dispatchEvent(click);
  return notification.title;
}"""
HIDE = "Object.defineProperty(document, 'visibilityState', { value: 'hidden' })"
NOTICES = "localStorage['plantao.preferences'] = JSON.stringify({undo: false, sound: false, notices: true})"


async def test_a_notification_leads_to_its_conversation(system: System, page: Page) -> None:
    await page.context.grant_permissions(["notifications"])
    await page.add_init_script(NOTICES)
    maria = await maria_at(page, system)
    conversation_id = await served_conversation(system, maria)
    await page.goto(f"{system.url}/ajustes")
    await installed(page)
    await expect(page.locator(".line.open")).to_be_visible()
    await page.evaluate(HIDE)
    [joao] = system.sim.world.customers.values()
    await system.sim.write(joao, "Voltou!")
    [worker] = page.context.service_workers
    shown: Any = "() => self.registration.getNotifications().then(all => all.length)"
    while await worker.evaluate(shown) == 0:
        await page.wait_for_timeout(20)
    assert await worker.evaluate(CLICK) == "João"
    await page.wait_for_url(f"**/caixa/minhas/{conversation_id}")
