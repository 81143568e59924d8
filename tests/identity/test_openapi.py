"""The OpenAPI document of this part says what the endpoints do."""

from typing import Any

import pytest
from tests.identity.people import build_app

from plantao.identity.service import IdentityService

PUBLIC = {(f"/api/v1/auth/{name}", "post") for name in ("login", "refresh", "register")}


@pytest.fixture
def document(identity: IdentityService) -> dict[str, Any]:
    return build_app(identity).openapi()


def _operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, item) for path, items in document["paths"].items() for method, item in items.items()]


def test_all_but_the_ways_in_want_the_bearer_token(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["HTTPBearer"]["bearerFormat"] == "JWT"
    operations = _operations(document)
    assert len(operations) == 19
    for path, method, operation in operations:
        expected: list[dict[str, list[str]]] | None = None if (path, method) in PUBLIC else [{"HTTPBearer": []}]
        assert operation.get("security") == expected, path


def test_every_documented_error_has_the_common_body(document: dict[str, Any]) -> None:
    for path, _, operation in _operations(document):
        errors = {status: answer for status, answer in operation["responses"].items() if status[0] in "45"}
        errors.pop("422", None)  # FastAPI's own; the application takes it out for all parts
        assert ("401" in errors) == (path != "/api/v1/auth/register"), path
        for answer in errors.values():
            assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/ErrorBody"}


def test_created_at_is_a_moment(document: dict[str, Any]) -> None:
    created_at = document["components"]["schemas"]["UserAnswer"]["properties"]["created_at"]
    assert (created_at["type"], created_at["format"]) == ("string", "date-time")


def test_inputs_are_closed(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in ("LogInBody", "RefreshBody", "RegistrationBody", "NewUserBody", "UserChangesBody"):
        assert schemas[name]["additionalProperties"] is False
