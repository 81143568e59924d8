"""By keyboard, zoomed in, without motion, with forced colours, by ear: everything is seen and reached."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, ViewportSize, expect
from tests.console.conftest import maria_at, picture
from tests.console.provider import ACCOUNT
from tests.console.screens import STILL, walk
from tests.stories.file_samples import served_conversation
from tests.stories.harness import System, running_system
from tests.stories.test_account import synced

pytestmark = pytest.mark.browser


@pytest.fixture
async def system(database_url: str) -> AsyncIterator[System]:
    simulator = {"pair_limit": False}
    async with running_system(database_url, simulator=simulator, whatsapp_business_account_id=ACCOUNT) as running:
        await synced(running)
        yield running


# 1280 pixels at 200 %, and the width to which WCAG 1.4.10 zooms.
ZOOMED: tuple[ViewportSize, ...] = ({"width": 640, "height": 512}, {"width": 320, "height": 640})
# What can be pressed and lies where nobody can scroll to it.
CUT_OFF = """() => {
  const PRESSED = 'a, button, input, select, textarea, summary, [role=menuitem]';
  const scrolls = (one, axis) => ['auto', 'scroll'].includes(getComputedStyle(one)[`overflow${axis}`]);
  const above = one => one.parentElement ? [one.parentElement, ...above(one.parentElement)] : [];
  const dialog = document.querySelector('[role=dialog]');
  const all = [...(dialog ?? document).querySelectorAll(PRESSED)];
  const shown = all.filter(one => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && !one.closest('.unseen') && !one.matches('.unseen') && getComputedStyle(one).pointerEvents !== 'none');
  const lost = shown.filter(one => {
    const box = one.getBoundingClientRect();
    const aside = box.left < -1 || box.right > innerWidth + 1;
    const beyond = box.top < -1 || box.bottom > innerHeight + 1;
    const ways = above(one);
    return (aside && !ways.some(two => scrolls(two, 'X'))) || (beyond && !ways.some(two => scrolls(two, 'Y')));
  });
  const wide = document.documentElement.scrollWidth > innerWidth ? ['the page scrolls sideways'] : [];
  return [...wide, ...lost.map(one => one.outerHTML.slice(0, 140))];
}"""


async def test_nothing_is_cut_off_when_zoomed_in(system: System, page: Page) -> None:
    problems: list[str] = []

    async def look(page: Page, name: str) -> None:
        for viewport in ZOOMED:
            await page.set_viewport_size(viewport)
            await page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            found: list[str] = await page.evaluate(CUT_OFF)
            problems.extend(f"{name}, {viewport['width']}: {one}" for one in found)
            await picture(page, f"{name}-{viewport['width']}")
        await page.set_viewport_size({"width": 1280, "height": 800})

    await walk(system, page, look)
    assert problems == []


MOST = 60  # presses of Tab on one screen
# What has the focus, when nothing tells so: no outline, and no change of the element or of the box around it.
UNMARKED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one);
  if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) return '';
  if (one.matches('[data-highlighted], [role=menu], [role=dialog]')) return '';
  if (['date', 'time', 'datetime-local'].includes(one.type)) return ''; // the browser marks their parts
  const look = () => [one, one.parentElement, one.parentElement.parentElement]
    .map(two => getComputedStyle(two)).map(two => two.borderColor + two.boxShadow + two.outline + two.opacity).join();
  const focused = look();
  one.blur();
  const blurred = look();
  one.focus();
  return focused === blurred ? one.outerHTML.slice(0, 140) : '';
}"""


async def test_the_focus_is_always_seen(system: System, page: Page) -> None:
    problems: set[str] = set()

    async def look(page: Page, name: str) -> None:
        await page.evaluate(STILL)
        if "menu" in name or name in {"reactions", "canned-replies", "inbox-empty"}:  # whose keys are arrows
            return
        for _ in range(MOST):
            await page.keyboard.press("Tab")
            unmarked = await page.evaluate(UNMARKED)
            if unmarked is None:
                break
            problems.update({f"{name}: {unmarked}"} if unmarked else ())

    await walk(system, page, look)
    assert sorted(problems) == []


async def test_a_dialog_keeps_the_focus_and_gives_it_back(system: System, page: Page) -> None:
    maria = await maria_at(page, system)
    await page.goto(f"{system.url}/caixa/minhas/{await served_conversation(system, maria)}")
    opener = page.get_by_role("button", name="Transferir", exact=True)
    await opener.focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Transferir conversa")
    await expect(dialog).to_be_visible()
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert await dialog.evaluate("dialog => dialog.contains(document.activeElement)")
    await dialog.get_by_role("button", name="Fechar").click()
    await expect(dialog).to_have_count(0)
    await expect(opener).to_be_focused()


async def test_who_hears_the_screen_is_told_of_new_messages(system: System, page: Page) -> None:
    maria = await maria_at(page, system)
    await page.goto(f"{system.url}/caixa/minhas/{await served_conversation(system, maria)}")
    await expect(page.get_by_role("textbox", name="Responder")).to_be_visible()
    await expect(page.locator(".line.open")).to_be_visible()
    heard = page.locator(".heard")
    await expect(heard).to_have_attribute("role", "status")
    await expect(heard).to_be_empty()
    [joao] = system.sim.world.customers.values()
    await system.sim.write(joao, "Voltou!")
    await expect(heard).to_have_text("João: Voltou!")
    assert await page.get_by_role("log").get_attribute("aria-live") == "off"


async def test_without_motion_nothing_moves(system: System, page: Page) -> None:
    await page.emulate_media(reduced_motion="reduce")
    await maria_at(page, system)
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    longest = "() => Math.max(0, ...document.getAnimations().map(one => one.effect.getTiming().duration))"
    assert await page.evaluate(longest) <= 1


async def test_forced_colours_still_tell_what_is_chosen(system: System, page: Page) -> None:
    await page.emulate_media(forced_colors="active")
    await maria_at(page, system)
    await expect(page.locator(".line.open")).to_be_visible()
    chosen = page.get_by_role("link", name="Minhas")
    other = page.get_by_role("link", name="Fila")
    outline = "one => getComputedStyle(one).outlineStyle"
    assert [await chosen.evaluate(outline), await other.evaluate(outline)] == ["solid", "none"]
    dot = await page.locator(".line.open").evaluate("one => getComputedStyle(one).backgroundColor")
    assert dot != await page.locator("body").evaluate("one => getComputedStyle(one).backgroundColor")
    await picture(page, "forced-colors")
