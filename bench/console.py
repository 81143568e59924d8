"""The console in a real browser, with 10,000 conversations: what a person waits for, and memory in a storm.

Needs Chromium. Times are taken in the page, from the browser's own event to the end of the frame that shows its effect.
"""

import asyncio
import itertools
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import CDPSession, Page, async_playwright

from bench.bodies import signed_request, webhook_body
from bench.graph import GraphStandIn
from bench.http_client import Client
from bench.large import fill
from bench.push import QUIET_BOT, first_conversation
from bench.report import Figure, percentile
from bench.system import ADMIN, PASSWORD, Ground, Process, ground, plantao

CONVERSATIONS = 10_000
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
UNHURRIED = 0.6  # seconds between two conversations: who goes faster is not shown each one
KEY_PAUSE = 0.06  # seconds: a fast typist
NEWS_PAUSE = 0.25  # seconds
WRITERS = 200  # customers who write in the storm
STORM_RATE = 10.0  # webhooks/s
TIMEOUT_MS = 20_000

# In the page: waits for a condition at each frame, and answers when the frame that fulfils it has been painted.
WATCH = """
(() => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now());
    channel.port2.postMessage(0);
  }));
  const until = async (holds) => {
    for (;;) {
      const at = await painted();
      if (holds()) return at;
    }
  };
  const shown = (words) => document.querySelector('.thread')?.textContent.includes(words) ?? false;
  const spent = { open: [], key: [], news: [] };
  window.bench = { spent, armed: null };
  const opened = () => {
    const id = location.pathname.split('/').pop().replaceAll('-', '');
    return shown(`vermelha ${parseInt(id, 16)}`);
  };
  addEventListener('keydown', (event) => {
    const kind = window.bench.armed;
    if (kind === null) return;
    const from = location.pathname;
    const holds = kind === 'open' ? () => location.pathname !== from && opened() : () => true;
    until(holds).then((at) => spent[kind].push(at - event.timeStamp));
  }, true);
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...how) {
      super(...how);
      this.addEventListener('message', ({ data }) => {
        const at = performance.now();
        if (window.bench.armed !== 'news' || !data.startsWith('{"type":"new_message"')) return;
        const { content } = JSON.parse(data).message;
        until(() => shown(content)).then((end) => spent.news.push(end - at));
      });
    }
  };
})();
"""


@dataclass(frozen=True, slots=True)
class Size:
    opened: int
    keys: int
    news: int
    storm_minutes: float


FULL = Size(opened=100, keys=300, news=100, storm_minutes=60)
QUICK = Size(opened=30, keys=100, news=30, storm_minutes=1)


async def measure(size: Size) -> list[Figure]:
    async with (
        ground() as base,
        GraphStandIn().running() as graph,
        plantao(base.data_dir, graph.port, QUIET_BOT) as product,
        _browser() as page,
    ):
        mine = await first_conversation(base, product)
        await fill(base.dsn, CONVERSATIONS)
        await _log_in(page, product)
        opened = await _open(page, size.opened)
        await _take(page, product, mine)
        keys = await _type(page, size.keys)
        news = await _news(page, product, size.news)
        heap = await _storm(page, product, base, size.storm_minutes)
    return [*_times(opened, keys, news), *_memory(heap, size.storm_minutes)]


@asynccontextmanager
async def _browser() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": 1366, "height": 768}, locale="pt-BR")
        page.set_default_timeout(TIMEOUT_MS)
        await page.add_init_script(WATCH)
        yield page
        await browser.close()


async def _log_in(page: Page, product: Process) -> None:
    await page.goto(f"http://127.0.0.1:{product.port}/caixa/todas")
    await page.get_by_label("E-mail").fill(ADMIN)
    await page.get_by_label("Senha").fill(PASSWORD)
    await page.get_by_role("button", name="Entrar").click()
    await page.get_by_role("region", name="Conversas").locator("li").nth(5).wait_for()


async def _spent(page: Page, kind: str, count: int) -> list[float]:
    """Milliseconds, once `count` of them are there."""
    await page.wait_for_function("([kind, count]) => bench.spent[kind].length >= count", arg=[kind, count])
    found: list[float] = await page.evaluate("(kind) => bench.spent[kind]", kind)
    return found


async def _arm(page: Page, kind: str | None) -> None:
    await page.evaluate("(kind) => { bench.armed = kind; }", kind)


async def _open(page: Page, count: int) -> list[float]:
    """By key, down the list of all: none has been read before. The first one, which brings the code, is left out."""
    print(f"console: {count} conversations opened", file=sys.stderr)
    await (
        page.get_by_role("region", name="Conversas").locator("li").nth(3).click()
    )  # below customer 0, whose words are others
    await page.locator(".thread").get_by_role("heading").first.wait_for()
    await asyncio.sleep(1)
    await _arm(page, "open")
    for number in range(1, count + 1):
        await page.keyboard.press("j")
        await _spent(page, "open", number)
        await asyncio.sleep(UNHURRIED)
    return await _spent(page, "open", count)


async def _take(page: Page, product: Process, conversation_id: str) -> None:
    """Customer 0's conversation is ours from here on, and open."""
    await _arm(page, None)
    await page.goto(f"http://127.0.0.1:{product.port}/caixa/todas/{conversation_id}")
    await page.locator(".thread").get_by_role("heading").first.wait_for()
    await page.keyboard.press("a")
    await page.get_by_role("textbox", name="Responder").wait_for()
    await asyncio.sleep(1)


async def _type(page: Page, count: int) -> list[float]:
    print(f"console: {count} keys", file=sys.stderr)
    await page.get_by_role("textbox", name="Responder").focus()
    await _arm(page, "key")
    for letter in itertools.islice(itertools.cycle("sua internet volta em minutos "), count):
        await page.keyboard.press("Space" if letter == " " else letter)
        await asyncio.sleep(KEY_PAUSE)
    return await _spent(page, "key", count)


async def _news(page: Page, product: Process, count: int) -> list[float]:
    print(f"console: {count} new messages", file=sys.stderr)
    await _arm(page, "news")
    client, rng = Client(), random.Random(1)
    await client.connect(product.port)
    for number in range(count):
        await client.ask(signed_request(webhook_body(0, rng, f"notícia {number:05}")))
        await asyncio.sleep(NEWS_PAUSE)
    client.close()
    spent = await _spent(page, "news", count)
    await _arm(page, None)
    return spent


@dataclass(frozen=True, slots=True)
class Sample:
    at: float
    heap: float  # MB after a collection
    nodes: int


async def _storm(page: Page, product: Process, base: Ground, minutes: float) -> list[Sample]:
    """Customers write, the open one too; a sample twelve times, the first when the storm has begun to show."""
    print(f"console: a storm of {minutes:g} minutes", file=sys.stderr)
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable")
    client, rng, began = Client(), random.Random(2), time.monotonic()
    await client.connect(product.port)
    samples: list[Sample] = []
    sent = 0
    while (spent := time.monotonic() - began) < minutes * 60:
        await client.ask(signed_request(webhook_body(sent % WRITERS, rng)))
        sent += 1
        if spent >= (len(samples) + 1) * minutes * 5:
            samples.append(await _sample(session))
        await asyncio.sleep(max(0.0, began + sent / STORM_RATE - time.monotonic()))
    client.close()
    await base.until("SELECT count(*) FROM webhook_ledger WHERE materialised_at IS NULL", 0)
    return [*samples, await _sample(session)]


async def _sample(session: CDPSession) -> Sample:
    await session.send("HeapProfiler.collectGarbage")
    answer: dict[str, Any] = await session.send("Performance.getMetrics")
    found = {metric["name"]: metric["value"] for metric in answer["metrics"]}
    return Sample(time.monotonic(), found["JSHeapUsedSize"] / 1e6, int(found["Nodes"]))


def _times(opened: list[float], keys: list[float], news: list[float]) -> list[Figure]:
    return [
        Figure("Open a conversation, p50", [percentile(opened, 50)], "ms", digits=1),
        Figure("Open a conversation, p95", [percentile(opened, 95)], "ms", "< 100", 1),
        Figure("Keystroke to paint, median", [percentile(keys, 50)], "ms", "< 16", 1),
        Figure("Keystroke to paint, p95", [percentile(keys, 95)], "ms", digits=1),
        Figure("New message to paint, p50", [percentile(news, 50)], "ms", "< 50", 1),
        Figure("New message to paint, p95", [percentile(news, 95)], "ms", digits=1),
    ]


def _memory(samples: list[Sample], minutes: float) -> list[Figure]:
    first, last = samples[0], samples[-1]
    name = f"a storm of {minutes:g} min, {STORM_RATE:g} messages/s"
    return [
        Figure(f"JavaScript heap at the beginning of {name}", [first.heap], "MB", digits=1),
        Figure(f"JavaScript heap at the end of {name}", [last.heap], "MB", "flat", 1),
        Figure(f"JavaScript heap at its highest in {name}", [max(one.heap for one in samples)], "MB", digits=1),
        Figure("DOM nodes at the beginning", [first.nodes], "nodes"),
        Figure("DOM nodes at the end", [last.nodes], "nodes", "flat"),
    ]
