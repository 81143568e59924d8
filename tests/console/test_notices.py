"""What tells somebody who looks elsewhere: a sound and a desktop notification, as the user wishes them."""

import pytest
from playwright.async_api import Page, expect
from tests.console.conftest import another_browser, maria_at, picture
from tests.stories.file_samples import served_conversation
from tests.stories.harness import System

pytestmark = pytest.mark.browser

# Writes down what the page asks of the browser, and lets the browser do it.
WATCHED = """
  window.told = [];
  window.tones = 0;
  const Real = window.Notification;
  window.Notification = class extends Real {
    constructor(title, options) { super(title, options); window.told.push({ title, body: options.body }); }
  };
  // The worker tells it, once there is one.
  const show = ServiceWorkerRegistration.prototype.showNotification;
  ServiceWorkerRegistration.prototype.showNotification = function (title, options) {
    window.told.push({ title, body: options.body });
    return show.call(this, title, options);
  };
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...given) { window.tones += 1; return start.apply(this, given); };
  window.away = false;
  Object.defineProperty(document, 'visibilityState', { get: () => (window.away ? 'hidden' : 'visible') });
  document.hasFocus = () => !window.away;
"""
TONES = 2  # of one chime


async def test_a_sound_and_a_notification_as_they_are_wished(system: System, page: Page) -> None:
    await page.add_init_script(WATCHED)
    await page.context.grant_permissions(["notifications"], origin=system.url)
    maria = await maria_at(page, system)
    conversation_id = await served_conversation(system, maria)
    [joao] = system.sim.world.customers.values()
    await page.goto(f"{system.url}/caixa/minhas/{conversation_id}")
    await expect(page.get_by_role("textbox", name="Responder")).to_be_visible()
    await wish(page, "Som de mensagem nova")  # they begin without: tests do not want it
    assert await page.evaluate("tones") == TONES  # how it sounds
    await wish(page, "Avisos na área de trabalho")
    await picture(page, "wishes")

    await system.sim.write(joao, "Estou olhando para isto")
    await expect(page.get_by_text("Estou olhando para isto").last).to_be_visible()
    assert await page.evaluate("[tones, told.length]") == [TONES, 0]

    await page.evaluate("away = true")
    await system.sim.write(joao, "Alguém aí?")
    await page.wait_for_function("() => told.length === 1")
    assert await page.evaluate("[tones, told]") == [2 * TONES, [{"title": "João", "body": "Alguém aí?"}]]

    await page.evaluate("away = false")
    await wish(page, "Som de mensagem nova")
    await wish(page, "Avisos na área de trabalho")
    await page.evaluate("away = true")
    await system.sim.write(joao, "Ninguém soube disto")
    await expect(page.get_by_text("Ninguém soube disto").last).to_be_attached()
    assert await page.evaluate("[tones, told.length]") == [2 * TONES, 1]


async def wish(page: Page, name: str) -> None:
    await page.get_by_role("button", name="Sua conta").click()
    await page.get_by_role("menuitem", name=name).click()
    await expect(page.get_by_role("menu")).to_have_count(0)


async def test_a_browser_that_refuses_is_said(system: System, page: Page) -> None:
    async with another_browser(page) as refusing:
        await refusing.add_init_script("Notification.requestPermission = async () => 'denied'")
        await maria_at(refusing, system)
        await wish(refusing, "Avisos na área de trabalho")
        await expect(refusing.get_by_text("O navegador não permite avisos desta página.")).to_be_visible()
