"""The console in a real browser, over a whole running system."""

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Download, Page, expect
from tests.stories.harness import PASSWORD, Person, System, running_system

from plantao.identity.models import Role

# Where the tests leave pictures for people to look at; none are made without it.
PICTURES = os.environ.get("CONSOLE_PICTURES")


@pytest.fixture
async def system(database_url: str) -> AsyncIterator[System]:
    async with running_system(database_url) as running:
        yield running


async def picture(page: Page, name: str) -> None:
    if PICTURES is not None:
        await page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


# What leaves at once, as most stories need it.
PREFERENCES = "localStorage['plantao.preferences'] ??= JSON.stringify({undo: false, sound: false})"


async def sign_in(page: Page, url: str, email: str) -> None:
    await page.add_init_script(PREFERENCES)
    await page.goto(url)
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Senha").fill(PASSWORD)
    await page.get_by_role("button", name="Entrar").click()
    await expect(page.get_by_role("region", name="Conversas")).to_be_visible()


async def kept(download: Download) -> Path:
    """The file that was downloaded: the browser, which more than this test uses, gives it out when it is asked."""
    path = Path(tempfile.mkdtemp(dir=os.environ["PLANTAO_TEST_SCRATCH"])) / "file"
    await download.save_as(path)
    return path


@asynccontextmanager
async def another_browser(page: Page) -> AsyncIterator[Page]:
    """A window that shares nothing with `page`: somebody else's, or the customer's."""
    assert page.context.browser is not None
    context = await page.context.browser.new_context(locale="pt-BR", viewport=page.viewport_size)
    yield await context.new_page()
    await context.close()


async def maria_at(page: Page, system: System) -> Person:
    """An agent, logged in and present."""
    maria = await system.person(Role.ATTENDANT)
    await sign_in(page, system.url, "maria@provedor.example")
    await expect(page.locator(".line.open")).to_be_visible()
    return maria
