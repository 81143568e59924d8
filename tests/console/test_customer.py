"""Tags, and what people know of a customer, in the console."""

import pytest
from playwright.async_api import Page, expect
from tests.console.conftest import maria_at, picture, sign_in
from tests.stories.desk import lead_of, made
from tests.stories.harness import Person, System

pytestmark = pytest.mark.browser


async def joao_is_served(system: System, page: Page) -> tuple[Person, Person]:
    """A lead, with tags made, and Maria, who looks at João's conversation; another one of his has ended before."""
    lead = await lead_of(system)
    for name, color in (("Sem conexão", "red"), ("Boleto", "blue"), ("Fibra", "teal"), ("VIP", "purple")):
        await made(lead, name, color=color)
    joao = system.sim.customer("João da Silva", phone="5511999999999")
    await system.sim.write(joao, "oi")
    await system.sim.wait_for_send()
    [before] = await lead.conversations()
    await lead.post(f"/conversations/{before['id']}/close", {"resolution": "unresolved"})
    maria = await maria_at(page, system)
    await system.sim.write(joao, "quero falar com um atendente")
    await page.get_by_role("link", name="João da Silva").click()
    await expect(page.get_by_role("complementary", name="Cliente")).to_contain_text("Outras conversas")
    return lead, maria


async def test_an_agent_tags_by_keyboard_and_keeps_what_is_known(system: System, page: Page) -> None:
    await page.set_viewport_size({"width": 1366, "height": 860})
    lead, maria = await joao_is_served(system, page)
    [conversation] = await maria.conversations()
    await tags_by_keyboard(page)
    await writes_on_the_card(page)
    await another_writes_at_the_same_time(page, lead, conversation["id"])
    await closes_with_a_tag(page)
    await looks_at_night_and_on_a_phone(page)


async def tags_by_keyboard(page: Page) -> None:
    await page.locator("body").press("l")
    dialog = page.get_by_role("dialog", name="Etiquetas da conversa")
    await expect(dialog.get_by_role("option")).to_have_count(4)
    await page.keyboard.type("conexao")
    await expect(dialog.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("option", name="Sem conexão, colocada")).to_be_visible()
    await picture(page, "customer-tags")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("link", name="João da Silva")).to_contain_text("Sem conexão")
    await expect(page.get_by_role("main")).to_contain_text("Sem conexão")


async def writes_on_the_card(page: Page) -> None:
    card = page.get_by_role("complementary", name="Cliente")
    await card.get_by_role("button", name="Plano: Preencher").click()
    await page.keyboard.type("Fibra 500 Mega")
    await page.keyboard.press("Enter")
    await expect(card.get_by_role("button", name="Plano: Fibra 500 Mega")).to_be_visible()
    await card.get_by_role("textbox", name="Anotações sobre o cliente").fill("Prefere contato de manhã.")
    await expect(card.get_by_text("Salvo", exact=True)).to_be_visible()
    await expect(card.get_by_title("Esta conversa é de outra pessoa")).to_contain_text("Não resolvida")
    await picture(page, "customer-card")


async def another_writes_at_the_same_time(page: Page, lead: Person, id_: str) -> None:
    card = page.get_by_role("complementary", name="Cliente")
    notes = card.get_by_role("textbox", name="Anotações sobre o cliente")
    version = (await lead.get(f"/conversations/{id_}/customer")).json()["version"]
    await notes.press_sequentially(" Tem cão.")
    await lead.patch(f"/conversations/{id_}/customer", {"version": version, "notes": "Deve uma fatura."})
    await expect(card.get_by_role("alert")).to_contain_text("Deve uma fatura.")
    await picture(page, "customer-conflict")
    await card.get_by_role("button", name="As duas").click()
    await expect(card.get_by_text("Salvo", exact=True)).to_be_visible()
    found = (await lead.get(f"/conversations/{id_}/customer")).json()
    assert found["notes"] == "Deve uma fatura.\n\nPrefere contato de manhã. Tem cão."
    await lead.patch(f"/conversations/{id_}/customer", {"version": found["version"], "account_number": "A-10428"})
    await expect(card.get_by_role("button", name="Assinante: A-10428")).to_be_visible()  # told by the line


async def closes_with_a_tag(page: Page) -> None:
    await page.get_by_role("heading", name="João da Silva").click()
    await page.keyboard.press("e")
    dialog = page.get_by_role("dialog", name="Encerrar conversa")
    await dialog.get_by_role("button", name="Fibra").click()
    await picture(page, "customer-closing")
    await dialog.get_by_role("button", name="Encerrar").click()
    await expect(page.get_by_role("complementary", name="Cliente").get_by_role("group").nth(1)).to_contain_text("Fibra")


async def looks_at_night_and_on_a_phone(page: Page) -> None:
    await page.emulate_media(color_scheme="dark")
    await page.get_by_role("link", name="Histórico").click()
    await page.get_by_role("button", name="Situação").click()
    await page.get_by_role("menuitem", name="Boleto").click()
    await expect(page.get_by_text("Nenhuma conversa aqui")).to_be_visible()
    await page.get_by_role("button", name="Situação").click()
    await picture(page, "customer-filter")
    await page.get_by_role("menuitem", name="Fibra").click()
    await page.get_by_role("link", name="João da Silva").click()
    await expect(page.get_by_role("complementary", name="Cliente")).to_contain_text("Fibra 500 Mega")
    await picture(page, "customer-dark")
    await page.set_viewport_size({"width": 360, "height": 740})
    await picture(page, "customer-phone")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360


async def test_a_lead_makes_tags_and_reads_what_it_was_about(system: System, page: Page) -> None:
    await lead_of(system)
    await sign_in(page, system.url, "ana@provedor.example")
    await page.goto(f"{system.url}/ajustes/etiquetas")
    await page.get_by_role("button", name="Nova etiqueta").click()
    dialog = page.get_by_role("dialog", name="Nova etiqueta")
    await dialog.get_by_label("Nome da etiqueta").fill("Mudança de endereço")
    await dialog.get_by_role("radio", name="Laranja").click()
    await picture(page, "customer-tag-new")
    await dialog.get_by_role("button", name="Salvar").click()
    await expect(page.get_by_role("button", name="Mudança de endereço")).to_be_visible()
    await page.get_by_role("button", name="Nova etiqueta").click()
    await dialog.get_by_label("Nome da etiqueta").fill("mudanca de endereco")
    await dialog.get_by_role("button", name="Salvar").click()
    await expect(dialog.get_by_text("Já existe uma etiqueta com este nome.")).to_be_visible()
    await page.keyboard.press("Escape")
    await picture(page, "customer-tag-list")
    await page.get_by_role("button", name="Mudança de endereço").click()
    await page.get_by_role("button", name="Excluir").click()
    await page.get_by_role("dialog", name="Excluir Mudança de endereço?").get_by_role("button", name="Excluir").click()
    await expect(page.get_by_text("Nenhuma etiqueta ainda")).to_be_visible()
