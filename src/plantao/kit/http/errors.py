"""One body for every error: `{"detail", "error_code", "field"}`, whatever went wrong."""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path

from plantao.kit.db import is_transient
from plantao.kit.errors import AppError, ErrorCode

log = structlog.get_logger(__name__)


class ErrorBody(BaseModel):
    """O corpo de toda resposta de 400 em diante: `detail` pode ser mostrado a alguém, `error_code` é para programas."""

    detail: str = Field(examples=["Mensagem de erro descritiva"])
    error_code: ErrorCode = Field(examples=["VALIDATION_ERROR"])
    field: str | None = Field(description="O nome do primeiro campo errado, se houver um.", examples=["email"])


# What Starlette itself refuses, before any of our code runs.
_PROTOCOL_ERRORS = {
    400: (ErrorCode.VALIDATION_ERROR, "Requisição inválida."),
    401: (ErrorCode.INVALID_TOKEN, "Token ausente ou inválido."),
    403: (ErrorCode.FORBIDDEN, "Sem permissão para este recurso."),
    404: (ErrorCode.NOT_FOUND, "Recurso não encontrado."),
    405: (ErrorCode.METHOD_NOT_ALLOWED, "Método não permitido neste endereço."),
    413: (ErrorCode.PAYLOAD_TOO_LARGE, "Corpo da requisição grande demais."),
    415: (ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Envie o corpo como application/json."),
}

# pydantic's error types, in the words of the person who has to mend the request.
_MESSAGES = {
    "missing": "Campo obrigatório.",
    "extra_forbidden": "Campo desconhecido.",
    "json_invalid": "O corpo não é um JSON válido.",
    "string_too_short": "Deve ter pelo menos {min_length} caracteres.",
    "string_too_long": "Deve ter no máximo {max_length} caracteres.",
    "greater_than_equal": "Deve ser maior ou igual a {ge}.",
    "greater_than": "Deve ser maior que {gt}.",
    "less_than_equal": "Deve ser menor ou igual a {le}.",
    "enum": "Valor inválido. Use: {expected}.",
    "literal_error": "Valor inválido. Use: {expected}.",
    "int_parsing": "Deve ser um número inteiro.",
    "int_type": "Deve ser um número inteiro.",
    "int_from_float": "Deve ser um número inteiro.",
    "bool_parsing": "Deve ser true ou false.",
    "string_type": "Deve ser um texto.",
    "uuid_parsing": "Deve ser um UUID.",
    "datetime_from_date_parsing": "Deve ser uma data e hora ISO 8601.",
    "datetime_parsing": "Deve ser uma data e hora ISO 8601.",
    "timezone_aware": "Informe o fuso horário (por exemplo Z).",
    "model_attributes_type": "O corpo deve ser um objeto JSON.",
    "dict_type": "Deve ser um objeto JSON.",
    "list_type": "Deve ser uma lista.",
    "float_type": "Deve ser um número.",
    "finite_number": "Deve ser um número.",
    "bool_type": "Deve ser true ou false.",
    "model_type": "Deve ser um objeto JSON.",
    "union_tag_invalid": "Valor inválido em {discriminator}. Use: {expected_tags}.",
    "union_tag_not_found": "Informe {discriminator}.",
}


def error_response(
    status: int, code: ErrorCode, detail: str, field: str | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    body = {"detail": detail, "error_code": code.value, "field": field}
    return JSONResponse(body, status_code=status, headers=headers)


def app_error_response(error: AppError) -> JSONResponse:
    return error_response(error.status, error.error_code, error.detail, error.field, error.headers)


def describe_validation(errors: Sequence[Any]) -> tuple[str, str | None]:
    """The first wrong field's own name, and what is wrong with it, in Portuguese."""
    first = errors[0]
    names = [part for part in first["loc"][1:] if isinstance(part, str)]
    field = None if first["type"] == "json_invalid" else (names[-1] if names else None)
    template = _MESSAGES.get(first["type"])
    if template is not None:
        return template.format(**first.get("ctx", {})), field
    # A ValueError of our own validators speaks Portuguese already; pydantic puts a prefix before it.
    if first["type"] == "value_error":
        return str(first["ctx"]["error"]), field
    return "Valor inválido.", field


async def _on_app_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)  # noqa: S101 - how the handler is registered
    return app_error_response(error)


async def _on_validation_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - how the handler is registered
    # The framework leaves a body as bytes when its Content-Type is another than JSON, or is missing.
    if error.errors()[0]["loc"][0] == "body" and isinstance(error.body, bytes):
        return _protocol_error(415)
    detail, field = describe_validation(error.errors())
    return error_response(400, ErrorCode.VALIDATION_ERROR, detail, field)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - how the handler is registered
    if isinstance(error.__cause__, AppError):  # the framework's 400 over what reading the body raised: it was too large
        return app_error_response(error.__cause__)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = await _allowed(request) or headers.get("Allow", "")
    return _protocol_error(error.status_code, headers)


def _protocol_error(status: int, headers: dict[str, str] | None = None) -> JSONResponse:
    code, detail = _PROTOCOL_ERRORS.get(status, (ErrorCode.INTERNAL_ERROR, "Erro no servidor."))
    return error_response(status, code, detail, headers=headers)


async def _allowed(request: Request) -> str:
    """The methods of this path by the API's document: the framework names those of one route of several, and knows
    nothing of what is served before it."""
    document = await asyncio.to_thread(request.app.openapi)  # the first time it is made, which takes a moment
    paths: dict[str, Any] = document["paths"]
    path = request.scope["path"]
    # One that is named in full is no place of another's parameter.
    fitting = [path] if path in paths else [known for known in paths if compile_path(known)[0].match(path)]
    return ", ".join(method.upper() for known in fitting for method in paths[known])


def unexpected_error_response(error: Exception) -> JSONResponse:
    """503 when the database is away and a later try may work, 500 for a defect of ours. Says nothing of internals."""
    if is_transient(error) or isinstance(error, PoolTimeoutError):
        detail = "Serviço temporariamente indisponível. Tente novamente em instantes."
        return error_response(503, ErrorCode.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": "2"})
    return error_response(500, ErrorCode.INTERNAL_ERROR, "Erro interno do servidor.")


async def _on_unexpected_error(_request: Request, error: Exception) -> Response:
    # The framework raises it again once this is sent: the envelope around the application logs it.
    return unexpected_error_response(error)


def install_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(Exception, _on_unexpected_error)
    app.add_exception_handler(AppError, _on_app_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
