"""What a request writes into headers and names comes back harmless, or not at all."""

import json
from typing import Any
from urllib.parse import quote

from tests.attacks.asking import Cast, assemble
from tests.attacks.rows import ADMIN
from tests.attacks.wire import get, head, said
from tests.stories.file_samples import PNG, encoded
from tests.stories.harness import System

DIRTY = ["a\r\nX-Evil: yes", "a\nX-Evil: yes", "a\rX-Evil: yes", "a\0b", "a\x1b[2Jb", "a\x7f", "\x85\xa0", "é"]
CHALLENGE = "/api/v1/whatsapp/webhook?hub.mode=subscribe&hub.verify_token={}&hub.challenge={}"


async def test_a_request_id_comes_back_only_when_it_is_clean(system: System) -> None:
    for dirt in DIRTY:
        answer = await said(system, get("/health/live", f"X-Request-ID: {dirt}"))
        assert answer is None or "x-evil" not in answer.headers
        if answer is not None and answer.status == 200:
            # A real line end ends the header, and what stood before it was clean.
            assert answer.headers["x-request-id"] == "a" or answer.headers["x-request-id"].isalnum()
    for value in ("a" * 65, "", "a b", "a,b", "../x", "${x}"):
        answer = await said(system, get("/health/live", f"X-Request-ID: {value}"))
        assert answer is not None
        assert len(answer.headers["x-request-id"]) == 32


async def test_of_two_request_ids_one_comes_back(system: System) -> None:
    answer = await said(system, get("/health/live", "X-Request-ID: one", "X-Request-ID: two"))
    assert answer is not None
    assert answer.headers["x-request-id"] == "one"


async def test_a_challenge_comes_back_as_text_and_as_nothing_else(system: System) -> None:
    token = quote(system.sim.config.verify_token)
    for dirt in (*DIRTY, "<script>alert(1)</script>"):
        answer = await said(system, get(CHALLENGE.format(token, quote(dirt))))
        assert answer is not None
        assert (answer.status, answer.body.decode()) == (200, dirt)
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert "x-evil" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
    answer = await said(system, get(CHALLENGE.format(token, "a" * 1001)))
    assert answer is not None
    assert answer.status == 400


async def test_an_idempotency_key_is_a_key_or_refused(system: System) -> None:
    cast = await assemble(system, 4)
    own = cast.own[ADMIN]["id"]
    raw = json.dumps({"content": "oi"}).encode()
    token = f"Authorization: Bearer {cast.people[ADMIN].token}"
    more = ["Content-Type: application/json", f"Content-Length: {len(raw)}", token]
    for dirt in (*DIRTY, "a" * 101):
        request = head("POST", f"/api/v1/conversations/{own}/messages", *more, f"Idempotency-Key: {dirt}")
        answer = await said(system, request + raw)
        assert answer is None or answer.status in {201, 400}
        assert answer is None or "x-evil" not in answer.headers
    stored = [message["client_id"] for message in await cast.people[ADMIN].messages(own)]
    assert not [key for key in stored if key and ("\r" in key or "\n" in key or "\0" in key)]


NAMES = [
    '"; filename="evil.exe',
    "a\r\nX-Evil: yes.png",
    "../../evil.png",
    "..\\evil.png",
    "a\0.png",
    "\u202egnp.exe",
    "ação.png",
    "%0d%0aX-Evil: 1",
    "a;b=c",
]


async def test_a_file_name_is_a_name_in_the_answer_or_refused(system: System) -> None:
    cast = await assemble(system, 4)
    kept = [name for name in NAMES if await is_kept(system, cast, name)]
    assert len(kept) >= 3


async def is_kept(system: System, cast: Cast, name: str) -> bool:
    """Whether such a name is taken; then it is only a name in the answer's header."""
    admin, own = cast.people[ADMIN], cast.own[ADMIN]["id"]
    body: dict[str, Any] = {"type": "image", "content": encoded(PNG), "filename": name}
    sent = await admin.post(f"/conversations/{own}/messages", body)
    if sent.status_code == 400:
        assert sent.json()["field"] == "filename"
        return False
    shown = await system.client.get(sent.json()["media"]["url"], headers=admin.headers)
    [disposition] = shown.headers.get_list("content-disposition")
    assert "x-evil" not in shown.headers
    assert disposition.isascii()
    assert disposition.count('"') == 2
    assert shown.headers["content-type"] == "image/png"
    return True
