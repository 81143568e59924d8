"""A supervisor's look at the desk: who waits, who serves, how the week went; and the screen on the wall."""

import zipfile
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect
from tests.console.conftest import kept, picture, sign_in
from tests.console.past import write_week
from tests.stories.harness import Person, System

from plantao.identity.models import Role

pytestmark = pytest.mark.browser


async def test_a_supervisor_watches_over_the_desk(system: System, page: Page) -> None:
    await system.person(Role.SUPERVISOR, "Rita Lima")
    maria = await system.person(Role.ATTENDANT)
    carlos = await system.person(Role.ATTENDANT, "Carlos Nogueira")
    await carlos.patch(f"/agents/{carlos.id}", {"status": "away"})
    await write_week(system, maria, carlos)
    async with carlos.socket():
        await watch_over_the_desk(system, page, maria)


async def watch_over_the_desk(system: System, page: Page, maria: Person) -> None:
    await page.set_viewport_size({"width": 1280, "height": 900})
    await sign_in(page, system.url, "rita@provedor.example")
    await page.keyboard.press("g")
    await page.keyboard.press("p")
    await expect(page.get_by_text("Ninguém espera por uma pessoa agora.")).to_be_visible()

    ana = system.sim.customer("Ana Souza", phone="+5511987654321")
    await system.sim.write(ana, "Quero falar com um atendente")
    await expect(page.get_by_role("link", name="Ana Souza")).to_be_visible()
    await expect(tile(page, "Na fila")).to_have_text("1")
    await give_more_to_maria(page)
    assert [agent["max_conversations"] for agent in (await maria.get("/agents")).json()["agents"]] == [6, 5]
    await picture(page, "dashboard-live")

    await page.get_by_role("link", name="Relatórios").click()
    agents = page.get_by_role("region", name="Atendentes").get_by_role("row")
    await expect(agents.nth(1)).to_contain_text("Maria Silva")
    await agents.get_by_role("button", name="Nome").click()
    await expect(agents.nth(1)).to_contain_text("Carlos Nogueira")
    await expect(page.get_by_role("region", name="Mensagens por hora").locator("canvas")).to_be_visible()
    await page.set_viewport_size({"width": 1280, "height": 1560})
    await picture(page, "dashboard-reports")
    sheet = await downloaded(page, "O que o robô entendeu", "CSV")
    assert "financeiro;" in sheet.read_text(encoding="utf-8-sig")
    assert zipfile.is_zipfile(await downloaded(page, "Resumo", "XLSX"))
    await page.get_by_role("button", name="Ontem").click()
    await expect(page.locator(".change").first).to_be_visible()
    await picture(page, "dashboard-yesterday")
    await show_in_other_ways(page)
    await leave_it_on_the_wall(page)


def tile(page: Page, label: str) -> Locator:
    return page.locator(".tile", has_text=label).locator("dd").first


async def give_more_to_maria(page: Page) -> None:
    await page.get_by_role("button", name="Maria Silva").click()
    dialog = page.get_by_role("dialog", name="Maria Silva")
    await dialog.get_by_role("button", name="Mais uma").click()
    await picture(page, "dashboard-agent")
    await dialog.get_by_role("button", name="Salvar").click()
    agents = page.get_by_role("region", name="Atendentes")
    await expect(agents.get_by_role("button", name="Maria Silva")).to_contain_text("0/6")


async def downloaded(page: Page, report: str, form: str) -> Path:
    async with page.expect_download() as found:
        await page.get_by_role("region", name=report).get_by_role("button", name=f"Baixar {form}").click()
    return await kept(await found.value)


async def show_in_other_ways(page: Page) -> None:
    await page.get_by_role("button", name="Ver como tabela").click()
    await expect(page.get_by_role("columnheader", name="Recebidas").first).to_be_visible()
    await page.emulate_media(color_scheme="dark")
    await picture(page, "dashboard-dark")
    await page.set_viewport_size({"width": 360, "height": 2400})
    await picture(page, "dashboard-phone-reports")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await page.get_by_role("link", name="Agora").click()
    await picture(page, "dashboard-phone-live")
    await page.set_viewport_size({"width": 1280, "height": 720})
    await page.emulate_media(color_scheme="light")
    await page.get_by_role("link", name="Custos").click()
    await expect(page.get_by_role("rowheader", name="Atendimento")).to_be_visible()
    await picture(page, "dashboard-costs")


async def leave_it_on_the_wall(page: Page) -> None:
    await page.get_by_role("link", name="Agora").click()
    await page.get_by_role("button", name="Modo TV").click()
    await expect(page.get_by_role("navigation")).to_have_count(0)
    await expect(page.get_by_text("Ana Souza")).to_be_visible()
    await picture(page, "dashboard-wall")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Sua conta").click()
    await page.get_by_role("menuitem", name="English").click()
    await expect(page.get_by_role("link", name="Reports")).to_be_visible()
