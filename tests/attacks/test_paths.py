"""Addresses and methods that are not ours: told so in the common body, and no way around a check."""

from tests.attacks.ground import ERROR_FIELDS, document_of, operations
from tests.attacks.wire import get, head, said
from tests.stories.harness import System

from plantao.identity.models import Role

USERS = "/api/v1/users"
# Each would be another spelling of the administrators' list for a careless router.
TRICKS = [
    "//api/v1/users",
    "/api//v1/users",
    "/api/v1//users",
    "/api/v1/users/",
    "/api/v1/users//",
    "/api/v1/./users",
    "/api/v1/auth/../users",
    "/api/v1/auth/%2e%2e/users",
    "/api/v1/auth/%2E%2E%2Fusers",
    "/api/v1/auth/..%2fusers",
    "/api/v1/auth/..%5cusers",
    "/api/v1/auth/..;/users",
    "/api/v1/users;x=1",
    "/api/v1/users%00",
    "/api/v1/users%20",
    "/api/v1/users%0a",
    "/api/v1/users%3fpage=1",
    "/api/v1/users.json",
    "/API/v1/users",
    "/api/v1/Users",
    "/api/v1/%75sers%2f",
    "/api/v1/users%c0%af",
    "/api%2fv1%2fusers/",
    "/api/v1\\users",
    "/static/../api/v1/users",
]
FILES = [
    "/../../../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/.env",
    "/.git/config",
    "/docs/../.env",
    "/api/v1/media/..%2f..%2fetc%2fpasswd",
    "/api/v1/media/%00",
    "/openapi.json/..",
    "/metrics/../metrics",
]


async def test_another_spelling_of_an_address_is_no_way_in(system: System) -> None:
    user, admin = await system.person(Role.USER, "Zeca"), await system.person(Role.ADMIN)
    for trick in TRICKS:
        for person in (None, user):
            token = [f"Authorization: Bearer {person.token}"] if person else []
            answer = await said(system, get(trick, *token))
            assert answer is not None
            assert answer.status in {307, 400, 401, 403, 404}, trick
        answer = await said(system, get(trick, f"Authorization: Bearer {admin.token}"))
        assert answer is not None
        assert answer.status in {200, 307, 400, 404}, trick


async def test_a_redirect_stays_here(system: System) -> None:
    """`//evil.example/x` is, for a browser, another site."""
    for target in ("//evil.example/", "//evil.example/..", "/\\evil.example/", "/api/v1/users/", "//evil.example%2f/"):
        answer = await said(system, get(target))
        assert answer is not None
        location = answer.headers.get("location", "http://plantao.example/")
        assert location.startswith(("http://plantao.example/", "/")), location
        assert not location.startswith("//")
        assert "evil.example" not in location.removeprefix("http://plantao.example").partition("/")[0]


async def test_no_file_of_the_machine_is_served(system: System) -> None:
    for path in FILES:
        answer = await said(system, get(path))
        assert answer is not None
        assert answer.status in {400, 401, 404}, path
        assert b"root:" not in answer.body


async def test_an_absolute_address_names_nobody_else(system: System) -> None:
    for target in (
        "http://evil.example/api/v1/users",
        "http://169.254.169.254/latest/meta-data/",
        "https://x/health",
        "*",
        "x",
    ):
        answer = await said(system, get(target))
        assert answer is None or answer.status in {200, 400, 401, 404}, target
        assert answer is None or b"meta-data" not in answer.body
    answer = await said(system, head("CONNECT", "evil.example:443"))
    assert answer is None or answer.status in {400, 404, 405}


async def test_the_host_header_is_written_nowhere(system: System) -> None:
    for host in ("evil.example", "evil.example:80", "a@evil.example", "<script>", ""):
        request = f"GET /api/v1/users HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: {host}\r\n\r\n".encode()
        answer = await said(system, request)
        assert answer is not None
        assert answer.status in {400, 401}
        assert not host or host.encode() not in answer.body


ODD = [
    "TRACE",
    "OPTIONS",
    "PROPFIND",
    "PURGE",
    "LINK",
    "SEARCH",
    "MKCOL",
    "PATCH",
    "HEAD",
    "DELETE",
    "PUT",
    "GET",
    "POST",
]


async def test_a_method_that_is_not_there_is_405_with_what_is(system: System) -> None:
    found = operations(await document_of(system))
    for path in sorted({path for _, path in found}):
        there = {method for method, other in found if other == path}
        url = path.replace("{", "").replace("}", "")
        described = {"HEAD"} if path == "/api/v1/media/{media_id}" else set()  # which the document leaves out
        for method in set(ODD) - there - described:
            answer = await said(system, head(method, url), bodiless=method == "HEAD")
            assert answer is not None, (method, path)
            # The webhook's POST stands apart, so that its GET alone is known to the router.
            allowed = {405} if path != "/api/v1/whatsapp/webhook" else {405, 401}
            assert answer.status in allowed, (method, path, answer.status)
            assert set(answer.headers["allow"].upper().split(", ")) <= there | {"HEAD"}, (method, path)
            assert method == "HEAD" or set(answer.json()) == ERROR_FIELDS
            assert b"x-secret" not in answer.body  # TRACE echoes nothing


async def test_a_method_in_a_header_or_a_query_is_not_believed(system: System) -> None:
    admin = await system.person(Role.ADMIN)
    url = f"{USERS}/{admin.id}"
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        answer = await system.client.get(url, headers=admin.headers | {header: "DELETE"}, params={"_method": "DELETE"})
        assert answer.status_code == 200
    for header in ("X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Path", "X-Forwarded-Prefix"):
        answer = await system.client.get("/health/live", headers={header: USERS})
        assert answer.json() == {"status": "ok"} or "users" not in answer.text
    assert (await admin.get("/auth/me")).json()["is_active"] is True
