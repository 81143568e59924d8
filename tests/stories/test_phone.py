"""The main job as the customer sees it: on the phone's page, in a real browser."""

import pytest
from playwright.async_api import Page, expect
from tests.stories.harness import System

from plantao.identity.models import Role

pytestmark = pytest.mark.browser


async def test_a_customer_types_on_the_phone_and_reads_the_answers(system: System, page: Page) -> None:
    maria = await system.person(Role.ATTENDANT)
    system.sim.customer("João da Silva", phone="5511999999999")
    await page.goto(system.sim.base_url)
    await page.get_by_role("button", name="João da Silva").click()
    writing = page.get_by_role("textbox", name="Mensagem")

    await writing.fill("Minha internet está lenta")
    await writing.press("Enter")
    await expect(page.locator(".bubble.business")).to_contain_text("João")
    asked = page.locator(".bubble.customer").first
    await expect(asked.get_by_role("img", name="lida")).to_be_visible()

    async with maria.socket() as socket:
        await writing.fill("quero um atendente")
        await writing.press("Enter")
        conversation_id = (await socket.expect("conversation_assigned"))["conversation_id"]
        await maria.post(f"/conversations/{conversation_id}/messages", {"content": "Olá, aqui é a Maria."})
        await expect(page.locator(".bubble.business").last).to_contain_text("Olá, aqui é a Maria.")
        read = await socket.expect("message_status", lambda frame: frame["status"] == "read")
        assert read["conversation_id"] == conversation_id
