"""Other sites in a user's browser: there is no cookie to ride on, no origin that is let in, no form that is read."""

import json

from tests.attacks.asking import assemble
from tests.attacks.rows import ADMIN, NOBODY, WHO, filled
from tests.attacks.surface import ROWS
from tests.attacks.test_tokens import socket_says
from tests.stories.harness import Person, System

from plantao.identity.models import Role

EVIL = {"Origin": "https://evil.example", "Referer": "https://evil.example/", "Sec-Fetch-Site": "cross-site"}
# What a page may send to another site without asking first.
FORMS = {
    "text": "text/plain",
    "text with JSON": "text/plain; charset=application/json",
    "fields": "application/x-www-form-urlencoded",
    "parts": "multipart/form-data; boundary=x",
}


async def test_no_answer_sets_a_cookie_and_none_is_read(system: System) -> None:
    """`check_answer` looks at each of them."""
    cast = await assemble(system, 4)
    token = cast.people[ADMIN].token
    cookies = {"Cookie": f"token={token}; access_token={token}; session={token}; Authorization=Bearer {token}"}
    for row in (row for row in ROWS if not row.ends):
        known = cast.known(NOBODY)
        body = filled(row.body, known)
        answer = await system.client.request(row.method, row.url(known), json=body, headers=cookies | EVIL)
        assert answer.status_code in {row.expected(NOBODY), 403}, row


async def test_a_form_changes_nothing(system: System) -> None:
    """With a token even, which no form can bring: the body is not read as JSON."""
    cast = await assemble(system, 4)
    admin = cast.people[ADMIN]
    before = (await admin.get("/users", limit=100)).json()
    own = await admin.messages(cast.own[ADMIN]["id"])
    for row in (row for row in ROWS if row.body and row.expected(NOBODY) == 401 and "webhook" not in row.path):
        known = cast.known(ADMIN)
        raw = json.dumps(filled(row.body, known))
        for kind in FORMS.values():
            answer = await system.client.request(
                row.method, row.url(known), content=raw, headers=admin.headers | EVIL | {"Content-Type": kind}
            )
            assert answer.status_code in {400, 415} or (answer.status_code == 401 and "refresh" in row.path), (
                row,
                kind,
            )
    assert (await admin.get("/users", limit=100)).json() == before
    assert await admin.messages(cast.own[ADMIN]["id"]) == own


async def test_no_origin_is_let_in_or_kept_out(system: System) -> None:
    maria = await system.person(Role.ATTENDANT)
    for origin in ("https://evil.example", "null", "http://localhost:3000", "file://"):
        await ask_from(system, maria, origin)


async def ask_from(system: System, maria: Person, origin: str) -> None:
    asking = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization",
        "Access-Control-Request-Private-Network": "true",
    }
    for path in ("/api/v1/users", "/api/v1/auth/login", "/health", "/openapi.json", "/nothing", "/ws/chat"):
        answer = await system.client.options(path, headers=asking)
        assert answer.status_code in {404, 405}, path
    assert await socket_says(f"{maria.url}/ws/chat", origin=origin) == 4401
    cookie = {"Cookie": f"token={maria.token}"}
    assert await socket_says(f"{maria.url}/ws/chat", origin=origin, additional_headers=cookie) == 4401
    assert await socket_says(f"{maria.url}/ws/chat?token={maria.token}", origin=origin) == "pong"


async def test_what_a_browser_might_run_or_frame_is_neither(system: System) -> None:
    for who in WHO[:1]:
        answer = await system.client.get("/api/v1/users/<script>alert(1)</script>", headers={"Accept": "text/html"})
        assert answer.headers["content-type"] == "application/json", who
        assert "<script>" not in answer.text
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
