"""Two tabs of one user, and two users at one conversation, agree about what there is."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect
from tests.console.conftest import another_browser, maria_at, picture, sign_in
from tests.stories.file_samples import served_conversation
from tests.stories.harness import System, running_system

from plantao.identity.models import Role

pytestmark = pytest.mark.browser


@pytest.fixture
async def system(database_url: str) -> AsyncIterator[System]:
    """Much may be said to one customer in a short time."""
    async with running_system(database_url, simulator={"pair_limit": False}) as running:
        yield running


async def beside(page: Page, address: str) -> Page:
    """Another tab of the same browser, which is signed in without being asked."""
    other = await page.context.new_page()
    await other.goto(address)
    await expect(other.get_by_role("textbox", name="Responder")).to_be_visible()
    await expect(other.locator(".line.open")).to_be_visible()
    return other


async def test_tabs_agree_and_send_once(system: System, page: Page) -> None:
    maria = await maria_at(page, system)
    conversation_id = await served_conversation(system, maria)
    address = f"{system.url}/caixa/minhas/{conversation_id}"
    await page.goto(address)
    writing = page.get_by_role("textbox", name="Responder")
    other = await beside(page, address)
    also = other.get_by_role("textbox", name="Responder")

    await writing.fill("Rascunho de uma aba")
    await expect(also).to_have_value("Rascunho de uma aba")
    await also.fill("Escrito em duas abas")
    await expect(writing).to_have_value("Escrito em duas abas")
    await writing.press("Enter")
    await system.sim.wait_for_send(lambda send: send.text == "Escrito em duas abas")
    await expect(also).to_have_value("")
    await expect(other.locator(".message.ours").filter(has_text="Escrito em duas abas")).to_be_visible()

    await page.get_by_role("button", name="Sua conta").click()
    await page.get_by_role("menuitem", name="Escuro").click()
    await expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    await page.get_by_role("button", name="Sua conta").click()
    await page.get_by_role("menuitem", name="English").click()
    await expect(other.get_by_role("textbox", name="Reply")).to_be_visible()
    await other.get_by_role("button", name="Your account").click()
    await other.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_label("Password")).to_be_visible()
    left = await page.evaluate("Object.keys(localStorage).filter(key => /draft|outbox/.test(key))")
    assert left == []


async def test_what_waits_in_one_tab_is_seen_in_the_other_which_takes_over_when_it_is_closed(
    system: System, page: Page
) -> None:
    maria = await maria_at(page, system)
    conversation_id = await served_conversation(system, maria)
    address = f"{system.url}/caixa/minhas/{conversation_id}"
    await page.goto(address)
    await expect(page.get_by_role("textbox", name="Responder")).to_be_visible()
    other = await beside(page, address)
    await other.context.set_offline(True)
    await say(page, "Primeira, da primeira aba")
    await say(other, "Segunda, da segunda aba")
    await say(page, "Terceira, da primeira aba")
    for tab in (page, other):
        drafts = tab.locator(".draft .bubble")
        await expect(drafts).to_have_text([re.compile("Primeira"), re.compile("Segunda"), re.compile("Terceira")])
    await picture(other, "tabs-waiting")
    await page.close()
    await other.context.set_offline(False)
    await system.sim.wait_for_send(lambda send: send.text == "Terceira, da primeira aba")
    await expect(other.locator(".draft")).to_have_count(0)
    own = [m["content"] for m in await maria.messages(conversation_id) if m["sent_by"] == "agent"]
    assert own == ["Primeira, da primeira aba", "Segunda, da segunda aba", "Terceira, da primeira aba"]


async def say(page: Page, text: str) -> None:
    writing = page.get_by_role("textbox", name="Responder")
    await writing.fill(text)
    await writing.press("Enter")
    await expect(page.locator(".draft").filter(has_text=text)).to_be_visible()


async def test_who_looks_too_stands_in_the_head(system: System, page: Page) -> None:
    await page.set_viewport_size({"width": 1400, "height": 800})
    maria = await maria_at(page, system)
    conversation_id = await served_conversation(system, maria)
    await page.goto(f"{system.url}/caixa/minhas/{conversation_id}")
    await expect(page.get_by_role("textbox", name="Responder")).to_be_visible()
    await system.person(Role.SUPERVISOR, "Bia Lima")
    viewers = page.get_by_role("list", name="Também nesta conversa")
    async with another_browser(page) as lead:
        await sign_in(lead, system.url, "bia@provedor.example")
        await lead.goto(f"{system.url}/caixa/todas/{conversation_id}")
        await expect(viewers.get_by_text("Bia está vendo")).to_be_visible()
        await expect(page.get_by_role("status").filter(has_text="Bia Lima está vendo")).to_be_attached()
        await expect(lead.get_by_role("list", name="Também nesta conversa")).to_contain_text("Maria está vendo")
        await picture(page, "viewers")
        await lead.get_by_role("textbox", name="Responder").press_sequentially("Deixa comigo")
        await expect(viewers.get_by_text("Bia está digitando")).to_be_visible()
        await viewers.hover()
        await expect(page.locator(".tip")).to_contain_text("Bia Lima está digitando")
        await picture(page, "viewers-typing")
    await expect(viewers).to_have_count(0)
