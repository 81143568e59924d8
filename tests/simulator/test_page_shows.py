"""What the phone's page shows of the company's messages, and how much of it at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, expect
from tests.simulator.conftest import Bench, text_to
from tests.simulator.test_page_sends import PHONE, a

from plantao_simulator.samples import sample
from plantao_simulator.state import ChatMessage, Status

CONTRAST = Path(__file__).with_name("contrast.js").read_text()
FORMATTED = "*forte* _leve_ ~fora~ ```cru``` 2*3*4 https://example.com/a?b=1. javascript:alert(1) <b>x</b>"

pytestmark = pytest.mark.browser


async def test_every_kind_is_shown(bench: Bench, page: Page) -> None:
    ana = bench.sim.customer("Ana", phone=PHONE)
    question = await bench.sim.write(ana, "oi")
    file = {kind: bench.sim.media.add(*sample(kind)).id for kind in ("image", "video", "document", "sticker")}
    await bench.graph(text_to(PHONE, FORMATTED, context={"message_id": question.id}))
    await bench.graph(a("image", {"id": file["image"], "caption": "Passo 1"}))
    await bench.graph(a("video", {"id": file["video"]}))
    await bench.graph(a("document", {"id": file["document"], "filename": "fatura.pdf"}))
    await bench.graph(a("sticker", {"id": file["sticker"]}))
    await bench.graph(a("location", {"latitude": -23.55, "longitude": -46.63, "name": "Loja Sé"}))
    carlos = {"name": {"formatted_name": "Carlos", "first_name": "Carlos"}, "phones": [{"phone": "+5511988887777"}]}
    await bench.graph(a("contacts", [carlos]))
    link = {"name": "cta_url", "parameters": {"display_text": "Abrir fatura", "url": "https://example.com/f"}}
    await bench.graph(a("interactive", {"type": "cta_url", "body": {"text": "Segunda via"}, "action": link}))
    await bench.graph(a("reaction", {"message_id": question.id, "emoji": "👍"}))
    bench.sim.fail_next(kind="fail_later", code=131049)
    await bench.graph(text_to(PHONE, "nunca chega"))

    await page.goto(bench.base)
    await page.get_by_role("button", name="Ana").click()
    phone = page.get_by_role("region", name="Celular de Ana")
    text = phone.locator(".bubble.is-text.business")
    for tag, content in (("strong", "forte"), ("em", "leve"), ("s", "fora"), ("code", "cru")):
        await expect(text.locator(tag)).to_have_text(content)
    await expect(text.get_by_role("link")).to_have_attribute("href", "https://example.com/a?b=1")
    await expect(text).to_contain_text("2*3*4 https://example.com/a?b=1. javascript:alert(1) <b>x</b>")
    await expect(text.locator(".quote")).to_have_text("Vocêoi")
    paper = phone.get_by_role("link", name="Baixar fatura.pdf")
    await expect(paper).not_to_contain_text("686 B")  # its size is asked for once somebody looks
    await paper.scroll_into_view_if_needed()
    await expect(paper).to_contain_text("PDF · 686 B")
    await expect(phone.get_by_text("Loja Sé")).to_be_visible()
    await expect(phone.get_by_role("link", name="Abrir fatura")).to_have_attribute("href", "https://example.com/f")
    await expect(phone.get_by_role("img", name="Reações: 👍")).to_be_visible()
    await expect(phone.locator(".note.fail")).to_contain_text("131049")
    await expect(page.get_by_text("nunca chega")).to_have_count(0)
    await phone.get_by_role("button", name="Ver contato").click()
    await expect(phone.get_by_role("dialog")).to_contain_text("+5511988887777")
    await page.keyboard.press("Escape")
    await expect(phone.get_by_role("button", name="Ver contato")).to_be_focused()
    for name, tag in (("Abrir: Passo 1", "img"), ("Assistir: Vídeo", "video")):
        await phone.get_by_role("button", name=name).click()
        shown = phone.get_by_role("dialog").locator(tag)
        await expect(shown).to_have_attribute("src", re.compile("/_sim/media/"))
        await expect(shown).to_be_visible()
        await page.keyboard.press("Escape")
    themes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for theme in themes:
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        assert await page.evaluate(CONTRAST) == []


async def test_without_signal_messages_wait_and_odd_ones_do_no_harm(bench: Bench, page: Page) -> None:
    ana = bench.sim.customer("Ana", phone=PHONE)
    await bench.sim.write(ana, {"type": "order", "content": {"product_items": 5}})
    await page.goto(bench.base)
    await page.get_by_role("button", name="Ana").click()
    await page.get_by_role("button", name="Tirar o sinal deste celular").click()
    await expect(page.get_by_text("Sem sinal: nada chega a este celular.")).to_be_visible()
    await bench.graph(text_to(PHONE, "Estamos a caminho"))
    await expect(page.get_by_text("Sem sinal: 1 mensagem espera na Meta.")).to_be_visible()
    await expect(page.get_by_text("Estamos a caminho")).to_have_count(0)
    await page.get_by_role("button", name="Devolver o sinal a este celular").click()
    await expect(page.locator(".bubble.business")).to_contain_text("Estamos a caminho")
    await expect(page.locator(".bubble.customer")).to_contain_text("Mensagem não suportada")


async def test_only_what_is_seen_is_built(bench: Bench, page: Page) -> None:
    people = [bench.sim.customer(f"Cliente {n:03}") for n in range(400)]
    for n in range(3000):
        content = {"type": "text", "text": {"body": f"mensagem {n}"}}
        said = ChatMessage(
            id=f"wamid.{n}",
            customer_id=people[0].id,
            number=bench.sim.business.first.id,
            author="customer",
            type="text",
            content=content,
            timestamp=bench.sim.now() - 3000 + n,
            status=Status.READ,
        )
        bench.sim.world.add_message(said)
    await page.goto(bench.base)
    rows, bubbles = page.locator(".person"), page.locator(".bubble")
    await expect(page.locator(".people > li").first).to_have_attribute("aria-setsize", "400")
    assert await rows.count() < 30
    await page.get_by_role("button", name="Cliente 000").click()
    await expect(bubbles.last).to_contain_text("mensagem 2999")
    assert await bubbles.count() == 50
    await page.locator(".log").evaluate("log => (log.scrollTop = 0)")
    await expect(bubbles).to_have_count(100)
    await page.get_by_role("button", name="Ir para o fim da conversa").click()
    await page.locator(".person").first.focus()
    for _ in range(40):
        await page.keyboard.press("ArrowDown")
    await expect(page.locator(".person:focus")).to_contain_text("Cliente 040")
    assert await rows.count() < 30
