"""The OpenAPI document is complete: a stranger needs nothing else."""

import re
from typing import Any

import jsonschema_rs
import pytest
from tests.contract.conformance import Json, openapi_document, operations, validator

from plantao.documents import texts
from plantao.kit.errors import AppError, ErrorCode
from plantao.kit.http.answers import CODES, MEANINGS

NO_TOKEN = {"log_in", "register", "refresh", "verify_webhook", "receive_webhook", "health", "live", "ready"}
OPERATIONS = [
    pytest.param(method, path, op, id=op["operationId"]) for method, path, op in operations(openapi_document())
]
ALL = [op for _, _, op in operations(openapi_document())]


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_operation_says_what_it_is_for(method: str, path: str, operation: Json) -> None:
    assert operation["summary"]
    assert operation["description"].replace("`", "").startswith(operation["summary"])
    assert len(operation["tags"]) == 1


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_operation_asks_for_the_token_or_needs_none(method: str, path: str, operation: Json) -> None:
    expected: Any = [{"HTTPBearer": []}]
    if operation["operationId"] in NO_TOKEN:
        expected = None
    if path == "/metrics":
        expected = [{}, {"MetricsToken": []}]
    assert operation.get("security") == expected


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_answer_has_a_schema_and_every_error_its_codes(method: str, path: str, operation: Json) -> None:
    for status, answer in operation["responses"].items():
        assert all(content["schema"] for content in answer["content"].values()), status
        if status >= "400" and not (path.startswith("/health") and status == "503"):
            assert answer["content"] == {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}
            assert {str(MEANINGS[ErrorCode(code)][0]) for code in answer[CODES]} == {status}
            assert all(f"`{code}`" in answer["description"] for code in answer[CODES])


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_what_every_operation_of_a_kind_may_answer_is_told(method: str, path: str, operation: Json) -> None:
    told = set(operation["responses"])
    assert {"500", "503"} <= told
    assert "422" not in told
    webhook = operation["operationId"] == "receive_webhook"
    assert ("413" in told) == ("requestBody" in operation)
    assert ("415" in told) == ("requestBody" in operation and not webhook)
    assert ("400" in told) == (("requestBody" in operation or "parameters" in operation) and not webhook)
    assert ("429" in told) == path.startswith("/api/v1") or path == "/api/v1/whatsapp/webhook"
    if "security" in operation:
        assert "401" in told


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_whole_numbers_that_one_sends_have_bounds(method: str, path: str, operation: Json) -> None:
    for parameter in operation.get("parameters", ()):
        kinds = parameter["schema"].get("anyOf", [parameter["schema"]])
        for kind in kinds:
            assert kind.get("type") != "integer" or {"minimum", "maximum"} <= kind.keys(), parameter["name"]


def test_operation_ids_are_the_names_in_a_made_client() -> None:
    names = [operation["operationId"] for operation in ALL]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z_]+", name) for name in names)


def test_every_tag_is_explained_and_used() -> None:
    assert {tag for operation in ALL for tag in operation["tags"]} == set(texts.TAGS)


def test_error_codes_are_an_enum() -> None:
    schemas = openapi_document()["components"]["schemas"]
    assert schemas["ErrorCode"]["enum"] == [code.value for code in ErrorCode]
    assert schemas["ErrorBody"]["required"] == ["detail", "error_code", "field"]
    assert schemas["ErrorBody"]["properties"]["error_code"]["$ref"] == "#/components/schemas/ErrorCode"


def error_classes(base: type[AppError]) -> list[type[AppError]]:
    return [base, *(found for below in base.__subclasses__() for found in error_classes(below))]


@pytest.mark.parametrize("error", error_classes(AppError))
def test_every_error_has_the_status_that_the_document_gives_its_code(error: type[AppError]) -> None:
    assert MEANINGS[error.error_code][0] == error.status


def test_every_code_is_told_somewhere() -> None:
    told = {code for operation in ALL for answer in operation["responses"].values() for code in answer.get(CODES, ())}
    assert told == {code.value for code in ErrorCode} - {"METHOD_NOT_ALLOWED"}  # of every path, in the introduction
    assert "METHOD_NOT_ALLOWED" in openapi_document()["info"]["description"]


def test_bodies_that_one_sends_are_closed() -> None:
    schemas = openapi_document()["components"]["schemas"]
    for operation in ALL:
        if "requestBody" in operation and operation["operationId"] not in {"receive_webhook", "upload_media"}:
            names = re.findall(r"schemas/(\w+)", str(operation["requestBody"]))
            assert names
            assert all(schemas[name]["additionalProperties"] is False for name in names)


def test_the_schemas_are_json_schemas_and_every_reference_leads_somewhere() -> None:
    document = openapi_document()
    for name in document["components"]["schemas"]:
        validator({"$ref": f"#/components/schemas/{name}"})
        jsonschema_rs.meta.validate(document["components"]["schemas"][name])
    for path in re.findall(r"'\$ref': '#/([^']+)'", str(document)):
        place: Any = document
        for part in path.split("/"):
            place = place[part]
        assert place
