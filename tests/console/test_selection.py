"""Doing the same with many, by keyboard and by mouse."""

import pytest
from playwright.async_api import Page, expect
from tests.console.conftest import picture, sign_in
from tests.stories.harness import System
from tests.stories.test_snoozing import asks

from plantao.identity.models import Role

pytestmark = pytest.mark.browser

NAMES = ("Ana Prado", "Bruno Reis", "Célia Nunes", "Davi Rocha")


async def test_by_keyboard_only(system: System, page: Page) -> None:
    maria = await system.person(Role.ATTENDANT)
    lead = await system.person(Role.SUPERVISOR, "Rita Lima")
    await lead.patch(f"/agents/{maria.id}", {"max_conversations": 2, "status": "away"})
    for name in NAMES:
        await asks(system, name)
    await sign_in(page, f"{system.url}/caixa/fila", "maria@provedor.example")
    rows = page.get_by_role("region", name="Conversas").locator("li")
    bar = page.get_by_role("toolbar")
    await expect(rows).to_have_count(4)
    await page.keyboard.press("j")
    await expect(page.get_by_role("heading", name="Ana Prado")).to_be_visible()
    await page.keyboard.press("x")
    await page.keyboard.press("Shift+J")
    await page.keyboard.press("Shift+J")
    await expect(bar).to_contain_text("3 selecionadas")
    await page.keyboard.press("x")  # not the third
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await expect(bar).to_contain_text("3 selecionadas")
    await picture(page, "selection")
    await page.keyboard.press("a")  # three, and there is room for two
    await expect(page.get_by_text("Feito em 2 conversas. Em 1 não: Você já atende o número máximo")).to_be_visible()
    await expect(bar).to_contain_text("1 selecionada")
    await page.keyboard.press("Escape")
    await expect(bar).to_be_hidden()

    await page.keyboard.press("g")
    await page.keyboard.press("m")
    await expect(rows).to_have_count(2)
    await page.keyboard.press("Shift+X")
    await expect(bar).to_contain_text("2 selecionadas")
    await page.keyboard.press("h")
    await expect(page.get_by_role("dialog", name="Adiar").get_by_role("button", name="Em 1 hora")).to_be_focused()
    await page.keyboard.press("1")
    await expect(page.get_by_text("2 adiadas", exact=True)).to_be_visible()
    await expect(bar).to_be_hidden()
    assert len(await maria.conversations(snoozed=True)) == 2


async def test_by_mouse(system: System, page: Page) -> None:
    lead = await system.person(Role.SUPERVISOR, "Rita Lima")
    for name in NAMES:
        await asks(system, name)
    await sign_in(page, f"{system.url}/caixa/todas", "rita@provedor.example")
    rows = page.get_by_role("region", name="Conversas").locator("li")
    bar = page.get_by_role("toolbar")
    await expect(rows).to_have_count(4)
    await rows.nth(0).locator(".mark").click()
    await rows.nth(2).click(modifiers=["Shift"])
    await expect(bar).to_contain_text("3 selecionadas")
    await rows.nth(1).locator(".mark").click()
    await bar.get_by_role("button", name="Todas as 4").click()
    await expect(bar).to_contain_text("4 selecionadas")
    await picture(page, "selection-all")
    await bar.get_by_role("button", name="Encerrar as selecionadas").click()
    dialog = page.get_by_role("dialog", name="Encerrar conversa")
    await dialog.get_by_role("radio", name="Spam").click()
    await dialog.get_by_role("button", name="Encerrar").click()
    await expect(page.get_by_text("Feito em 4 conversas.")).to_be_visible()
    assert {one["status"] for one in await lead.conversations()} == {"closed"}
    await expect(rows.first).to_contain_text("Encerrada")


async def test_on_a_phone_in_the_dark(system: System, page: Page) -> None:
    await system.person(Role.SUPERVISOR, "Rita Lima")
    for name in NAMES:
        await asks(system, name)
    await page.set_viewport_size({"width": 390, "height": 780})
    await page.emulate_media(color_scheme="dark")
    await sign_in(page, f"{system.url}/caixa/todas", "rita@provedor.example")
    rows = page.get_by_role("region", name="Conversas").locator("li")
    await rows.nth(0).locator(".mark").click()
    await rows.nth(1).locator(".mark").click()
    await expect(page.get_by_role("toolbar")).to_contain_text("2 selecionadas")
    await picture(page, "selection-phone")
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
