"""What an administrator sets, from an empty desk to the first message: `/ajustes`."""

from collections.abc import AsyncIterator

import pyotp
import pytest
from playwright.async_api import Page, expect
from tests.console.conftest import picture, sign_in
from tests.stories.harness import PASSWORD, System, running_system
from tests.stories.test_account import synced
from tests.whatsapp.account.saying import ACCOUNT

from plantao.identity.models import Role

pytestmark = pytest.mark.browser


@pytest.fixture
async def system(database_url: str) -> AsyncIterator[System]:
    """An installation that knows its business account, after its first look at it."""
    async with running_system(database_url, whatsapp_business_account_id=ACCOUNT) as running:
        await synced(running)
        yield running


async def test_an_administrator_sets_the_desk_up(system: System, page: Page) -> None:
    await system.person(Role.ADMIN, "Ana Lima")
    await sign_in(page, system.url, "ana@provedor.example")
    await page.keyboard.press("g")
    await page.keyboard.press("a")
    await sends_a_test(page, system)
    await makes_a_user(page)
    await is_the_last_administrator(page)
    await writes_a_reply(page)
    await sets_the_hours(page)
    await looks_at_the_number(page)
    await makes_a_template(page)
    await sets_up_the_second_factor(page, system)
    await reads_the_audit_trail(page)
    await on_a_phone_in_the_dark(page)


async def visit(page: Page, name: str, heading: str | None = None) -> None:
    await page.get_by_role("navigation", name="Ajustes").get_by_role("link", name=name, exact=True).click()
    await expect(page.get_by_role("heading", name=heading or name, level=1)).to_be_visible()


async def sends_a_test(page: Page, system: System) -> None:
    await expect(page.get_by_text(f"{system.url}/api/v1/whatsapp/webhook")).to_be_visible()
    await expect(page.get_by_text("3 de 6 prontos")).to_be_visible()
    await picture(page, "settings-start")
    await page.get_by_label("Para (telefone com DDI)").fill("+55 11 98888-7777")
    await page.get_by_label("Modelo aprovado").select_option("boas_vindas (pt_BR)")
    await page.get_by_label("Variável 1").fill("Ana")
    await page.get_by_role("button", name="Enviar teste").click()
    await expect(page.get_by_role("img", name="Entregue")).to_be_visible()
    await picture(page, "settings-test")


async def makes_a_user(page: Page) -> None:
    await visit(page, "Usuários")
    await page.get_by_role("button", name="Novo usuário").click()
    dialog = page.get_by_role("dialog", name="Novo usuário")
    await dialog.get_by_label("Nome").fill("Bruno Dias")
    await dialog.get_by_label("E-mail").fill("bruno@provedor.example")
    await dialog.get_by_label("Senha").fill("fraca")
    await dialog.get_by_role("button", name="Criar usuário").click()
    await expect(dialog.get_by_label("Senha")).to_have_attribute("aria-invalid", "true")
    await picture(page, "settings-user")
    await dialog.get_by_label("Senha").fill(PASSWORD)
    await dialog.get_by_role("button", name="Criar usuário").click()
    await expect(page.get_by_role("listitem").filter(has_text="Bruno Dias")).to_be_visible()
    await page.get_by_label("Procurar").fill("ana")
    await expect(page.get_by_role("listitem").filter(has_text="Bruno Dias")).to_be_hidden()


async def is_the_last_administrator(page: Page) -> None:
    await page.get_by_role("button", name="Ana Lima").click()
    dialog = page.get_by_role("dialog", name="Ana Lima")
    await dialog.get_by_label("Função").select_option("supervisor")
    await dialog.get_by_role("button", name="Salvar").click()
    await expect(dialog.get_by_text("O último administrador ativo", exact=False)).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_label("Procurar").fill("")
    await picture(page, "settings-users")


async def writes_a_reply(page: Page) -> None:
    await visit(page, "Respostas prontas")
    await page.get_by_role("button", name="Nova resposta").click()
    dialog = page.get_by_role("dialog", name="Nova resposta")
    await dialog.get_by_label("Atalho").fill("oi")
    await dialog.get_by_label("Texto").fill("Olá! Aqui é da Horizonte, ")
    await dialog.get_by_role("button", name="{cliente}").click()
    await expect(dialog.get_by_text("João Silva")).to_be_visible()
    await picture(page, "settings-reply")
    await dialog.get_by_role("button", name="Salvar").click()
    await expect(page.get_by_role("button", name="/oi")).to_contain_text("da Horizonte, {cliente}")


async def sets_the_hours(page: Page) -> None:
    await visit(page, "Horário de atendimento")
    await page.get_by_role("button", name="Acrescentar turno: Segunda").click()
    await page.get_by_label("Fecha").fill("07:00")
    await page.get_by_label("Fecha").press("Tab")
    await expect(page.get_by_text("O turno deve abrir antes de fechar, no mesmo dia.")).to_be_visible()
    await expect(page.get_by_role("button", name="Salvar")).to_be_disabled()
    await page.get_by_label("Fecha").fill("12:00")
    await page.get_by_role("button", name="Acrescentar turno: Segunda").click()
    await page.get_by_role("button", name="Repetir segunda até sexta").click()
    await picture(page, "settings-hours")
    await page.get_by_role("button", name="Salvar").click()
    await expect(page.get_by_text("Salvo.").last).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("group", name="Sexta")).to_have_count(2)


async def looks_at_the_number(page: Page) -> None:
    await visit(page, "WhatsApp: números", "Números do WhatsApp")
    await expect(page.get_by_text("Horizonte Fibra")).to_be_visible()
    await expect(page.get_by_text("2.000 pessoas em 24 h")).to_be_visible()
    await picture(page, "settings-number")


async def makes_a_template(page: Page) -> None:
    await visit(page, "WhatsApp: modelos", "Modelos de mensagem")
    await expect(page.get_by_role("button", name="visita_tecnica")).to_be_visible()
    await picture(page, "settings-templates")
    await page.get_by_role("button", name="Novo modelo").click()
    await page.get_by_label("Nome").fill("visita_marcada")
    await page.get_by_label("Texto", exact=True).fill("{{1}}, sua visita será amanhã.")
    await page.get_by_label("Texto: 1").fill("João")
    await expect(page.get_by_role("group", name="Prévia")).to_contain_text("João, sua visita")
    await page.get_by_role("button", name="Enviar para análise").click()
    await expect(page.get_by_text("O corpo não pode começar nem terminar com uma variável.")).to_be_visible()
    await picture(page, "settings-template")
    await page.get_by_label("Texto", exact=True).fill("Olá {{1}}, sua visita será amanhã.")
    await page.get_by_role("button", name="Enviar para análise").click()
    await expect(page.get_by_role("button", name="visita_marcada")).to_be_visible()


async def sets_up_the_second_factor(page: Page, system: System) -> None:
    await visit(page, "Minha conta")
    await confirms_a_code(page, system)
    await expect(page.get_by_text("Restam 10 códigos de recuperação.")).to_be_visible()
    await picture(page, "settings-account")


async def confirms_a_code(page: Page, system: System) -> None:
    await page.get_by_role("button", name="Ativar", exact=True).click()
    await page.get_by_label("Sua senha atual").fill(PASSWORD)
    await page.get_by_role("button", name="Continuar").click()
    await expect(page.get_by_role("img", name="QR code para o aplicativo autenticador")).to_be_visible()
    await picture(page, "settings-factor")
    secret = (await page.locator("code").first.inner_text()).replace(" ", "")
    await page.get_by_label("Código de seis números").fill(pyotp.TOTP(secret).at(system.parts.clock.now()))
    await page.get_by_role("button", name="Confirmar").click()
    await expect(page.get_by_role("list", name="Códigos de recuperação").get_by_role("listitem")).to_have_count(10)
    await page.get_by_label("Guardei os códigos em um lugar seguro.").check()
    await page.get_by_role("button", name="Concluir").click()


async def reads_the_audit_trail(page: Page) -> None:
    await visit(page, "Auditoria")
    rows = page.get_by_role("row")
    await expect(rows.nth(1)).to_contain_text("Segunda etapa ativada")
    await page.get_by_label("O quê").select_option("user.created")
    await page.get_by_label("Feito por").select_option(label="Ana Lima")
    await expect(rows).to_have_count(2)
    await expect(rows.nth(1)).to_contain_text("Bruno Dias")
    await picture(page, "settings-audit")


async def on_a_phone_in_the_dark(page: Page) -> None:
    await page.emulate_media(color_scheme="dark")
    await visit(page, "Primeiros passos")
    await expect(page.get_by_text("4 de 6 prontos")).to_be_visible()
    await picture(page, "settings-dark")
    await visit(page, "Horário de atendimento")
    await expect(page.get_by_role("group", name="Sexta")).to_have_count(2)
    await page.set_viewport_size({"width": 360, "height": 740})
    await picture(page, "settings-phone-hours")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await page.get_by_role("link", name="Ajustes").first.click()
    await picture(page, "settings-phone")
    await visit(page, "WhatsApp: modelos", "Modelos de mensagem")
    await page.get_by_role("button", name="Novo modelo").click()
    await picture(page, "settings-phone-template")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360


async def test_who_must_have_a_second_factor_sets_it_up_here(database_url: str, page: Page) -> None:
    async with running_system(database_url, second_factor="staff") as system:
        await system.person(Role.ATTENDANT)
        await page.goto(system.url)
        await page.get_by_label("E-mail").fill("maria@provedor.example")
        await page.get_by_label("Senha").fill(PASSWORD)
        await page.get_by_role("button", name="Entrar").click()
        await page.get_by_role("button", name="Ativar agora").click()
        sections = page.get_by_role("navigation", name="Ajustes").get_by_role("link")
        await expect(sections).to_have_text(["Minha conta"])
        await confirms_a_code(page, system)
        await expect(sections).to_have_text(["Minha conta", "WhatsApp: modelos"])
        await page.get_by_role("link", name="Atendimento").click()
        await expect(page.get_by_text("Nenhuma conversa com você")).to_be_visible()
        await expect(page.locator(".line.open")).to_be_visible()
