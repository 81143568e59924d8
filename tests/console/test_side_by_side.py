"""Several windows at once: the customer's phone beside the console, two agents, a supervisor who looks on."""

import asyncio

import pytest
from playwright.async_api import Page, expect
from tests.console.conftest import another_browser, maria_at, picture, sign_in
from tests.stories.file_samples import served_conversation
from tests.stories.harness import System
from tests.stories.test_people import waiting_conversation

from plantao.identity.models import Role

pytestmark = pytest.mark.browser


async def test_the_customers_phone_and_the_agents_console(system: System, page: Page) -> None:
    await maria_at(page, system)
    system.sim.customer("João da Silva", phone="5511999999999")
    async with another_browser(page) as phone:
        await phone.goto(system.sim.base_url)
        await phone.get_by_role("button", name="João da Silva").click()
        message = phone.get_by_role("textbox", name="Mensagem")
        await message.fill("Minha internet caiu")
        await message.press("Enter")
        await expect(phone.locator(".bubble.business")).to_have_count(1)  # the bot's
        await message.fill("Quero falar com um atendente")
        await message.press("Enter")
        await page.get_by_role("link", name="João da Silva").click()
        await expect(page.locator(".message.theirs").last).to_contain_text("Quero falar com um atendente")
        writing = page.get_by_role("textbox", name="Responder")
        await writing.fill("Oi, João! Aqui é a Maria.")
        await writing.press("Enter")
        await expect(phone.locator(".bubble.business").last).to_contain_text("Aqui é a Maria.")
        await expect(page.locator(".message.ours").last.get_by_role("img", name="Lida")).to_be_visible()
        await message.fill("Que bom! As luzes estão vermelhas")
        await message.press("Enter")
        await expect(page.locator(".message.theirs").last).to_contain_text("luzes estão vermelhas")
        await picture(page, "side-agent")
        await picture(phone, "side-phone")


async def test_of_two_agents_one_wins_and_the_other_is_told_calmly(system: System, page: Page) -> None:
    conversation_id = await waiting_conversation(system)
    lead = await system.person(Role.SUPERVISOR, "Rita Lima")
    for name in ("Bia Lima", "Caio Reis"):
        agent = await system.person(Role.ATTENDANT, name)
        await lead.patch(f"/agents/{agent.id}", {"status": "away"})  # else one of them would be given it
    async with another_browser(page) as rival:
        for window, email in ((page, "bia@provedor.example"), (rival, "caio@provedor.example")):
            await sign_in(window, f"{system.url}/caixa/fila/{conversation_id}", email)
        takes = [window.locator("main header").get_by_role("button", name="Assumir") for window in (page, rival)]
        for take in takes:
            await expect(take).to_be_visible()
        await asyncio.gather(*(take.click() for take in takes))
        won = [window.get_by_text("A conversa é sua.") for window in (page, rival)]
        lost = [window.get_by_text("Outra pessoa já assumiu esta conversa.") for window in (page, rival)]
        for mine, theirs in zip(won, lost, strict=True):
            await expect(mine.or_(theirs).first).to_be_visible()
        await picture(page, "race-one")
        await picture(rival, "race-two")
        async with system.parts.database.transaction() as tx:
            owner = await tx.connection.exec_driver_sql("SELECT assigned_to FROM conversations")
            assert owner.scalar() is not None
        assert [await one.count() for one in won].count(1) == 1


async def test_a_supervisor_watches_whispers_and_reassigns(system: System, page: Page) -> None:
    maria = await maria_at(page, system)
    conversation_id = await served_conversation(system, maria)
    await system.person(Role.ATTENDANT, "Carlos Nogueira")
    await system.person(Role.SUPERVISOR, "Rita Lima")
    await page.goto(f"{system.url}/caixa/minhas/{conversation_id}")
    await expect(page.get_by_role("textbox", name="Responder")).to_be_visible()
    async with another_browser(page) as lead:
        await sign_in(lead, f"{system.url}/caixa/todas/{conversation_id}", "rita@provedor.example")
        await expect(lead.locator(".message.theirs").last).to_contain_text("quero um atendente")
        await page.get_by_role("textbox", name="Responder").fill("Já vejo isso")
        await page.get_by_role("textbox", name="Responder").press("Enter")
        await expect(lead.locator(".message.ours").last).to_contain_text("Já vejo isso")
        await lead.keyboard.press("n")
        await lead.keyboard.type("Ofereça o desconto do plano")
        await lead.keyboard.press("Enter")
        await expect(page.locator(".message.note")).to_contain_text("Ofereça o desconto do plano")
        assert all("desconto" not in (send.text or "") for send in system.sim.sends)
        await lead.keyboard.press("Escape")
        await lead.keyboard.press("t")
        dialog = lead.get_by_role("dialog", name="Transferir conversa")
        await dialog.get_by_role("option", name="Carlos Nogueira").click()
        await dialog.get_by_role("button", name="Transferir").click()
        await expect(lead.get_by_text("Transferida para Carlos Nogueira.")).to_be_visible()
        await expect(page.get_by_text("Esta conversa é de Carlos Nogueira.")).to_be_visible()
        await expect(page.get_by_role("list", name="Também nesta conversa")).to_have_count(0)
        await picture(page, "taken-away")
        await lead.goto(f"{system.url}/painel")
        await lead.get_by_role("button", name="Maria Silva").click()
        dialog = lead.get_by_role("dialog")
        await dialog.get_by_role("spinbutton").fill("9")
        await picture(lead, "capacity")
        await dialog.get_by_role("button", name="Salvar").click()
        await expect(dialog).to_have_count(0)
        agents = (await maria.get("/agents")).json()["agents"]
        assert [agent["max_conversations"] for agent in agents if agent["id"] == maria.id] == [9]
