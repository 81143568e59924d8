"""Who sees what, and on which screens."""

from datetime import timedelta

import pyotp
import pytest
from playwright.async_api import Page, expect
from tests.console.conftest import maria_at, picture, sign_in
from tests.stories.file_samples import served_conversation
from tests.stories.harness import PASSWORD, System

from plantao.identity.models import Role

pytestmark = pytest.mark.browser


async def sign_out(page: Page) -> None:
    await page.get_by_role("button", name="Sua conta").click()
    await page.get_by_role("menuitem", name="Sair").click()
    await expect(page.get_by_label("E-mail")).to_be_visible()


async def test_everybody_sees_the_own_and_supervisors_all(system: System, page: Page) -> None:
    maria = await system.person(Role.ATTENDANT)
    conversation_id = await served_conversation(system, maria)
    await system.person(Role.ATTENDANT, "Carlos Nogueira")
    await system.person(Role.SUPERVISOR, "Rita Lima")
    await system.person(Role.USER, "Zeca Prado")

    await sign_in(page, f"{system.url}/caixa/minhas/{conversation_id}", "carlos@provedor.example")
    await expect(page.get_by_text("Esta conversa não existe ou não é sua.")).to_be_visible()
    await expect(page.get_by_role("link", name="Histórico")).to_be_visible()
    await sign_out(page)
    await sign_in(page, f"{system.url}/caixa/todas/{conversation_id}", "rita@provedor.example")
    await expect(page.get_by_role("link", name="Todas")).to_be_visible()
    await expect(page.get_by_role("button", name="Assumir").first).to_be_visible()
    await picture(page, "supervisor")
    await page.keyboard.press("t")
    dialog = page.get_by_role("dialog", name="Transferir conversa")
    await dialog.get_by_role("option", name="Carlos Nogueira").click()
    await picture(page, "transfer")
    await dialog.get_by_role("button", name="Transferir").click()
    await expect(page.get_by_text("Transferida para Carlos Nogueira.")).to_be_visible()
    await sign_out(page)
    await page.get_by_label("E-mail").fill("zeca@provedor.example")
    await page.get_by_label("Senha").fill(PASSWORD)
    await page.get_by_role("button", name="Entrar").click()
    await expect(page.get_by_text("Sua conta ainda não atende ninguém.", exact=False)).to_be_visible()


async def test_a_second_factor_is_asked_for_and_other_tabs_share_the_session(system: System, page: Page) -> None:
    maria = await system.person(Role.ATTENDANT)
    secret = (await maria.post("/auth/second-factor", {"password": PASSWORD})).json()["secret"]
    code = pyotp.TOTP(secret)
    await maria.post("/auth/second-factor/confirm", {"code": code.at(system.parts.clock.now() - timedelta(seconds=30))})
    await page.goto(system.url)
    await expect(page.get_by_label("E-mail")).to_be_focused()
    await picture(page, "log-in")
    await page.get_by_label("E-mail").fill("maria@provedor.example")
    await page.get_by_label("Senha").fill("errada")
    await page.get_by_role("button", name="Entrar").click()
    await expect(page.get_by_text("senha", exact=False).last).to_be_visible()
    await page.get_by_label("Senha").fill(PASSWORD)
    await page.get_by_role("button", name="Entrar").click()
    await page.get_by_label("Código do autenticador").fill(code.at(system.parts.clock.now()))
    await page.get_by_role("button", name="Confirmar código").click()
    await expect(page.get_by_role("region", name="Conversas")).to_be_visible()
    second = await page.context.new_page()
    await second.goto(system.url)
    await expect(second.get_by_role("region", name="Conversas")).to_be_visible()
    await second.evaluate(EXPIRE)
    await second.reload()
    await expect(second.locator(".line.open")).to_be_visible()
    await page.reload()
    await expect(page.locator(".line.open")).to_be_visible()
    await sign_out(second)
    await expect(page.get_by_label("E-mail")).to_be_visible()


# The token of this tab runs out; the other tab must not use the refresh token a second time.
EXPIRE = """() => {
  const kept = JSON.parse(sessionStorage.getItem('plantao.session'));
  sessionStorage.setItem('plantao.session', JSON.stringify({ ...kept, expiresAt: Date.now() }));
}"""


async def test_dark_and_on_a_phone(system: System, page: Page) -> None:
    await page.emulate_media(color_scheme="dark")
    maria = await maria_at(page, system)
    conversation_id = await served_conversation(system, maria)
    await maria.post(f"/conversations/{conversation_id}/notes", {"content": "Já trocou o modem em outubro."})
    await expect(page.get_by_role("link", name="João")).to_be_visible()
    await page.keyboard.press("j")
    await expect(page.get_by_role("textbox", name="Responder")).to_be_visible()
    await expect(page.get_by_text("Já trocou o modem").first).to_be_visible()
    await picture(page, "dark")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Atalhos de teclado")).to_be_visible()
    await picture(page, "shortcuts")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("encerrar")
    await expect(page.get_by_role("option", name="Encerrar conversa")).to_be_visible()
    await picture(page, "palette")
    await page.keyboard.press("Escape")
    await page.set_viewport_size({"width": 360, "height": 700})
    await expect(page.get_by_role("region", name="Conversas")).to_be_hidden()
    if await page.get_by_role("button", name="Fechar painel").is_visible():
        await page.get_by_role("button", name="Fechar painel").click()
    await picture(page, "phone-thread")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await page.get_by_role("link", name="Voltar à lista").click()
    await expect(page.get_by_role("region", name="Conversas")).to_be_visible()
    await picture(page, "phone-list")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
