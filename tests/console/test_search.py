"""Finding a conversation by keyboard; what has been read is read on every screen of the user."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import text
from tests.console.conftest import maria_at, picture, sign_in
from tests.stories.harness import System

from plantao.identity.models import Role

pytestmark = pytest.mark.browser

# Each has said something last: the customer, the bot, or an agent whose message did not arrive.
MANY = 2_000
PAST = (
    """INSERT INTO customers (id, name, phone, created_at)
       SELECT md5('c' || n)::uuid,
              (ARRAY['João', 'Maria', 'Antônia', 'Zé', 'Conceição', 'Luís'])[n % 6 + 1] || ' '
              || (ARRAY['da Silva', 'Araújo', 'Gonçalves', 'Souza', 'Lima'])[n % 5 + 1] || ' ' || n,
              '55119' || lpad((87650000 + n)::text, 8, '0'), now()
       FROM generate_series(1, :many) AS n""",
    """INSERT INTO conversations (id, protocol, customer_id, channel, status, handled_by, started_at, last_message_at,
                                  last_seq, messages_count, closed_at)
       SELECT md5('k' || n)::uuid, '20261126-' || lpad(n::text, 6, '0'), md5('c' || n)::uuid, 'whatsapp',
              (ARRAY['resolved', 'closed'])[n % 2 + 1], 'none', now(), now() - n * interval '9 minutes', 1, 1, now()
       FROM generate_series(1, :many) AS n""",
    """INSERT INTO messages (id, conversation_id, seq, direction, type, content, sent_at, stored_at, sent_by, status,
                             status_rank)
       SELECT md5('m' || n)::uuid, md5('k' || n)::uuid, 1, CASE n % 3 WHEN 0 THEN 'incoming' ELSE 'outgoing' END,
              'text',
              (ARRAY['Obrigado, voltou a funcionar!', 'Seu boleto vence no dia 10.', 'Vendo o sinal'])[n % 3 + 1],
              now(), now(), CASE n % 3 WHEN 0 THEN 'customer' ELSE 'bot' END,
              CASE WHEN n % 10 = 2 THEN 'failed' ELSE 'delivered' END, 20
       FROM generate_series(1, :many) AS n""",
)


async def fill(system: System) -> None:
    async with system.parts.database.transaction() as tx:
        for statement in PAST:
            await tx.run(text(statement), {"many": MANY})


async def test_a_conversation_is_found_by_name_phone_and_protocol(system: System, page: Page) -> None:
    await fill(system)
    await system.person(Role.SUPERVISOR, "Rita Lima")
    await sign_in(page, f"{system.url}/caixa/todas", "rita@provedor.example")
    pane = page.get_by_role("region", name="Conversas")
    rows = pane.locator("li")
    await expect(rows.first).to_contain_text("Seu boleto vence no dia 10.")
    await picture(page, "all-with-previews")
    await page.keyboard.press("/")
    field = pane.get_by_role("textbox", name="Buscar")
    await expect(field).to_be_focused()
    await page.keyboard.type("conceicao gonc")
    await expect(rows.first).to_contain_text("Conceição Gonçalves 22")
    await expect(pane.locator("mark").first).to_have_text("Conceição")
    await expect(pane.get_by_role("status")).to_have_text("66 conversas")
    await picture(page, "found-by-name")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("heading", name="Conceição Gonçalves 52")).to_be_visible()
    await expect(field).to_be_focused()
    await field.fill("11 8765-0022")  # as people wrote it before the ninth digit
    await expect(rows).to_have_count(1)
    await expect(rows.first).to_contain_text("+55 11 98765-0022")
    await picture(page, "found-by-phone")
    await field.fill("20261126-000031")
    await expect(rows.first).to_contain_text("20261126-000031")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Maria Araújo 31")).to_be_visible()
    await field.fill("nabucodonosor")
    await expect(pane.get_by_text("Ninguém com “nabucodonosor”")).to_be_visible()
    await picture(page, "found-nobody")
    await page.keyboard.press("Escape")
    await expect(field).to_have_value("")
    await expect(rows.first).to_contain_text("Seu boleto vence no dia 10.")


async def test_all_that_is_found_can_be_scrolled_through(system: System, page: Page) -> None:
    await fill(system)
    await system.person(Role.SUPERVISOR, "Rita Lima")
    await sign_in(page, f"{system.url}/caixa/minhas", "rita@provedor.example")
    pane = page.get_by_role("region", name="Conversas")
    await pane.get_by_role("textbox", name="Buscar").fill("silva")
    await expect(pane.get_by_role("status")).to_have_text("400 conversas")
    scroller = page.locator(".list .scroller")
    for pages in (1, 2, 3):
        await scroller.evaluate("(one) => one.scrollTo(0, one.scrollHeight)")
        await page.wait_for_function(f"() => document.querySelector('.list ul').clientHeight > {pages * 50 * 66}")
    assert await pane.locator("li").count() < 40


async def test_the_palette_finds_what_no_list_has_loaded(system: System, page: Page) -> None:
    await fill(system)
    await system.person(Role.SUPERVISOR, "Rita Lima")
    await sign_in(page, f"{system.url}/caixa/minhas", "rita@provedor.example")
    await page.keyboard.press("Control+k")
    await page.get_by_placeholder("Busque comando ou conversa").fill("antonia 1994")
    option = page.get_by_role("option", name="Antônia")
    await expect(option).to_contain_text("Antônia Lima 1994")
    await picture(page, "palette-found")
    await page.keyboard.press("ArrowDown")
    await option.click()
    await expect(page.get_by_role("heading", name="Antônia Lima 1994")).to_be_visible()


@pytest.fixture
async def other(page: Page) -> AsyncIterator[Page]:
    """The same user at another machine: nothing in common but the server."""
    browser = page.context.browser
    assert browser is not None
    context = await browser.new_context(locale="pt-BR")
    yield await context.new_page()
    await context.close()


async def test_what_is_read_here_is_read_at_another_machine(system: System, page: Page, other: Page) -> None:
    await maria_at(page, system)
    await sign_in(other, system.url, "maria@provedor.example")
    await expect(other.locator(".line.open")).to_be_visible()
    ana = system.sim.customer("Ana Souza", phone="+5511987654321")
    await system.sim.write(ana, "Quero falar com um atendente")
    here, there = (one.get_by_role("link", name="Ana Souza") for one in (page, other))
    await expect(here.get_by_label("não lida")).to_have_text("1")
    await expect(there.get_by_label("não lida")).to_have_text("1")
    await here.click()
    await expect(there.get_by_label("não lida")).to_have_count(0)
    await expect(here.get_by_label("não lida")).to_have_count(0)
    await page.goto(f"{system.url}/caixa/minhas")  # looks elsewhere
    await system.sim.write(ana, "Alguém?")
    await system.sim.write(ana, "Ainda sem internet")
    await expect(there.get_by_label("não lida")).to_have_text("2")
    await expect(there).to_contain_text("Ainda sem internet")
    await picture(other, "unread")
    await other.reload()  # from the server, not from what the page remembers
    await expect(there.get_by_label("não lida")).to_have_text("2")
    await there.click()
    line = other.get_by_role("log").get_by_text("Novas mensagens")
    await expect(line).to_be_visible()
    await expect(here.get_by_label("não lida")).to_have_count(0)
    await picture(other, "unread-line")
