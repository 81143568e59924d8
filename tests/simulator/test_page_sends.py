"""What a customer does on the phone's page, as the webhook hears of it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect
from tests.simulator.conftest import Bench, Json, text_to

from plantao_simulator import Status
from plantao_simulator.samples import sample

PHONE = "+5511999999999"
LIST = {
    "type": "list",
    "body": {"text": "Como podemos ajudar?"},
    "action": {
        "button": "Ver opções",
        "sections": [
            {"title": "Atendimento", "rows": [{"id": "suporte", "title": "Suporte", "description": "Sem rede"}]}
        ],
    },
}
FLOW = {
    "type": "flow",
    "body": {"text": "Atualize seu cadastro"},
    "action": {
        "name": "flow",
        "parameters": {
            "flow_message_version": "3",
            "flow_id": "1",
            "flow_cta": "Abrir cadastro",
            "flow_token": "tok-1",
            "flow_action_payload": {"screen": "CADASTRO", "data": {"nome": "Ana"}},
        },
    },
}
PLACE = {"type": "location_request_message", "body": {"text": "Onde você está?"}, "action": {"name": "send_location"}}
VISIT = {
    "name": "visita_tecnica",
    "language": {"code": "pt_BR"},
    "components": [{"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "hoje"}]}],
}
# Remembers what the microphone gave, to see that it is let go.
KEEP_TRACKS = """() => {
    window.tracks = [];
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wish) => {
        const stream = await ask(wish);
        window.tracks.push(...stream.getTracks());
        return stream;
    };
}"""

pytestmark = pytest.mark.browser


@pytest.fixture
async def phone(bench: Bench, page: Page) -> Locator:
    """Ana's phone, open, with the one message that opens the window."""
    await bench.sim.write(bench.sim.customer("Ana", phone=PHONE), "oi")
    await page.goto(bench.base)
    await page.get_by_role("button", name="Ana").click()
    return page.get_by_role("region", name="Celular de Ana")


async def newest(bench: Bench, count: int) -> Json:
    return (await bench.receiver.messages(count))[count - 1]


def a(kind: str, part: Any) -> Json:
    return {"messaging_product": "whatsapp", "to": PHONE, "type": kind, kind: part}


async def test_a_voice_note_is_recorded_and_one_is_heard(bench: Bench, phone: Locator, page: Page) -> None:
    await page.evaluate(KEEP_TRACKS)
    await phone.get_by_role("button", name="Gravar mensagem de voz").click()
    await phone.get_by_role("button", name="Descartar a gravação").click()
    await phone.get_by_role("button", name="Gravar mensagem de voz").click()
    await expect(phone.get_by_role("timer")).to_have_text("0:01")
    await phone.get_by_role("button", name="Enviar a gravação").click()
    note = await newest(bench, 2)  # the discarded one never left
    assert (note["type"], note["audio"]["voice"], note["audio"]["mime_type"]) == (
        "audio",
        True,
        "audio/ogg; codecs=opus",
    )
    kept = bench.sim.media.get(note["audio"]["id"])
    assert kept is not None
    assert kept.content.startswith(b"OggS")

    voice = bench.sim.media.add(*sample("audio"))
    await bench.graph(a("audio", {"id": voice.id, "voice": True}))
    player = phone.locator(".bubble.business .player")
    await expect(player.locator(".wave i[style]").first).to_be_visible()
    await player.get_by_role("button", name="Velocidade 1×").click()
    await expect(player.get_by_role("button", name="Velocidade 1.5×")).to_have_text("1,5×")
    await player.get_by_role("button", name="Ouvir").click()
    await bench.sim.wait_for_status(bench.sim.sends[0].wamid, Status.PLAYED)

    await phone.get_by_role("button", name="Gravar mensagem de voz").click()
    await phone.get_by_role("button", name="Guardar o celular de Ana").click()
    await page.wait_for_function("() => tracks.length === 3 && tracks.every((track) => track.readyState === 'ended')")


async def test_every_kind_is_sent(bench: Bench, phone: Locator, page: Page) -> None:
    async def tray(name: str) -> None:
        await phone.get_by_role("button", name="Anexar").click()
        await page.get_by_role("dialog", name="Anexar").get_by_role("button", name=name, exact=True).click()

    for name in ("Foto do modem", "Comprovante", "Voz de exemplo", "Vídeo de exemplo", "Enquete"):
        await tray(name)
    got = await bench.receiver.messages(6)
    assert [m["type"] for m in got[1:]] == ["image", "document", "audio", "video", "unsupported"]
    assert got[5]["unsupported"] == {"type": "poll"}

    await tray("Localização")
    await phone.get_by_role("button", name="Mercado Central").click()
    await phone.get_by_role("button", name="Enviar localização").click()
    assert (await newest(bench, 7))["location"]["name"] == "Mercado Central"
    await tray("Contato")
    await phone.get_by_role("button", name="Enviar contato").click()
    [card] = (await newest(bench, 8))["contacts"]
    assert (card["name"]["formatted_name"], card["phones"][0]["wa_id"]) == ("Carlos Souza", "5511988887777")
    await tray("Pedido")
    await phone.get_by_label("Quantidade de Ponto adicional").fill("2")
    await expect(phone.get_by_text("R$ 159,70")).to_be_visible()
    await phone.get_by_role("button", name="Enviar pedido").click()
    items = (await newest(bench, 9))["order"]["product_items"]
    assert [(i["product_retailer_id"], i["quantity"]) for i in items] == [("plano-500", 1), ("ponto-extra", 2)]
    await tray("Figurinha")
    await phone.get_by_role("button", name="Valeu!").click()
    sticker = await newest(bench, 10)
    kept = bench.sim.media.get(sticker["sticker"]["id"])
    assert kept is not None
    assert (sticker["type"], kept.mime_type, kept.content[8:12]) == ("sticker", "image/webp", b"WEBP")


async def test_files_are_picked_pasted_and_dropped(bench: Bench, phone: Locator, page: Page) -> None:
    async with page.expect_file_chooser() as chooser:
        await phone.get_by_role("button", name="Anexar").click()
        await page.get_by_role("button", name="Foto ou vídeo").click()
    picture, _, _ = sample("image")
    await (await chooser.value).set_files({"name": "modem.jpg", "mimeType": "image/jpeg", "buffer": picture})
    await phone.get_by_label("Legenda").fill("luz vermelha")
    await phone.get_by_label("Legenda").press("Enter")
    image = (await newest(bench, 2))["image"]
    assert image["caption"] == "luz vermelha"
    kept = bench.sim.media.get(image["id"])
    assert kept is not None
    assert kept.content == picture
    give = """(target, [event, name]) => {
        const data = new DataTransfer();
        data.items.add(new File(["%PDF-1.7"], name, {type: "application/pdf"}));
        const [kind, key] = event === "paste" ? [ClipboardEvent, "clipboardData"] : [DragEvent, "dataTransfer"];
        target.dispatchEvent(new kind(event, {[key]: data, bubbles: true, cancelable: true}));
    }"""
    for count, (event, target) in enumerate((("paste", ".pill textarea"), ("drop", ".log")), 3):
        await phone.locator(target).evaluate(give, [event, f"{event}.pdf"])
        await phone.get_by_role("button", name="Enviar arquivo").click()
        assert (await newest(bench, count))["document"]["filename"] == f"{event}.pdf"
        await expect(phone.get_by_role("button", name="Enviar arquivo")).to_have_count(0)


async def test_reactions_answers_edits_and_deletions(bench: Bench, phone: Locator, page: Page) -> None:
    await bench.graph(text_to(PHONE, "Olá! Em que posso ajudar?"))
    wamid = bench.sim.sends[0].wamid
    theirs, mine = phone.locator(".bubble.business"), phone.locator(".bubble.customer")
    await expect(theirs).to_be_visible()

    async def act(bubble: Locator, name: str) -> None:
        await bubble.focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("menuitem", name=name).click()

    await phone.get_by_role("list", name="Conversa com").focus()
    await page.keyboard.press("ArrowUp")
    await expect(theirs).to_be_focused()
    await act(theirs, "Reagir com 👍")
    await expect(theirs.get_by_role("img", name="Reações: 👍")).to_be_visible()
    await act(theirs, "Tirar a reação 👍")
    await expect(theirs.locator(".reacted")).to_be_hidden()
    reactions = [m["reaction"] for m in (await bench.receiver.messages(3))[1:]]
    assert reactions == [{"message_id": wamid, "emoji": "👍"}, {"message_id": wamid, "emoji": ""}]

    await act(theirs, "Responder")
    await phone.get_by_role("textbox", name="Mensagem").fill("a internet caiuu")
    await phone.get_by_role("button", name="Enviar", exact=True).click()
    answer = await newest(bench, 4)
    assert (answer["context"]["id"], answer["text"]["body"]) == (wamid, "a internet caiuu")
    await expect(mine.last.locator(".quote")).to_contain_text("Em que posso ajudar?")

    await phone.get_by_role("textbox", name="Mensagem").press("ArrowUp")
    await phone.get_by_role("textbox", name="Mensagem").fill("a internet caiu")
    await phone.get_by_role("button", name="Salvar a edição").click()
    edit = (await newest(bench, 5))["edit"]
    assert (edit["original_message_id"], edit["message"]["text"]["body"]) == (answer["id"], "a internet caiu")
    await expect(mine.last).to_contain_text("a internet caiueditada")

    await act(mine.last, "Apagar para todos")
    await phone.get_by_role("button", name="Apagar para todos").click()
    assert (await newest(bench, 6))["revoke"] == {"original_message_id": answer["id"]}
    await expect(mine.last).to_contain_text("Você apagou esta mensagem")


async def test_what_the_company_asks_is_answered(bench: Bench, phone: Locator) -> None:
    for kind in (LIST, FLOW, PLACE):
        await bench.graph(a("interactive", kind))
    await bench.graph(a("template", VISIT))
    asked = [send.wamid for send in bench.sim.sends]
    await phone.get_by_role("button", name="Ver opções").click()
    await phone.get_by_role("button", name="Suporte Sem rede").click()
    row = await newest(bench, 2)
    assert row["interactive"]["list_reply"] == {"id": "suporte", "title": "Suporte", "description": "Sem rede"}
    await phone.get_by_role("button", name="Abrir cadastro").click()
    await phone.get_by_label("Nome").fill("Ana Souza")
    await phone.get_by_role("button", name="Enviar respostas").click()
    form = await newest(bench, 3)
    assert form["interactive"]["nfm_reply"]["response_json"] == '{"nome": "Ana Souza", "flow_token": "tok-1"}'
    await expect(phone.locator(".bubble.customer").last).to_contain_text("Ana Souza")
    await phone.get_by_role("button", name="Enviar localização").click()
    await phone.get_by_role("dialog").get_by_role("button", name="Enviar localização").click()
    place = await newest(bench, 4)
    await phone.get_by_role("button", name="Confirmar").click()
    button = await newest(bench, 5)
    assert button["button"] == {"payload": "Confirmar", "text": "Confirmar"}
    assert [m["context"]["id"] for m in (row, form, place, button)] == asked
