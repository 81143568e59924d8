"""Everybody can use the console: axe finds nothing on any screen, in either theme, on a PC and on a phone."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize
from tests.console.conftest import picture
from tests.console.provider import ACCOUNT
from tests.console.screens import STILL, walk
from tests.stories.harness import System, running_system
from tests.stories.test_account import synced

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "console" / "node_modules" / "axe-core" / "axe.min.js"
OPTIONS: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# What floats stands at the end of the page, outside of its landmarks: the button that it belongs to leads into it.
RUN = """async (options) => (await axe.run(document, options)).violations
  .filter(one => one.impact !== 'minor')
  .flatMap(one => one.nodes.map(node => ({ id: one.id, ...node })))
  .filter(one => one.id !== 'region' || !one.target.join().includes('data-reka-popper-content-wrapper'))
  .map(one => `${one.id}: ${one.html.slice(0, 160)} ${one.failureSummary}`)"""
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
THEMES = ("light", "dark")
SIZES: dict[str, ViewportSize] = {"pc": {"width": 1280, "height": 800}, "phone": {"width": 360, "height": 740}}


@pytest.fixture
async def system(database_url: str) -> AsyncIterator[System]:
    simulator = {"pair_limit": False}
    async with running_system(database_url, simulator=simulator, whatsapp_business_account_id=ACCOUNT) as running:
        await synced(running)
        yield running


async def test_axe_finds_nothing(system: System, page: Page) -> None:
    problems: list[str] = []

    async def look(page: Page, name: str) -> None:
        await page.evaluate(STILL)
        for size, viewport in SIZES.items():
            await page.set_viewport_size(viewport)
            for theme in THEMES:
                await page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
                await page.evaluate(SETTLED)
                await page.evaluate("typeof axe === 'undefined'") and await page.evaluate(AXE.read_text())
                found: list[str] = await page.evaluate(RUN, OPTIONS)
                problems.extend(f"{name}, {size}, {theme}: {one}" for one in found)
                await picture(page, f"{name}-{size}-{theme}")
        await page.set_viewport_size(SIZES["pc"])

    await walk(system, page, look)
    assert problems == []
