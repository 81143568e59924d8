"""What is seen of a conversation: files, long histories, what came meanwhile."""

import re

import pytest
from playwright.async_api import FilePayload, Page, WebSocketRoute, expect
from sqlalchemy import text
from tests.console.conftest import kept, maria_at, picture
from tests.stories.file_samples import JPEG, PDF, SAMPLES, encoded, served_conversation
from tests.stories.harness import System

pytestmark = pytest.mark.browser

# Two frames: one to measure what has grown, one to move.
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60))))"
FILES = {"image": "modem.jpg", "audio": "voz.ogg", "sticker": "figurinha.webp", "document": "comprovante.pdf"}
HISTORY = text("""
    INSERT INTO messages (id, conversation_id, seq, direction, type, content, sent_at, stored_at, sent_by, status,
                          status_rank)
    SELECT gen_random_uuid(), :id, n, 'incoming', 'text', 'Mensagem número ' || n,
           now() - (:many - n) * interval '1 minute', now(), 'customer', 'delivered', 20
    FROM generate_series((SELECT last_seq + 1 FROM conversations WHERE id = :id), :many) AS n
""")
COUNTED = text("UPDATE conversations SET last_seq = :many, messages_count = :many WHERE id = :id")


async def test_files_come_and_go(system: System, page: Page) -> None:
    maria = await maria_at(page, system)
    conversation_id = await served_conversation(system, maria)
    [ana] = system.sim.world.customers.values()
    await page.goto(f"{system.url}/caixa/minhas/{conversation_id}")
    await expect(page.get_by_role("textbox", name="Responder")).to_be_visible()
    for kind, sample in FILES.items():
        await system.sim.write(ana, {"type": kind, "data": encoded((SAMPLES / sample).read_bytes())})
    await expect(page.locator("img.image")).to_be_visible()
    await expect(page.locator("img.sticker")).to_be_visible()
    await expect(page.get_by_role("button", name="Reproduzir")).to_be_visible()
    assert await page.locator("img.image").evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    async with page.expect_download() as saved:
        await page.locator(".media .card").click()
    assert (await kept(await saved.value)).read_bytes() == PDF

    files: list[FilePayload] = [
        {"name": "modem.jpg", "mimeType": "image/jpeg", "buffer": JPEG},
        {"name": "fatura.pdf", "mimeType": "application/pdf", "buffer": PDF},
        {"name": "x.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"},
    ]
    await page.locator("input[type=file]").set_input_files(files)
    await expect(page.get_by_text("x.exe: este tipo de arquivo não pode ser enviado.")).to_be_visible()
    await page.get_by_role("textbox", name="Responder").fill("Segue a fatura")
    await picture(page, "files")
    await page.keyboard.press("Enter")
    await system.sim.wait_for_send(lambda send: send.payload.get("image", {}).get("caption") == "Segue a fatura")
    await system.sim.wait_for_send(lambda send: send.payload.get("document", {}).get("filename") == "fatura.pdf")
    await expect(page.locator(".message.ours").last.get_by_role("img", name="Entregue")).to_be_in_viewport()
    await picture(page, "files-sent")


BELOW = "log => log.scrollHeight - log.scrollTop - log.clientHeight"


async def test_one_stands_at_the_end_and_stays_there(system: System, page: Page) -> None:
    """Whatever grows: pictures that arrive, a window that is drawn larger, a phone that is turned."""
    maria = await maria_at(page, system)
    conversation_id = await served_conversation(system, maria)
    [ana] = system.sim.world.customers.values()
    for sample in ("modem.jpg", "comprovante.pdf", "modem.jpg"):
        kind = "image" if sample.endswith("jpg") else "document"
        await system.sim.write(ana, {"type": kind, "data": encoded((SAMPLES / sample).read_bytes())})
    await system.settle()
    log = page.get_by_role("log")
    for height in (720, 860, 640):
        await page.goto(f"{system.url}/caixa/minhas/{conversation_id}")
        await expect(page.locator("img.image").last).to_be_visible()
        for width in (1280, 1100, 360, 740):
            await page.set_viewport_size({"width": width, "height": height})
            await page.evaluate(SETTLED)
            assert abs(await log.evaluate(BELOW)) < 2
            await expect(page.get_by_role("button", name="Ir para o fim")).to_have_count(0)


async def test_what_came_meanwhile_is_asked_about(system: System, page: Page) -> None:
    """The line is alive, but brings nothing: the server knows better than the screen."""
    deaf = False

    def relay(line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        line.on_message(server.send)
        server.on_message(lambda frame: None if deaf and '"new_message"' in str(frame) else line.send(frame))

    await page.route_web_socket(re.compile("/ws/chat"), relay)
    maria = await maria_at(page, system)
    conversation_id = await served_conversation(system, maria)
    [ana] = system.sim.world.customers.values()
    await page.goto(f"{system.url}/caixa/minhas/{conversation_id}")
    writing = page.get_by_role("textbox", name="Responder")
    await expect(writing).to_be_visible()
    await page.wait_for_load_state("networkidle")
    deaf = True
    await system.sim.write(ana, "Esqueça, voltou!")
    await system.settle()
    sends = len(system.sim.sends)
    await writing.fill("Vou abrir um chamado")
    await writing.press("Enter")
    question = page.get_by_role("alert").filter(has_text="Chegou mensagem nova")
    await expect(question).to_be_visible()
    await expect(page.get_by_text("Esqueça, voltou!").last).to_be_visible()
    await picture(page, "stale")
    assert len(system.sim.sends) == sends
    await question.get_by_role("button", name="Enviar mesmo assim").click()
    await system.sim.wait_for_send(lambda send: send.text == "Vou abrir um chamado")
    await expect(question).to_have_count(0)


async def test_a_long_history_is_read_by_pages_and_keeps_its_place(system: System, page: Page) -> None:
    maria = await maria_at(page, system)
    conversation_id = await served_conversation(system, maria)
    async with system.parts.database.transaction() as tx:
        await tx.run(HISTORY, {"id": conversation_id, "many": 1000})
        await tx.run(COUNTED, {"id": conversation_id, "many": 1000})
    await page.goto(f"{system.url}/caixa/minhas/{conversation_id}")
    newest = page.locator('.message[data-seq="1000"]')
    await expect(newest).to_be_in_viewport()
    log = page.get_by_role("log")
    assert await log.locator(".message").count() < 80
    await log.evaluate("log => log.scrollTo(0, 0)")
    # The page before is put above what is looked at, which stays where it is.
    await expect(page.locator('.message[data-seq="936"]')).to_be_attached()
    await page.wait_for_function(f"() => Math.abs(({FIRST_SHOWN})() - 941) < 3")
    await expect(newest).not_to_be_in_viewport()
    await page.get_by_role("button", name="Ir para o fim").click()
    await expect(newest).to_be_in_viewport()


# The `seq` of the uppermost message on the screen.
FIRST_SHOWN = """() => {
  const log = document.querySelector('[role=log]');
  const top = log.getBoundingClientRect().top;
  const shown = [...log.querySelectorAll('.message')].filter(one => one.getBoundingClientRect().bottom > top);
  return Math.min(...shown.map(one => Number(one.dataset.seq)));
}"""
