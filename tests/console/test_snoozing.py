"""Putting a conversation aside by keyboard, and its way back."""

import pytest
from playwright.async_api import Page, expect
from tests.console.conftest import maria_at, picture
from tests.stories.harness import System
from tests.stories.test_snoozing import asks

pytestmark = pytest.mark.browser


async def test_what_is_put_aside_leaves_the_list_and_comes_back_when_the_customer_writes(
    system: System, page: Page
) -> None:
    maria = await maria_at(page, system)
    joao = await asks(system, "João Prado")
    await asks(system, "Rita Lima")
    rows = page.get_by_role("region", name="Conversas").locator("li")
    await expect(rows).to_have_count(2)
    await rows.filter(has_text="João Prado").click()
    await page.evaluate("localStorage['plantao.preferences'] = JSON.stringify({undo: true, sound: false})")
    await expect(page.get_by_role("heading", name="João Prado")).to_be_visible()
    await page.keyboard.press("h")
    dialog = page.get_by_role("dialog", name="Adiar")
    await expect(dialog.get_by_role("button", name="Em 1 hora")).to_be_focused()
    await picture(page, "snooze-dialog")
    await page.keyboard.press("1")
    await expect(page.get_by_text("Adiada até").last).to_be_visible()
    await expect(rows).to_have_count(1)
    await expect(page.get_by_text("1 adiada", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Acordar")).to_be_visible()
    await picture(page, "snooze-mine")

    await page.keyboard.press("g")
    await page.keyboard.press("d")
    await expect(rows.filter(has_text="João Prado").locator(".asleep")).to_be_visible()
    await picture(page, "snooze-list")
    await system.sim.write(joao, {"type": "text", "text": "já voltou, obrigado"})
    await expect(page.get_by_text("João Prado voltou para Minhas antes da hora.")).to_be_visible()
    await expect(page.get_by_text("Nada adiado")).to_be_visible()
    await page.keyboard.press("g")
    await page.keyboard.press("m")
    await expect(rows).to_have_count(2)
    assert await maria.conversations(snoozed=True) == []


async def test_what_is_still_held_leaves_before_and_does_not_wake_it(system: System, page: Page) -> None:
    await page.add_init_script("localStorage['plantao.preferences'] = JSON.stringify({undo: true, sound: false})")
    maria = await maria_at(page, system)
    await asks(system, "João Prado")
    await expect(page.get_by_role("region", name="Conversas").locator("li")).to_have_count(1)
    await page.keyboard.press("j")
    await expect(page.get_by_role("textbox", name="Responder")).to_be_visible()
    await page.keyboard.press("r")
    await page.get_by_role("textbox", name="Responder").fill("Ligo amanhã cedo.")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await page.keyboard.press("h")
    await page.get_by_role("dialog", name="Adiar").get_by_role("button", name="Amanhã cedo").click()
    await expect(page.get_by_role("button", name="Acordar")).to_be_visible()
    await system.sim.wait_for_send(lambda send: "Ligo amanhã cedo." in str(send.payload))
    [found] = await maria.conversations(snoozed=True)
    await page.get_by_role("button", name="Acordar").click()
    await expect(page.get_by_role("button", name="Acordar")).to_be_hidden()
    assert [one["id"] for one in await maria.conversations(snoozed=False)] == [found["id"]]
