"""Nasty texts and values in every parameter and every body field of the API: refused or taken as what they are."""

import json
from collections import Counter
from typing import Any, TypeVar

import pytest
from tests.attacks.asking import Cast, assemble
from tests.attacks.ground import body_schema, document_of, operations
from tests.attacks.rows import ADMIN, Row, filled
from tests.attacks.surface import ROWS
from tests.stories.harness import Json, System

T = TypeVar("T")

SQL = [
    "' OR '1'='1' --",
    "x'; DROP TABLE users; --",
    "1; UPDATE users SET role='admin'",
    "1 UNION SELECT password_hash FROM users",
    "$$; SELECT pg_sleep(30); $$",
    "\\'; SELECT :id, %(id)s, $1; --",
]
HOSTILE = [
    SQL[1],
    "a\0b",
    "\udfff\ud800",
    "\r\nSet-Cookie: a=b\x1b[31m",
    "\u202e../../etc/passwd{{7*7}}<script>{0.__class__}%s",
    "ß" * 9000,
]
WRONG_TYPES: list[Any] = [None, True, 2**63, 10**400, {"a": {"b": []}}, ["x"]]
JSON = {"Content-Type": "application/json"}
ANY_TEXT = {"hub.challenge", "search"}  # what is echoed, and what is looked for
SAFE_UNCHANGED = {"POST /api/v1/whatsapp/webhook"}  # signed over its bytes: tests/attacks/test_fuzz_webhook.py


def with_body() -> list[Row]:
    """One request of each operation and body that takes one."""
    return [row for row in ROWS if row.body and f"{row.method} {row.path}" not in SAFE_UNCHANGED]


def fields(body: Json, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The places of all fields, those of objects within too."""
    found = []
    for name, value in body.items():
        found.append((*path, name))
        found += fields(value, (*path, name)) if isinstance(value, dict) else []
    return found


def replaced(body: Json, path: tuple[str, ...], value: Any) -> Json:
    name, *rest = path
    return body | {name: replaced(body[name], tuple(rest), value) if rest else value}


def every_other(values: list[T], turn: int) -> list[T]:
    """Half of them in turn: each is tried in many places, and all together do not take minutes."""
    return values[turn % 2 :: 2]


async def post(cast: Cast, row: Row, known: Json, raw: bytes) -> int:
    headers = cast.people[ADMIN].headers | JSON
    answer = await cast.system.client.request(row.method, row.url(known), content=raw, headers=headers)
    return answer.status_code


async def sound(cast: Cast, users: int) -> None:
    """Nobody has become anybody, and nothing is gone."""
    admin = cast.people[ADMIN]
    found = (await admin.get("/users", limit=100)).json()
    assert [user["role"] for user in found["users"]].count("admin") == 2
    assert found["total"] >= users
    assert (await cast.system.client.get("/health")).json()["services"]["database"] == "healthy"


async def test_every_body_field_takes_or_refuses_whatever_value(system: System) -> None:
    """As an administrator, so that nothing is refused for another reason. 500 fails in `check_answer`."""
    cast = await assemble(system, 4)
    statuses: Counter[int] = Counter()
    attacked = set()
    for row in with_body():
        known = cast.known(ADMIN) | {"person": cast.colleague.id}  # not the own record: that ends the session
        body = filled(row.body, known)
        for path in fields(body):
            if (row.operation, path) in attacked:
                continue
            attacked.add((row.operation, path))
            for value in every_other([*HOSTILE, *WRONG_TYPES], len(attacked)):
                status = await post(cast, row, known, json.dumps(replaced(body, path, value)).encode())
                assert status != 401 or row.path.endswith(("/login", "/refresh")), (row, path, value)
                statuses[status] += 1
        for unknown in ("", "__proto__", "\0"):
            assert await post(cast, row, known, json.dumps(body | {unknown: 1}).encode()) in {400, 403}, row
    assert statuses[400] > 100
    await sound(cast, 5)


DEEP = b"[" * 30_000
BODIES = {
    "nothing": b"",
    "no JSON": b"nome=Maria&role=admin",
    "half": b'{"a":',
    "deep lists": DEEP + b"]" * 30_000,
    "deep lists, open": DEEP,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "deep in a field": b'{"components":' + b'[{"a":' * 6000 + b"1" + b"}]" * 6000 + b"}",
    "a list": b"[]",
    "a text": b'"{}"',
    "a number": b"1",
    "null": b"null",
    "no number": b'{"to_agent_id":NaN,"agent_id":-Infinity}',
    "beyond numbers": b'{"to_agent_id":1e999,"agent_id":1e999}',
    "a huge number": b'{"to_agent_id":' + b"9" * 5000 + b"}",
    "half a pair": b'{"nome":"\\ud800","content":"\\udfff"}',
    "not UTF-8": b'{"nome":"\xff\xfe"}',
    "control characters": b'{"nome":"a\nb\x00"}',
    "two of one name": b'{"email":1,"email":2,"content":1,"content":2}',
    "a comment": b"{/**/}",
    "two bodies": b"{}{}",
    "many fields": b"{" + b",".join(b'"f%d":1' % n for n in range(5000)) + b"}",
    "ends with dirt": b"{} x",
}


async def test_no_body_whatever_is_more_than_a_bad_request(system: System) -> None:
    cast = await assemble(system, 4)
    for number, row in enumerate({row.operation: row for row in with_body()}.values()):
        known = cast.known(ADMIN) | {"person": cast.colleague.id}
        for name, raw in every_other(list(BODIES.items()), number):
            status = await post(cast, row, known, raw)
            harmless = name in {"nothing", "null"} and row.path.endswith("/assign")
            assert status in ({200} if harmless else {400, 403}), (row.operation, name, status)
    await sound(cast, 5)


async def test_every_parameter_takes_or_refuses_whatever_text(system: System) -> None:
    cast = await assemble(system, 4)
    texts = [*SQL[1:3], "a\0b", "\r\nSet-Cookie: a=b", "9" * 5000, "\ud7ff\u202e"]
    places = 0
    for (method, path), found in operations(await document_of(system)).items():
        for parameter in found.get("parameters", ()):
            if parameter["in"] not in {"path", "query"} or path.endswith("/auth/sessions"):
                continue
            places += 1
            for value in texts:
                row = next(row for row in ROWS if row.operation == (method, path))
                known, query = cast.known(ADMIN) | {"person": cast.colleague.id}, dict(row.query)
                url = row.url(known)
                if parameter["in"] == "query":
                    query[parameter["name"]] = value
                else:
                    url = path.replace(f"{{{parameter['name']}}}", quoted(value))
                headers = cast.people[ADMIN].headers
                answer = await system.client.request(
                    method, url, params=filled(query, known), json=filled(row.body, known), headers=headers
                )
                assert answer.status_code in {200, 400, 403, 404, 405, 422}, (method, path, parameter["name"], value)
                if value in SQL and parameter["name"] not in ANY_TEXT:
                    assert answer.status_code != 200, (method, path, parameter["name"], value)
    assert places > 20
    await sound(cast, 5)


def quoted(value: str) -> str:
    return "".join(f"%{byte:02X}" for byte in value.encode())


async def test_a_statement_logs_nobody_in_and_in_a_note_is_a_note(system: System) -> None:
    cast = await assemble(system, 4)
    for text in SQL:
        for body in ({"email": text, "password": text}, {"email": "dona@provedor.example", "password": text}):
            assert (await system.client.post("/api/v1/auth/login", json=body)).status_code in {400, 401}
        answer = await system.client.post("/api/v1/auth/refresh", json={"refresh_token": text})
        assert answer.status_code == 401
    admin, own = cast.people[ADMIN], cast.own[ADMIN]["id"]
    for text in SQL:
        kept = await admin.post(f"/conversations/{own}/notes", {"content": text})
        assert (kept.status_code, kept.json()["content"]) == (201, text)
    notes = [message["content"] for message in await admin.messages(own) if message["type"] == "note"]
    assert notes == SQL


def test_the_attacked_bodies_name_every_field(document: Json) -> None:
    """Rows of the surface that leave a field out would leave it unattacked."""
    missing = []
    for operation, found in operations(document).items():
        known = set(body_schema(document, found).get("properties", ()))
        told = {name for row in ROWS if row.operation == operation for name in (row.body or {})}
        missing += [(operation, name) for name in known - told]
    assert missing == [], "name these fields in a row of tests/attacks/surface.py"


@pytest.fixture
async def document(system: System) -> Json:
    return await document_of(system)
