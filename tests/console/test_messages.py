"""The thread and the composer: every type is shown; one quotes, reacts, takes back, speaks, and sends a template."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Locator, Page, expect
from sqlalchemy import text
from tests.console.conftest import maria_at, picture
from tests.stories.file_samples import SAMPLES, encoded, served_conversation
from tests.stories.harness import Json, Person, System, running_system

from plantao.identity.models import Role
from plantao_simulator.state import Customer

pytestmark = pytest.mark.browser

ACCOUNT = "102290129340398"
VOICE: Json = {"type": "audio", "voice": True, "data": encoded((SAMPLES / "voz.ogg").read_bytes())}
FILM: Json = {"type": "video", "caption": "As luzes", "data": encoded((SAMPLES / "video.mp4").read_bytes())}
PLACE: Json = {
    "type": "location",
    "latitude": -23.55052,
    "longitude": -46.633308,
    "name": "Casa",
    "address": "Praça da Sé, 1",
}
PHONES: Json = {"phones": [{"phone": "+5511987654321", "type": "CELL"}], "org": {"company": "Condomínio Sol"}}
CARDS: Json = {
    "type": "contacts",
    "contacts": [{"name": {"formatted_name": "Seu Jorge", "first_name": "Jorge"}} | PHONES],
}
ITEM: Json = {"product_retailer_id": "roteador-ax", "quantity": 2, "item_price": 199.9, "currency": "BRL"}
BUTTONS: Json = {
    "kind": "buttons",
    "footer": "Provedor",
    "buttons": [{"id": "s", "title": "Sim"}, {"id": "n", "title": "Não"}],
}
A_WAVE = "() => new Set([...document.querySelectorAll('.player.voice i')].map(bar => bar.style.height)).size > 3"
CLOSED = text("UPDATE conversations SET window_expires_at = now() - interval '1 hour'")


@pytest.fixture
async def system(database_url: str) -> AsyncIterator[System]:
    """An installation that knows its templates, with a Meta that lets much be said to one customer in a short time."""
    simulator = {"pair_limit": False}
    async with running_system(database_url, simulator=simulator, whatsapp_business_account_id=ACCOUNT) as running:
        yield running


async def test_a_conversation_of_all_kinds(system: System, page: Page) -> None:
    await page.set_viewport_size({"width": 1380, "height": 1000})
    maria = await maria_at(page, system)
    lead = await system.person(Role.SUPERVISOR, "Lia Prado")
    await lead.post(
        "/canned-replies", {"shortcut": "boleto", "content": "{cliente}, segue a 2ª via. Protocolo {protocolo}."}
    )
    conversation_id = await served_conversation(system, maria)
    [joao] = system.sim.world.customers.values()
    await page.goto(f"{system.url}/caixa/minhas/{conversation_id}")
    await expect(writing(page)).to_be_visible()
    await everything_comes(system, page, maria, conversation_id, joao)
    [conversation] = await maria.conversations()
    await a_quote_and_a_reaction(system, page, joao, conversation["protocol"])
    await a_text_is_taken_back(system, page)
    await a_voice_is_recorded(system, page)
    await only_a_template_may_go(system, page)


def writing(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Responder")


async def everything_comes(system: System, page: Page, maria: Person, conversation_id: str, joao: Customer) -> None:
    await maria.post(
        f"/conversations/{conversation_id}/messages",
        {"type": "interactive", "content": "A internet voltou?", "interactive": BUTTONS},
    )
    asked = await system.sim.wait_for_send(lambda send: send.payload["type"] == "interactive")
    await system.settle()
    for body in (PLACE, CARDS, VOICE, FILM, {"type": "order", "items": [ITEM]}):
        await system.sim.write(joao, body)
    await system.sim.tap(joao, asked.wamid, "n")
    answer = page.locator(".message.theirs").filter(has=page.locator(".tapped"))
    await expect(answer).to_contain_text("Não")
    await expect(answer.locator(".quote")).to_contain_text("A internet voltou?")
    await expect(page.locator(".message.bot, .message.ours").filter(has_text="Sim")).to_contain_text("Provedor")
    await expect(page.get_by_role("link", name="Casa")).to_have_attribute("href", OPEN_MAP)
    await expect(page.get_by_text("+55 11 98765-4321")).to_be_visible()
    await expect(page.locator(".order")).to_contain_text("R$\xa0399,80")
    voice = page.locator(".player.voice")
    await page.wait_for_function(A_WAVE)
    await voice.get_by_role("button", name="Reproduzir").click()
    await expect(voice.locator(".past").first).to_be_attached()
    await picture(page, "kinds")
    await page.get_by_role("button", name="Reproduzir vídeo").click()
    await expect(page.locator("video")).to_have_js_property("paused", False)
    assert "link=" in str(await page.locator("video").get_attribute("src"))


OPEN_MAP = "https://www.openstreetmap.org/?mlat=-23.55052&mlon=-46.633308#map=17/-23.55052/-46.633308"


async def a_quote_and_a_reaction(system: System, page: Page, joao: Customer, protocol: str) -> None:
    place = page.locator(".message").filter(has=page.get_by_role("link", name="Casa"))
    await place.hover()
    await place.get_by_role("button", name="Reagir").click()
    await page.get_by_role("button", name="🙏").click()
    await expect(place.get_by_role("button", name="Retirar 🙏")).to_be_visible()
    sent = await system.sim.wait_for_send(lambda send: send.payload["type"] == "reaction")
    assert sent.payload["reaction"]["emoji"] == "🙏"
    await place.get_by_role("button", name="Responder a esta mensagem").click()
    await expect(page.get_by_text("Respondendo a João")).to_be_visible()
    await page.keyboard.type("/bol")
    await expect(page.get_by_role("option")).to_contain_text("/boleto")
    await picture(page, "canned")
    await page.keyboard.press("Enter")
    await expect(writing(page)).to_have_value(f"João, segue a 2ª via. Protocolo {protocol}.")
    await page.keyboard.press("Enter")
    sent = await system.sim.wait_for_send(lambda send: "segue a 2ª via" in (send.text or ""))
    assert sent.payload["context"]["message_id"] == place_of(system, joao)
    own = page.locator(".message.ours").filter(has_text="segue a 2ª via")
    await system.settle()
    await system.sim.write(joao, {"type": "reaction", "message_id": "last", "emoji": "👍"})
    await expect(own.locator(".chip")).to_have_text("👍")
    await own.get_by_role("button", name="Ir para a mensagem citada").click()
    await expect(place).to_be_in_viewport()
    await picture(page, "quoted")


def place_of(system: System, joao: Customer) -> str:
    return next(message.id for message in system.sim.chat(joao) if message.type == "location")


async def a_text_is_taken_back(system: System, page: Page) -> None:
    await page.get_by_role("button", name="Sua conta").click()
    await page.get_by_role("menuitem", name="Desfazer envio por 5 s").click()
    sends = len(system.sim.sends)
    await writing(page).fill("Isto era para outra pessoa")
    await page.keyboard.press("Enter")
    await expect(page.locator(".draft .held")).to_be_visible()
    await picture(page, "held")
    await page.keyboard.press("Control+z")
    await expect(page.locator(".draft")).to_have_count(0)
    await expect(writing(page)).to_have_value("Isto era para outra pessoa")
    await writing(page).fill("Já vou verificar")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Enviar agora").click()
    await system.sim.wait_for_send(lambda send: send.text == "Já vou verificar")
    assert len(system.sim.sends) == sends + 1


async def a_voice_is_recorded(system: System, page: Page) -> None:
    await page.get_by_role("button", name="Gravar mensagem de voz").click()
    await expect(page.locator(".recorder time")).to_have_text("0:01")
    await picture(page, "recording")
    await page.get_by_role("button", name="Enviar gravação").click()
    sent = await system.sim.wait_for_send(lambda send: send.payload["type"] == "audio")
    assert sent.payload["audio"]["voice"] is True
    await expect(page.locator(".message.ours .player.voice")).to_be_visible()


async def only_a_template_may_go(system: System, page: Page) -> None:
    async with system.parts.database.transaction() as tx:
        await tx.run(CLOSED)
    await page.reload()
    await page.get_by_role("button", name="Escolher modelo").click()
    dialog = page.get_by_role("dialog", name="Enviar modelo")
    await dialog.get_by_role("option").filter(has_text="boas_vindas").click()
    await dialog.get_by_label("Variável 1").fill("João")
    await expect(dialog.get_by_role("region", name="Como o cliente vê")).to_contain_text("Olá, João!")
    await picture(page, "template")
    await dialog.get_by_role("button", name="Enviar", exact=True).click()
    sent = await system.sim.wait_for_send(lambda send: send.payload["type"] == "template")
    assert sent.payload["template"]["name"] == "boas_vindas"
    await expect(page.locator(".message.ours").last).to_contain_text("Modelo boas_vindas")
