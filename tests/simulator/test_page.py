"""The page of phones in a real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect
from tests.simulator.conftest import Bench, Receiver, text_to

from plantao_simulator import Status, create_simulator, run_server
from plantao_simulator.config import SimulatorConfig

PHONE = "+5511999999999"
BUTTONS = {
    "type": "button",
    "body": {"text": "Sua internet voltou?"},
    "action": {"buttons": [{"type": "reply", "reply": {"id": "sim", "title": "Sim, voltou"}}]},
}


pytestmark = pytest.mark.browser


async def test_a_conversation_on_the_page(bench: Bench, page: Page) -> None:
    bench.sim.customer("Ana <b>Souza</b>", phone=PHONE)
    await page.goto(bench.base)
    await page.get_by_role("button", name="Ana <b>Souza</b>").click()
    writing = page.get_by_role("textbox", name="Mensagem")
    await writing.fill("<img src=x onerror=alert(1)> caiu 😕")
    await writing.press("Enter")
    [message] = await bench.receiver.messages(1)
    assert message["text"]["body"] == "<img src=x onerror=alert(1)> caiu 😕"
    bubble = page.locator(".bubble.customer")
    await expect(bubble).to_contain_text("<img src=x onerror=alert(1)> caiu 😕")
    await expect(bubble.get_by_role("img", name="entregue")).to_be_visible()
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": message["id"]}
    await bench.graph(mark | {"typing_indicator": {"type": "text"}})
    await expect(page.locator(".phone-head .sub")).to_have_text("digitando…")
    await expect(bubble.get_by_role("img", name="lida")).to_be_visible()
    question = {"messaging_product": "whatsapp", "to": PHONE, "type": "interactive", "interactive": BUTTONS}
    await bench.graph(question)
    await expect(page.locator(".phone-head .sub")).to_have_text("conta comercial")
    await page.get_by_role("button", name="Sim, voltou").click()
    reply = (await bench.receiver.messages(2))[1]
    assert reply["interactive"]["button_reply"] == {"id": "sim", "title": "Sim, voltou"}
    await bench.sim.wait_for_status(bench.sim.sends[0].wamid, Status.READ)


async def test_leaving_the_page_closes_the_chat(bench: Bench, page: Page) -> None:
    customer = bench.sim.customer("Ana", phone=PHONE)
    await page.goto(bench.base)
    await page.get_by_role("button", name="Ana").click()
    await bench.sim.bus.until(lambda: customer.chat_open or None, 5)
    await page.goto("about:blank")
    await bench.sim.bus.until(lambda: True if not customer.chat_open else None, 5)


async def test_a_new_customer_and_an_outage(bench: Bench, page: Page) -> None:
    await page.goto(bench.base)
    await page.get_by_role("button", name="Novo cliente").click()
    await page.get_by_label("Nome", exact=True).fill("Rui")
    await page.get_by_label("Celular com DDD").fill("+55 31 98888-7777")
    await page.get_by_role("button", name="Criar cliente").click()
    await expect(page.get_by_role("region", name="Celular de Rui")).to_be_visible()
    assert [c.wa_id for c in bench.sim.world.customers.values()] == ["553188887777"]
    await page.get_by_label("Quantos clientes").fill("12")
    await page.get_by_role("button", name="Queda de rede: 12 clientes escrevem").click()
    assert len(await bench.receiver.messages(12)) == 12
    await expect(page.locator(".people > li").first).to_have_attribute("aria-setsize", "12")


async def test_the_page_comes_back_by_itself(receiver: Receiver, page: Page) -> None:
    sim = create_simulator(SimulatorConfig(webhook_url=receiver.url))
    async with run_server(sim) as base:
        port = int(base.rpartition(":")[2])
        customer = sim.customer("Ana", phone=PHONE)
        await page.goto(base)
        await page.get_by_role("button", name="Ana").click()
        await expect(page.get_by_text("Conectado")).to_be_visible()
    await expect(page.get_by_text("Reconectando…")).to_be_visible()
    async with run_server(sim, port=port):
        await sim.write(customer, "escrevi enquanto a página estava fora")
        await expect(page.get_by_text("Conectado")).to_be_visible()
        await expect(page.locator(".bubble.customer")).to_contain_text("escrevi enquanto")


async def test_light_dark_and_narrow(bench: Bench, page: Page) -> None:
    await bench.sim.write(bench.sim.customer("Ana", phone=PHONE), "oi")
    await bench.graph(text_to(PHONE))
    await page.emulate_media(color_scheme="dark")
    await page.set_viewport_size({"width": 360, "height": 700})
    await page.goto(bench.base)
    await page.get_by_role("button", name="Usar tema claro").click()
    await expect(page.get_by_role("button", name="Usar tema escuro")).to_be_visible()
    await page.get_by_role("button", name="Ana").click()
    await expect(page.locator(".rail")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await page.get_by_role("button", name="Voltar à lista de clientes").click()
    await expect(page.locator(".rail")).to_be_visible()
