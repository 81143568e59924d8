"""The contract's examples stand in the OpenAPI document, and all of its examples fit their schemas."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.contract import examples
from tests.contract.conformance import Json, openapi_document, operations, validator

BY_ID = {operation["operationId"]: operation for _, _, operation in operations(openapi_document())}


def request_media(operation: Json) -> Json:
    media: Json = operation["requestBody"]["content"]["application/json"]
    return media


def answer_media(operation: Json) -> Json:
    success = next(answer for status, answer in operation["responses"].items() if status < "300")
    media: Json = success["content"]["application/json"]
    return media


@pytest.mark.parametrize("name", examples.REQUESTS)
def test_a_request_of_the_contract_is_the_documents_example_and_fits(name: str) -> None:
    media = request_media(BY_ID[name])
    assert media["example"] == examples.REQUESTS[name]
    validator(media["schema"]).validate(examples.REQUESTS[name])


@pytest.mark.parametrize("name", examples.ANSWERS)
def test_an_answer_of_the_contract_is_within_the_documents_example(name: str) -> None:
    assert list(differences(examples.ANSWERS[name], answer_media(BY_ID[name])["example"])) == []


def test_the_error_of_the_contract_fits_and_is_what_the_document_shows() -> None:
    validator({"$ref": "#/components/schemas/ErrorBody"}).validate(examples.ERROR)
    shown = openapi_document()["components"]["schemas"]["ErrorBody"]["properties"]
    assert shown["detail"]["examples"] == [examples.ERROR["detail"]]
    assert shown["field"]["examples"] == [examples.ERROR["field"]]


def test_every_example_of_the_document_fits_its_schema() -> None:
    media = [found for operation in BY_ID.values() for found in medias(operation) if "example" in found]
    assert len(media) == len(examples.REQUESTS) + len(examples.ANSWERS)
    for found in media:
        validator(found["schema"]).validate(found["example"])


def test_every_example_of_a_field_fits_its_field() -> None:
    seen = 0
    for name, schema in openapi_document()["components"]["schemas"].items():
        for field, within in [("", schema), *schema.get("properties", {}).items()]:
            for example in within.get("examples", ()):
                seen += 1
                assert validator(within).is_valid(example), f"{name}.{field}: {example!r}"
    assert seen > 30


def medias(operation: Json) -> Iterator[Json]:
    for place in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from place.get("content", {}).values()


def differences(expected: Any, found: Any, where: str = "$") -> Iterator[str]:
    """Where `found` lacks something of `expected`, or says another thing. It may say more."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key, value in expected.items():
            yield from differences(value, found.get(key, "(none)"), f"{where}.{key}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, value in enumerate(expected):
            yield from differences(value, found[index], f"{where}[{index}]")
    elif expected != found:
        yield f"{where}: {found!r} is not {expected!r}"
