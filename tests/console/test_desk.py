"""An agent's day in the console: log in, answer by keyboard, close."""

import pytest
from playwright.async_api import Page, expect
from tests.console.conftest import maria_at, picture
from tests.stories.harness import System

pytestmark = pytest.mark.browser


async def test_a_customer_is_answered_by_keyboard(system: System, page: Page) -> None:
    await maria_at(page, system)
    ana = system.sim.customer("Ana Souza", phone="+5511987654321")
    await system.sim.write(ana, "Minha internet caiu de novo")
    await system.sim.wait_for_send(lambda _: True)
    await system.sim.write(ana, "Quero falar com um atendente")
    row = page.get_by_role("link", name="Ana Souza")
    await expect(row).to_be_visible()
    await page.keyboard.press("j")
    await expect(page.get_by_role("heading", name="Ana Souza")).to_be_visible()
    await expect(page.get_by_text("Minha internet caiu de novo").first).to_be_visible()
    await page.keyboard.press("r")
    await page.keyboard.type("Oi, Ana! Já estou vendo o seu sinal.")
    await page.keyboard.press("Enter")
    await system.sim.wait_for_send(lambda send: send.text == "Oi, Ana! Já estou vendo o seu sinal.")
    bubble = page.locator(".message.ours", has_text="Já estou vendo")
    await expect(bubble.get_by_role("img", name="Entregue")).to_be_visible()
    system.sim.open_chat(ana)
    await expect(bubble.get_by_role("img", name="Lida")).to_be_visible()
    await picture(page, "answered")
    await page.keyboard.press("Escape")
    await page.keyboard.press("e")
    await expect(page.get_by_role("dialog", name="Encerrar conversa")).to_be_visible()
    await picture(page, "closing")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Esta conversa foi encerrada.")).to_be_visible()
    await expect(row).to_have_count(0)
