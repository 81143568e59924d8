"""Lists: the queue by waiting time, thousands of conversations, and the next one read ahead."""

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import text
from tests.console.conftest import picture, sign_in
from tests.stories.harness import System

from plantao.identity.models import Role

pytestmark = pytest.mark.browser

MANY = 10_000
ROW = 66  # pixels
CUSTOMERS = text("""
    INSERT INTO customers (id, name, phone, created_at)
    SELECT md5('c' || n)::uuid, 'Cliente ' || n, '55119' || lpad(n::text, 8, '0'), now()
    FROM generate_series(1, :many) AS n
""")
CONVERSATIONS = text("""
    INSERT INTO conversations (id, protocol, customer_id, channel, status, handled_by, priority, started_at,
                               last_message_at, window_expires_at, queued_at, closed_at)
    SELECT md5('k' || n)::uuid, '20261127-' || n, md5('c' || n)::uuid, 'whatsapp',
           CASE WHEN n <= 12 THEN 'queue' ELSE 'resolved' END, 'none', CASE WHEN n = 5 THEN 2 ELSE 1 END, now(),
           now() - n * interval '40 seconds', now() + interval '20 hours',
           CASE WHEN n <= 12 THEN now() - n * interval '40 seconds' END, CASE WHEN n > 12 THEN now() END
    FROM generate_series(1, :many) AS n
""")


async def test_ten_thousand_conversations_and_a_queue(system: System, page: Page) -> None:
    async with system.parts.database.transaction() as tx:
        await tx.run(CUSTOMERS, {"many": MANY})
        await tx.run(CONVERSATIONS, {"many": MANY})
    await system.person(Role.SUPERVISOR, "Rita Lima")
    await sign_in(page, f"{system.url}/caixa/fila", "rita@provedor.example")
    rows = page.get_by_role("region", name="Conversas").locator("li")
    await expect(rows).to_have_count(12)
    await expect(rows.first).to_contain_text("Cliente 5")  # its priority is high
    await expect(rows.nth(1)).to_contain_text("Cliente 12")  # who waits longest
    await expect(rows.nth(1).locator(".waiting.late")).to_be_visible()
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await expect(page.get_by_role("heading", name="Cliente 12")).to_be_visible()
    await picture(page, "queue")
    await page.keyboard.press("a")
    await expect(page.get_by_text("A conversa é sua.")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Responder")).to_be_focused()
    await page.keyboard.press("Escape")

    await page.keyboard.press("g")
    await page.keyboard.press("t")
    await expect(rows.first).to_contain_text("Cliente 1")
    assert await rows.count() < 40
    scroller = page.locator(".list .scroller")
    for pages in (1, 2, 3):
        await scroller.evaluate("(one) => one.scrollTo(0, one.scrollHeight)")
        await page.wait_for_function(f"() => document.querySelector('.list ul').clientHeight > {pages * 100 * ROW}")
    assert await rows.count() < 40
    await picture(page, "all")


async def test_the_next_one_is_there_before_it_is_asked_for_with_what_came_meanwhile(
    system: System, page: Page
) -> None:
    await system.person(Role.SUPERVISOR, "Rita Lima")
    customers = {name: system.sim.customer(name) for name in ("Ana Reis", "Bia Melo", "Caio Sá")}
    for customer in customers.values():
        await system.sim.write(customer, "Quero falar com um atendente")
    await system.settle()
    await sign_in(page, f"{system.url}/caixa/todas", "rita@provedor.example")
    rows = page.get_by_role("region", name="Conversas").locator("li")
    await expect(rows).to_have_count(3)
    names = await rows.locator(".name").all_inner_texts()  # within one second nobody is newer
    heading = page.locator(".thread").get_by_role("heading")
    second = (await rows.nth(1).get_by_role("link").get_attribute("href") or "").rsplit("/", 1)[-1]
    async with page.expect_response(lambda answer: f"/conversations/{second}?" in answer.url):
        await page.keyboard.press("j")
    await expect(heading).to_have_text(names[0])

    await system.sim.write(customers[names[1]], "E agora caiu de novo")
    await system.settle()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.keyboard.press("j")
    await expect(heading).to_have_text(names[1])
    await expect(page.locator(".message", has_text="E agora caiu de novo")).to_be_visible()
    assert not [url for url in asked if f"/conversations/{second}?" in url]
    # Who stays sees also what no message tells.
    async with page.expect_response(lambda answer: f"/conversations/{second}?" in answer.url):
        pass

    # Who was elsewhere reads it again: of what came without a message nobody has told.
    await page.keyboard.press("g")
    await page.keyboard.press("p")
    await expect(page.get_by_role("heading", name="Fila de espera")).to_be_visible()
    async with page.expect_response(lambda answer: f"/conversations/{second}?" in answer.url):
        await page.go_back()
    await expect(heading).to_have_text(names[1])
