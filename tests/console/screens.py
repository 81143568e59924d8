"""A walk through every screen of the console, stopping at each: the tests look there for what they hold it to."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Locator, Page, expect
from sqlalchemy import text
from tests.console.conftest import sign_in
from tests.console.provider import all_kinds, network_fails, open_for_business
from tests.stories.harness import System

# Colours are measured, and not what they are turning from.
STILL = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('*, *::before, *::after { transition: none !important; animation: none !important }');
  document.adoptedStyleSheets = [sheet];
}"""
Look = Callable[[Page, str], Awaitable[None]]
CLOSED = text("UPDATE conversations SET window_expires_at = now() - interval '1 hour' WHERE assigned_to = :maria")
SECTIONS = {
    "inicio": "Primeiros passos",
    "conta": "Minha conta",
    "usuarios": "Usuários",
    "respostas": "Respostas prontas",
    "etiquetas": "Etiquetas",
    "horario": "Horário de atendimento",
    "robo": "Robô",
    "intencoes": "Intenções",
    "numeros": "Números do WhatsApp",
    "modelos": "Modelos de mensagem",
    "auditoria": "Auditoria",
}


async def walk(system: System, page: Page, look: Look) -> None:
    maria, carlos = await open_for_business(system)
    await page.goto(system.url)
    await expect(page.get_by_label("E-mail")).to_be_visible()
    await look(page, "log-in")
    await sign_in(page, system.url, "maria@provedor.example")
    await expect(page.locator(".line.open")).to_be_visible()
    await look(page, "inbox-empty")
    conversation_id, joao = await all_kinds(system, maria)
    await network_fails(system)
    await lists(page, look)
    await page.goto(f"{system.url}/caixa/minhas/{conversation_id}")
    await thread(page, look)
    await system.sim.write(joao, {"type": "reaction", "message_id": "last", "emoji": "🙏"})
    async with system.parts.database.transaction() as tx:
        await tx.run(CLOSED, {"maria": maria.id})
    await page.reload()
    await closed_window(page, look)
    await sign_out(page)
    await sign_in(page, f"{system.url}/caixa/todas", "helena@provedor.example")
    async with maria.socket(), carlos.socket():
        await dashboard(page, look)
    await settings(page, look)


async def sign_out(page: Page) -> None:
    await page.get_by_role("button", name="Sua conta").click()
    await page.get_by_role("menuitem", name="Sair").click()
    await expect(page.get_by_label("E-mail")).to_be_visible()
    await page.evaluate("history.replaceState(null, '', '/entrar')")


async def lists(page: Page, look: Look) -> None:
    rows = page.get_by_role("region", name="Conversas").locator("li")
    for name, slug in (("Minhas", "mine"), ("Fila", "queue"), ("Histórico", "all")):
        await page.get_by_role("link", name=name).first.click()
        await expect(rows.first).to_be_visible()
        await look(page, f"inbox-{slug}")
    await menu(page, look, page.get_by_role("button", name="Situação"), "menu-filter")
    field = page.get_by_role("search").get_by_role("textbox")
    await field.fill("padaria")
    await expect(rows).to_have_count(1)
    await look(page, "search")
    await field.fill("")
    await expect(rows.nth(1)).to_be_visible()


async def thread(page: Page, look: Look) -> None:
    await expect(page.get_by_role("textbox", name="Responder")).to_be_visible()
    await expect(page.locator(".message.theirs").last).to_be_visible()
    await page.wait_for_load_state("networkidle")
    await look(page, "thread")
    log = page.get_by_role("log")
    await log.evaluate("log => log.scrollTo(0, 0)")
    await expect(page.locator("img.image")).to_be_visible()
    await look(page, "thread-above")
    await page.get_by_role("button", name="Ampliar imagem").first.click()
    await dialog(page, look, "lightbox")
    message = page.locator(".message.theirs").first
    await message.hover()
    await menu(page, look, message.get_by_role("button", name="Reagir"), "reactions")
    await by_key(page, look, {"t": "transfer", "h": "snooze", "l": "tags", "e": "close"})
    await by_key(page, look, {"?": "shortcuts", "Control+k": "palette"})
    await page.keyboard.press("x")
    await expect(page.get_by_role("region", name="Conversas").get_by_role("toolbar")).to_be_visible()
    await look(page, "selection")
    await page.keyboard.press("x")
    await page.keyboard.press("Control+;")
    await dialog(page, look, "emojis")
    await menu(page, look, page.get_by_role("button", name="Sua conta"), "menu-user")
    await page.get_by_role("textbox", name="Responder").fill("/")
    await expect(page.get_by_role("option").first).to_be_visible()
    await look(page, "canned-replies")
    await page.get_by_role("textbox", name="Responder").fill("Vou verificar, um momento")
    await page.get_by_role("button", name="Nota", exact=True).click()
    await look(page, "note")
    await page.get_by_role("textbox", name="Nota interna").fill("")


async def by_key(page: Page, look: Look, keys: dict[str, str]) -> None:
    for key, name in keys.items():
        await page.keyboard.press(key)
        await dialog(page, look, name)


async def dialog(page: Page, look: Look, name: str) -> None:
    await expect(page.get_by_role("dialog")).to_be_visible()
    await look(page, name)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def menu(page: Page, look: Look, button: Locator, name: str) -> None:
    await button.click()
    await expect(page.locator(".menu, .emojis")).to_be_visible()
    await look(page, name)
    await page.keyboard.press("Escape")
    await expect(page.locator(".menu, .emojis")).to_have_count(0)


async def closed_window(page: Page, look: Look) -> None:
    choose = page.get_by_role("button", name="Escolher modelo")
    await expect(choose).to_be_visible()
    await look(page, "thread-closed-window")
    await choose.click()
    await page.get_by_role("option").filter(has_text="boas_vindas").click()
    await dialog(page, look, "template")


async def dashboard(page: Page, look: Look) -> None:
    await page.get_by_role("link", name="Painel").click()
    await expect(page.get_by_role("button", name="Carlos Nogueira")).to_be_visible()
    await look(page, "dashboard")
    await page.get_by_role("button", name="Carlos Nogueira").click()
    await dialog(page, look, "dashboard-agent")
    await page.get_by_role("button", name="Modo TV").click()
    await expect(page.get_by_role("navigation")).to_have_count(0)
    await look(page, "dashboard-wall")
    await page.keyboard.press("Escape")
    await page.get_by_role("link", name="Relatórios").click()
    await expect(page.get_by_role("region", name="Mensagens por hora").locator("canvas")).to_be_visible()
    await page.wait_for_load_state("networkidle")
    await look(page, "dashboard-reports")
    await page.get_by_role("button", name="Ver como tabela").click()
    await look(page, "dashboard-table")
    await page.get_by_role("link", name="Custos").click()
    await expect(page.get_by_role("rowheader").first).to_be_visible()
    await look(page, "dashboard-costs")


async def settings(page: Page, look: Look) -> None:
    await page.get_by_role("link", name="Ajustes").first.click()
    for slug, heading in SECTIONS.items():
        await page.get_by_role("navigation", name="Ajustes").locator(f'a[href="/ajustes/{slug}"]').click()
        await expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        await expect(page.get_by_text("Carregando…")).to_have_count(0)
        await page.wait_for_load_state("networkidle")
        await look(page, f"settings-{slug}")
        await details(page, look, slug)


async def details(page: Page, look: Look, slug: str) -> None:
    match slug:
        case "conta":
            await page.get_by_role("button", name="Ativar", exact=True).click()
            await look(page, "settings-second-factor")
        case "usuarios":
            await page.get_by_role("button", name="Novo usuário").click()
            await dialog(page, look, "settings-user")
        case "respostas":
            await page.get_by_role("button", name="Nova resposta").click()
            await dialog(page, look, "settings-reply")
        case "etiquetas":
            await page.get_by_role("button", name="Nova etiqueta").click()
            await dialog(page, look, "settings-tag")
        case "horario":
            await page.get_by_role("button", name="Acrescentar turno: Segunda").click()
            await look(page, "settings-shift")
        case "modelos":
            await page.get_by_role("button", name="Novo modelo").click()
            await look(page, "settings-template")
