"""Files that are looked at, and what failed, once more."""

import io
import re
from collections.abc import Awaitable, Callable

import pytest
from PIL import Image
from playwright.async_api import Page, Route, expect
from tests.console.conftest import kept, maria_at, picture
from tests.stories.file_samples import JPEG, encoded, served_conversation
from tests.stories.harness import System

pytestmark = pytest.mark.browser


def small_picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (320, 200), "teal").save(made, "PNG")
    return made.getvalue()


SMALL = small_picture()
WIDTH = "image => image.getBoundingClientRect().width"


async def test_pictures_are_looked_at_by_keyboard_and_an_expired_link_is_renewed(system: System, page: Page) -> None:
    maria = await maria_at(page, system)
    conversation_id = await served_conversation(system, maria)
    [joao] = system.sim.world.customers.values()
    await page.goto(f"{system.url}/caixa/minhas/{conversation_id}")
    for caption, data in (("A primeira", JPEG), ("A segunda", SMALL)):
        await system.sim.write(joao, {"type": "image", "caption": caption, "data": encoded(data)})
        await expect(page.locator(".message", has_text=caption).locator("img.image")).to_be_visible()

    await page.route(re.compile("link="), expire_once())
    await page.locator(".message", has_text="A primeira").get_by_role("button", name="Ampliar imagem").click()
    viewer = page.locator(".lightbox")
    shown = viewer.get_by_role("img", name="A primeira")
    await expect(shown).to_have_js_property("complete", True)
    await expect(shown).to_have_attribute("style", re.compile("width"))
    small = await shown.evaluate(WIDTH)
    await page.keyboard.press("+")
    await expect(viewer.get_by_role("button", name="Reduzir")).to_be_enabled()
    assert await shown.evaluate(WIDTH) == pytest.approx(small * 1.5, abs=1)
    await picture(page, "lightbox")
    await page.keyboard.press("0")
    assert await shown.evaluate(WIDTH) == pytest.approx(small, abs=1)
    await page.keyboard.press("ArrowRight")
    await expect(viewer.get_by_role("img", name="A segunda")).to_be_visible()
    await page.keyboard.press("ArrowRight")
    await expect(viewer.get_by_role("img", name="A segunda")).to_be_visible()
    async with page.expect_download() as saved:
        await page.keyboard.press("d")
    assert (await kept(await saved.value)).read_bytes() == SMALL
    await page.keyboard.press("Escape")
    await expect(viewer).to_have_count(0)


def expire_once() -> Callable[[Route], Awaitable[None]]:
    """As the server answers a link that has expired, once."""
    asked: list[str] = []

    async def answer(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) > 1:
            await route.continue_()
        else:
            await route.fulfill(status=401, body="{}")

    return answer


async def test_what_was_not_delivered_goes_once_more(system: System, page: Page) -> None:
    maria = await maria_at(page, system)
    conversation_id = await served_conversation(system, maria)
    await page.goto(f"{system.url}/caixa/minhas/{conversation_id}")
    writing = page.get_by_role("textbox", name="Responder")
    await expect(writing).to_be_visible()
    system.sim.fail_next(kind="error", code=131009, times=1)
    await writing.fill("Não chegou na primeira vez")
    await writing.press("Enter")
    failed = page.locator(".message.ours").filter(has=page.locator(".failure"))
    await expect(failed).to_contain_text("Não chegou na primeira vez")
    await picture(page, "failed")
    await failed.get_by_role("button", name="Enviar de novo").click()
    await system.sim.wait_for_send(lambda send: send.text == "Não chegou na primeira vez")
    again = page.locator(".message.ours").filter(has_text="Não chegou na primeira vez")
    await expect(again).to_have_count(2)
    await expect(again.last.get_by_role("img", name="Entregue")).to_be_visible()
    await expect(failed).to_have_count(1)


async def test_a_file_that_meta_did_not_give_is_fetched_again(system: System, page: Page) -> None:
    maria = await maria_at(page, system)
    conversation_id = await served_conversation(system, maria)
    [joao] = system.sim.world.customers.values()
    await page.goto(f"{system.url}/caixa/minhas/{conversation_id}")
    await expect(page.get_by_role("textbox", name="Responder")).to_be_visible()
    system.sim.media.download_base = "http://127.0.0.1:1/"  # no address of Meta's
    await system.sim.write(joao, {"type": "image", "caption": "As luzes", "data": encoded(JPEG)})
    lost = page.locator(".message", has_text="As luzes")
    again = lost.get_by_role("button", name="Tentar de novo")
    await expect(again).to_be_visible()
    await picture(page, "lost-file")
    system.sim.media.download_base = None
    await again.click()
    await expect(lost.locator("img.image")).to_be_visible()
