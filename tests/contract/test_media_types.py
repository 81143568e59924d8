"""Bodies that are not sent as JSON, and methods that a path does not have: by every operation of the document."""

import re

from tests.contract.conformance import Json, openapi_document, operations
from tests.stories.harness import System

from plantao.identity.models import Role

ID = "01a20000-0000-7000-8000-000000000000"
NUMBERED = ("{user_id}", "{agent_id}", "{reply_id}", "{alert_id}")
WEBHOOK = "/api/v1/whatsapp/webhook"
WITH_BODY = [
    (
        method,
        re.sub(r"{\w+_id}", lambda name: "1" if name[0] in NUMBERED else ID, path),
        operation,
    )
    for method, path, operation in operations(openapi_document())
    if "application/json" in operation.get("requestBody", {}).get("content", ()) and path != WEBHOOK
]
SENT = [
    ({}, b"{}"),
    ({"Content-Type": "text/plain"}, b"{}"),
    ({"Content-Type": "application/x-www-form-urlencoded"}, b"a=1"),
]


async def codes(system: System, headers: dict[str, str], content: bytes, only: str = "") -> Json:
    """What each operation with a body answers."""
    found = {}
    for method, path, operation in WITH_BODY:
        if only in operation["responses"] or not only:
            answer = await system.client.request(method, path, headers=headers, content=content)
            found[operation["operationId"]] = (answer.status_code, answer.json()["error_code"])
    return found


async def test_a_body_that_is_not_sent_as_json_is_415(system: System) -> None:
    admin = await system.person(Role.ADMIN)
    for kind, content in SENT:
        found = await codes(system, admin.headers | kind, content)
        assert len(found) >= 14
        assert set(found.values()) == {(415, "UNSUPPORTED_MEDIA_TYPE")}, found


async def test_a_json_body_that_is_none_is_400_and_so_is_a_missing_one(system: System) -> None:
    admin = await system.person(Role.ADMIN)
    broken = await codes(system, admin.headers | {"Content-Type": "application/json"}, b'{"a":')
    missing = await codes(system, admin.headers, b"")
    assert missing.pop("assign_conversation") == (404, "NOT_FOUND")  # its body is optional
    assert set(broken.values()) == set(missing.values()) == {(400, "VALIDATION_ERROR")}


async def test_json_with_a_charset_or_of_a_vendor_is_json(system: System) -> None:
    for kind in ("application/json; charset=utf-8", "Application/JSON", "application/vnd.provedor+json"):
        answer = await system.client.post("/api/v1/auth/login", content=b"{}", headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["field"]) == (400, "email")


async def test_who_asks_comes_before_how_the_body_is_sent(system: System) -> None:
    strangers = await codes(system, {"Content-Type": "text/plain"}, b"x", only="401")
    for name in ("log_in", "refresh"):  # ways in: nobody is asked for a token
        assert strangers.pop(name) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert set(strangers.values()) == {(401, "INVALID_TOKEN")}
    nobody = await system.person(Role.USER)
    refused = await codes(system, nobody.headers | {"Content-Type": "text/plain"}, b"x", only="403")
    for name in ("log_in", "register", "change_user"):  # which they may ask for
        assert refused.pop(name) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert set(refused.values()) == {(403, "FORBIDDEN")}


async def test_a_method_that_a_path_does_not_have_is_told_all_that_it_has(system: System) -> None:
    for path, methods in openapi_document()["paths"].items():
        answer = await system.client.request("TRACE", re.sub(r"{\w+}", ID, path))
        assert (answer.status_code, answer.json()["error_code"]) == (405, "METHOD_NOT_ALLOWED"), path
        assert set(answer.headers["allow"].split(", ")) == {method.upper() for method in methods}, path
    webhook = await system.client.delete(WEBHOOK)
    assert set(webhook.headers["allow"].split(", ")) == {"GET", "POST"}


async def test_a_path_outside_the_document_names_its_method_too(system: System) -> None:
    answer = await system.client.post("/openapi.json")
    assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})
