"""The OpenAPI document: what FastAPI derives, corrected to what the API does."""

from collections.abc import Set
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

WEBHOOK = {
    "post": {
        "tags": ["whatsapp"],
        "summary": "Receive Webhook",
        "description": "Called by Meta. Answers 200 once the body is stored durably, whatever it holds.",
        "operationId": "receive_webhook",
        "parameters": [
            {
                "name": "X-Hub-Signature-256",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "pattern": "^sha256=[0-9a-f]{64}$"},
            }
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": {
            "200": {
                "description": "Stored.",
                "content": {"application/json": {"example": {"status": "received"}}},
            },
            "401": {"description": "`INVALID_SIGNATURE`"},
            "413": {"description": "`PAYLOAD_TOO_LARGE`: over 3 MB"},
            "503": {"description": "`SERVICE_UNAVAILABLE`: not stored, send it again"},
        },
    }
}


def _integer(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "integer"}}


LIMITED = {
    "description": "`RATE_LIMITED`: tente novamente depois de `Retry-After` segundos",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}},
    "headers": {
        "X-RateLimit-Limit": _integer("Requisições permitidas na janela."),
        "X-RateLimit-Remaining": _integer("Quantas ainda restam."),
        "X-RateLimit-Reset": _integer("Quando a mais antiga deixa de contar, em segundos Unix."),
        "Retry-After": _integer("Segundos a esperar."),
    },
}


def install_openapi(app: FastAPI, webhook_path: str, never_limited: Set[str]) -> None:
    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _build(app, webhook_path, never_limited)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] # the documented way to change the document


def _build(app: FastAPI, webhook_path: str, never_limited: Set[str]) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    error = {"$ref": "#/components/schemas/ErrorBody"}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            if path not in never_limited:
                operation["responses"]["429"] = LIMITED
            # FastAPI's own 422 never happens here: invalid input is 400, in the common body.
            if operation["responses"].pop("422", None) is not None:
                content = {"application/json": {"schema": error}}
                operation["responses"].setdefault("400", {"description": "`VALIDATION_ERROR`", "content": content})
    document["paths"].setdefault(webhook_path, {}).update(WEBHOOK)
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)
    return document
