"""How a file is served: in parts, small, and by a link that needs no header."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from PIL import Image
from playwright.async_api import Page, Route
from sqlalchemy import text
from tests.stories.file_samples import (
    JPEG,
    PDF,
    SAMPLES,
    agent_with_conversation,
    encoded,
    lead_with_conversation,
    served_conversation,
)
from tests.stories.harness import Json, Person, System, running_system
from tests.stories.test_received_files import fetched

from plantao.identity.models import Role
from plantao.kit.clock import ManualClock


@dataclass
class Shown:
    """A file of the agent's conversation."""

    system: System
    agent: Person
    media: Json

    async def get(self, method: str = "GET", path: str = "", **headers: str) -> httpx2.Response:
        url = self.media["url"] + path
        return await self.system.client.request(method, url, headers=self.agent.headers | headers)

    async def link(self) -> Json:
        answer = await self.agent.post(f"/media/{self.media['id']}/link")
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found


@pytest.fixture
async def photo(system: System) -> AsyncIterator[Shown]:
    async with agent_with_conversation(system) as (agent, path):
        answer = await agent.post(path, {"type": "image", "content": encoded(JPEG)})
        yield Shown(system, agent, answer.json()["media"])


async def test_a_part_of_a_file_is_served_and_no_other_bytes(photo: Shown) -> None:
    whole = await photo.get()
    assert (whole.headers["accept-ranges"], whole.headers["content-length"]) == ("bytes", str(len(JPEG)))
    for asked, start, end in (("bytes=0-99", 0, 100), ("bytes=100-", 100, len(JPEG)), ("bytes=-7", -7, len(JPEG))):
        part = await photo.get(Range=asked)
        assert (part.status_code, part.content) == (206, JPEG[start:end]), asked
        first = start % len(JPEG)
        assert part.headers["content-range"] == f"bytes {first}-{end - 1}/{len(JPEG)}"
        assert part.headers["etag"] == whole.headers["etag"]
        assert part.headers["content-security-policy"] == whole.headers["content-security-policy"]
    refused = await photo.get(Range=f"bytes={len(JPEG)}-")
    assert (refused.status_code, refused.json()["error_code"]) == (416, "RANGE_NOT_SATISFIABLE")
    assert refused.headers["content-range"] == f"bytes */{len(JPEG)}"


async def test_a_condition_is_kept(photo: Shown) -> None:
    etag = (await photo.get()).headers["etag"]
    for condition, status in ((etag, 206), ('"other"', 200)):
        assert (await photo.get(Range="bytes=0-1", **{"If-Range": condition})).status_code == status
    for path in ("", "/thumbnail"):
        etag = (await photo.get(path=path)).headers["etag"]
        known = await photo.get(path=path, **{"If-None-Match": etag})
        assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", etag)


async def test_head_tells_all_but_the_bytes(photo: Shown) -> None:
    whole, head = await photo.get(), await photo.get("HEAD")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "etag", "accept-ranges", "content-disposition"):
        assert head.headers[name] == whole.headers[name]


async def test_a_photo_has_a_small_one(photo: Shown) -> None:
    with Image.open(io.BytesIO(JPEG)) as original:
        assert (photo.media["width"], photo.media["height"]) == original.size
    assert photo.media["thumbnail_url"] == photo.media["url"] + "/thumbnail"
    small = await photo.get(path="/thumbnail")
    assert (small.status_code, small.headers["content-type"]) == (200, "image/webp")
    assert small.headers["x-content-type-options"] == "nosniff"
    with Image.open(io.BytesIO(small.content)) as image:
        assert (image.format, max(image.size)) == ("WEBP", 480)


async def test_a_document_has_none(system: System) -> None:
    async with agent_with_conversation(system) as (agent, path):
        answer = await agent.post(path, {"type": "document", "content": encoded(PDF)})
        document = Shown(system, agent, answer.json()["media"])
        assert (document.media["thumbnail_url"], document.media["state"]) == (None, "available")
        assert (await document.get(path="/thumbnail")).status_code == 404
        assert (await document.link())["thumbnail_url"] is None


async def test_a_customers_voice_note_tells_its_length(system: System) -> None:
    agent = await system.person(Role.ATTENDANT)
    conversation_id = await served_conversation(system, agent)
    [customer] = system.sim.world.customers.values()
    await system.sim.write(customer, {"type": "audio", "data": encoded((SAMPLES / "voz.ogg").read_bytes())})
    media = (await fetched(agent, conversation_id, "audio"))["media"]
    assert (media["duration"], media["thumbnail_url"]) == (pytest.approx(5.2, abs=0.1), None)


async def test_a_link_shows_the_file_without_a_header(photo: Shown) -> None:
    link = await photo.link()
    for url, kind in ((link["url"], "image/jpeg"), (link["thumbnail_url"], "image/webp")):
        shown = await photo.system.client.get(url)
        assert (shown.status_code, shown.headers["content-type"]) == (200, kind)
    part = await photo.system.client.get(link["url"], headers={"Range": "bytes=5-8"})
    assert (part.status_code, part.content) == (206, JPEG[5:9])
    head = await photo.system.client.head(link["url"])
    assert head.headers["content-length"] == str(len(JPEG))


async def test_a_link_ends_after_five_minutes(database_url: str) -> None:
    clock = ManualClock(datetime.now(UTC))
    async with running_system(database_url, clock=clock) as system:
        agent, path = await lead_with_conversation(system)
        answer = await agent.post(path, {"type": "image", "content": encoded(JPEG)})
        link = await Shown(system, agent, answer.json()["media"]).link()
        clock.advance(minutes=4, seconds=58)
        assert (await system.client.get(link["url"])).status_code == 200
        clock.advance(seconds=3)
        late = await system.client.get(link["url"])
        assert (late.status_code, late.json()["error_code"]) == (401, "TOKEN_EXPIRED")


async def test_a_file_that_the_store_has_lost_is_not_found(photo: Shown) -> None:
    async with photo.system.parts.database.transaction() as tx:
        row: Any = await tx.first(text("SELECT key, thumbnail_key FROM media_files"))
    for key in (row.key, row.thumbnail_key):
        await photo.system.parts.media.blobs.delete(key)
    for path in ("", "/thumbnail"):
        assert (await photo.get(path=path)).status_code == 404


PLAY = """
async ([sound, picture]) => {
  const happens = (element, name) => new Promise((resolve, reject) => {
    element.addEventListener(name, resolve, { once: true });
    element.addEventListener("error", () => reject(element.error || new Error("it cannot be shown")), { once: true });
  });
  const audio = document.querySelector("audio"), image = document.querySelector("img");
  audio.muted = true;
  let event = happens(audio, "loadedmetadata");
  audio.src = sound;
  await event;
  event = happens(audio, "seeked");
  audio.currentTime = 1.5;
  await event;
  event = happens(audio, "ended");
  await audio.play();
  await event;
  event = happens(image, "load");
  image.src = picture;
  await event;
  return [audio.duration, audio.currentTime, image.naturalWidth];
}
"""


@pytest.mark.browser
async def test_a_browser_plays_a_voice_note_and_shows_a_picture_by_links(system: System, page: Page) -> None:
    agent = await system.person(Role.ATTENDANT)
    conversation_id = await served_conversation(system, agent)
    [customer] = system.sim.world.customers.values()
    await system.sim.write(customer, {"type": "audio", "data": encoded((SAMPLES / "voz.ogg").read_bytes())})
    voice = (await fetched(agent, conversation_id, "audio"))["media"]
    await system.sim.write(customer, {"type": "image", "data": encoded(JPEG)})
    picture = (await fetched(agent, conversation_id, "image"))["media"]
    sound, image = [await Shown(system, agent, media).link() for media in (voice, picture)]

    async def show(route: Route) -> None:
        await route.fulfill(content_type="text/html", body="<!doctype html><audio></audio><img>")

    await page.route("**/a-page-of-ours", show)
    await page.goto(f"{system.url}/a-page-of-ours")
    duration, at, width = await page.evaluate(PLAY, [sound["url"], image["thumbnail_url"]])
    assert duration == pytest.approx(5.2, abs=0.1)
    assert at == pytest.approx(duration, abs=0.1)
    assert width == 480
