"""The bot's settings and what it understands: `/ajustes/robo`, `/ajustes/intencoes`."""

import pytest
from playwright.async_api import Page, expect
from tests.console.conftest import picture, sign_in
from tests.console.test_settings import visit
from tests.stories.harness import System

from plantao.identity.models import Role

pytestmark = pytest.mark.browser

STRANGE = "bruzunga kzwqy xptozw"


async def write(system: System, text: str) -> None:
    """A customer writes, and is answered."""
    customer = system.sim.customer("João Silva", phone="5511999999999")
    await system.sim.write(customer, {"type": "text", "text": text})
    await system.sim.wait_for_send()


async def test_a_supervisor_teaches_the_bot_and_gives_it_words(system: System, page: Page) -> None:
    await system.person(Role.SUPERVISOR, "Ana Lima")
    await write(system, STRANGE)
    await sign_in(page, system.url, "ana@provedor.example")
    await page.goto(f"{system.url}/ajustes/intencoes")
    await tries_a_sentence(page)
    await teaches_what_it_did_not_understand(page)
    await keeps_its_own_examples(page)
    await trains(page)
    await gives_it_words(page, system)
    await on_a_phone_in_the_dark(page)


async def tries_a_sentence(page: Page) -> None:
    await expect(page.get_by_text("Só os exemplos de fábrica.")).to_be_visible()
    await page.get_by_label("Frase", exact=True).fill("quero a segunda via do boleto")
    ranking = page.get_by_role("region", name="O que os exemplos dizem")
    await expect(ranking).to_contain_text("Financeiro")
    await expect(page.get_by_role("region", name="Exemplos mais parecidos").get_by_role("listitem")).to_have_count(5)
    await picture(page, "bot-try")
    await page.get_by_label("Frase", exact=True).fill("vou no procon")
    await expect(page.get_by_text("Por palavras que não deixam dúvida")).to_be_visible()
    await expect(page.get_by_text("Chama uma pessoa", exact=True)).to_be_visible()
    await page.get_by_label("Frase", exact=True).fill("")


async def teaches_what_it_did_not_understand(page: Page) -> None:
    row = page.get_by_role("listitem").filter(has_text=STRANGE)
    await row.get_by_role("combobox").select_option("sem_conexao")
    await picture(page, "bot-unsure")
    await row.get_by_role("button", name="Ensinar").click()
    await expect(row).to_have_count(0)
    await expect(page.get_by_text("Há o que treinar")).to_be_visible()


async def keeps_its_own_examples(page: Page) -> None:
    await page.get_by_role("button", name="Sem conexão").press("Enter")
    await expect(page.get_by_role("button", name=f"Excluir: {STRANGE}")).to_be_visible()
    new = page.get_by_label("Nova frase, como um cliente escreve")
    await new.fill("Boa noite!")
    await new.press("Enter")
    await expect(page.get_by_text("Esta frase já é um exemplo de fábrica de saudacao.")).to_be_visible()
    await new.fill("bruzunga kzwqy de novo")
    await new.press("Enter")
    await expect(page.get_by_role("button", name="Excluir: bruzunga kzwqy de novo")).to_be_visible()
    await picture(page, "bot-examples")
    await page.get_by_role("button", name="De fábrica", exact=True).click()
    await page.get_by_role("searchbox", name="Procurar").fill("luz vermelha")
    await page.get_by_role("button", name="Desligar:").first.click()
    await expect(page.get_by_role("button", name="Religar:")).to_have_count(1)
    await picture(page, "bot-shipped")
    await page.get_by_role("button", name="Religar:").click()
    await expect(page.get_by_role("button", name="Religar:")).to_have_count(0)
    await page.get_by_role("button", name="Sem conexão").press("Enter")


async def trains(page: Page) -> None:
    await page.get_by_role("button", name="Treinar").click()
    await expect(page.get_by_text("Em dia", exact=True)).to_be_visible(timeout=30_000)
    await expect(page.get_by_text("2 de 2")).to_be_visible()
    await picture(page, "bot-trained")
    await page.get_by_label("Frase", exact=True).fill(STRANGE)
    nearest = page.get_by_role("region", name="Exemplos mais parecidos").get_by_role("listitem").first
    await expect(nearest).to_contain_text("seu")


async def gives_it_words(page: Page, system: System) -> None:
    await visit(page, "Robô")
    await page.get_by_label("Nome do provedor").fill("Horizonte Fibra")
    await page.get_by_label("Link da segunda via").fill("horizonte")
    await page.get_by_label("Seu texto").fill("Oi, ")
    await page.get_by_role("button", name="{nome}").click()
    await page.get_by_label("Seu texto").press_sequentially("! Aqui é a {provedor}.")
    await expect(page.get_by_role("group", name="Prévia")).to_have_text("Oi, João! Aqui é a Horizonte Fibra.")
    await page.get_by_label("Link da segunda via").fill("http://horizonte.example/2via")
    await page.get_by_role("button", name="Salvar").click()
    await expect(page.get_by_label("Link da segunda via")).to_have_attribute("aria-invalid", "true")
    await picture(page, "bot-settings")
    await page.get_by_label("Link da segunda via").fill("https://horizonte.example/2via")
    await page.get_by_role("button", name="Salvar").click()
    await expect(page.get_by_text("Salvo. O robô já usa.")).to_be_visible()
    await page.get_by_label("Assunto").select_option("financeiro")
    await expect(page.get_by_role("group", name="Prévia").first).to_contain_text("https://horizonte.example/2via")
    await picture(page, "bot-texts")


async def on_a_phone_in_the_dark(page: Page) -> None:
    await page.emulate_media(color_scheme="dark")
    await page.set_viewport_size({"width": 360, "height": 740})
    await picture(page, "bot-phone-settings")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await page.get_by_role("link", name="Ajustes").first.click()
    await visit(page, "Intenções")
    await page.get_by_label("Frase", exact=True).fill("minha net caiu")
    await expect(page.get_by_role("region", name="Exemplos mais parecidos")).to_be_visible()
    await picture(page, "bot-phone-try")
    await page.get_by_role("button", name="Financeiro").click()
    await picture(page, "bot-phone-intents")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360


async def test_of_two_who_change_the_bot_the_second_hears_of_the_first(system: System, page: Page) -> None:
    lead = await system.person(Role.ADMIN, "Ana Lima")
    await sign_in(page, system.url, "ana@provedor.example")
    await page.goto(f"{system.url}/ajustes/robo")
    await page.get_by_text("O robô responde aos clientes").click()
    await expect(page.get_by_label("Frase enquanto está desligado")).to_be_visible()
    await picture(page, "bot-off")
    settings = (await lead.get("/chatbot/settings")).json()
    read_only = ("saved_at", "saved_by", "default_answers", "default_off_message")
    body = {name: value for name, value in settings.items() if name not in read_only}
    assert (await lead.put("/chatbot/settings", body | {"provider_name": "Outra"})).status_code == 200
    await page.get_by_role("button", name="Salvar").click()
    await expect(page.get_by_text("Outra pessoa mudou o robô enquanto você editava.")).to_be_visible()
    await page.get_by_role("button", name="Ler de novo").click()
    await expect(page.get_by_label("Nome do provedor")).to_have_value("Outra")
    await expect(page.get_by_role("button", name="Salvar")).to_be_disabled()


async def test_the_first_steps_say_what_is_wrong_and_what_to_do(system: System, page: Page) -> None:
    await system.person(Role.ADMIN, "Ana Lima")
    await sign_in(page, system.url, "ana@provedor.example")
    await page.goto(f"{system.url}/ajustes/inicio")
    await expect(page.get_by_text("1 ponto pede atenção.")).to_be_visible()
    first = page.get_by_role("listitem").filter(has_text="Conta do WhatsApp Business").filter(has_text="reinicie")
    await expect(first).to_contain_text("Defina PLANTAO_WHATSAPP_BUSINESS_ACCOUNT_ID no servidor e reinicie.")
    await page.get_by_role("button", name="Verificar de novo").scroll_into_view_if_needed()
    await picture(page, "bot-checks")
    await page.get_by_role("button", name="Verificar de novo").click()
    await expect(page.get_by_text("1 ponto pede atenção.")).to_be_visible()
