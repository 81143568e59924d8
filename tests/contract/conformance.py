"""Every answer that a story gets is held to the OpenAPI document: its status, headers, type, body and error code."""

import copy
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx2
import jsonschema_rs
from starlette.routing import compile_path

from plantao.app import build_parts, create_app
from plantao.settings import Settings

Json = dict[str, Any]


@cache
def openapi_document() -> Json:
    """No connection is made for it. Not to be changed: copy it first."""
    settings = Settings.model_validate(
        {"jwt_secret": "kNsv8Zw2QfY5tRbX3mLcD7hJpGx9uEaT", "whatsapp_access_token": "EAAG"}
    )
    return create_app(build_parts(settings, "postgresql+asyncpg://x/y")).openapi()


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Method (upper case), path and operation, of all."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


@cache
def _closed_components() -> Json:
    """The schemas, with nothing allowed that they do not name: what we answer is all documented."""
    schemas: Json = copy.deepcopy(openapi_document()["components"]["schemas"])
    for schema in schemas.values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return schemas


def validator(schema: Json) -> jsonschema_rs.Validator:
    """Of a schema within the document, references and formats included."""
    return _validator(json.dumps(schema))


@cache
def _validator(schema: str) -> jsonschema_rs.Validator:
    whole = json.loads(schema) | {"components": {"schemas": _closed_components()}}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str], Json]]:
    return [(method, compile_path(path)[0], operation) for method, path, operation in operations(openapi_document())]


def find_operation(method: str, path: str) -> Json | None:
    for known_method, pattern, operation in _patterns():
        if known_method == method and pattern.match(path):
            return operation
    return None


async def check_answer(answer: httpx2.Response) -> None:
    """For a client's `event_hooks`. Raises AssertionError for what the document does not tell."""
    request = answer.request
    operation = find_operation(request.method, request.url.path)
    if operation is None:
        return
    await answer.aread()
    what = f"{request.method} {request.url.path} -> {answer.status_code}"
    told = operation["responses"].get(str(answer.status_code))
    assert told is not None, f"{what} is not documented"
    _check_headers(answer, told, what)
    _check_body(answer, told, what)


def _check_headers(answer: httpx2.Response, told: Json, what: str) -> None:
    missing = [name for name in told["headers"] if name.lower() not in answer.headers]
    assert not missing, f"{what} lacks {missing}"


def _check_body(answer: httpx2.Response, told: Json, what: str) -> None:
    if not told["content"]:
        assert answer.content == b"", f"{what} has a body"
        return
    kind = answer.headers.get("content-type", "").partition(";")[0]
    content = told["content"]
    assert kind in content, f"{what} is {kind}"
    if kind != "application/json":
        return
    body = answer.json()
    errors = [str(error) for error in validator(content[kind]["schema"]).iter_errors(body)]
    assert not errors, f"{what}: {errors[0]}"
    if "x-error-codes" in told:
        assert body["error_code"] in told["x-error-codes"], f"{what} {body['error_code']} is not documented"
