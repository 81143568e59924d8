"""The OpenAPI document: what FastAPI derives, corrected and completed to what the API does."""

from collections.abc import Iterable, Iterator, Set
from copy import deepcopy
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from plantao.documents import texts
from plantao.documents.examples import ANSWERS, BODIES
from plantao.documents.webhook import WEBHOOK, WEBHOOK_ERRORS
from plantao.kit.errors import ErrorCode
from plantao.kit.http.answers import CODES, errors
from plantao.observability import METRICS_TOKEN

Json = dict[str, Any]

_ERROR: Final = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}


def _header(description: str, type_: str = "integer", **more: Any) -> Json:
    return {"description": description, "required": True, "schema": {"type": type_, **more}}


HEADERS: Final = {
    "X-Request-ID": _header("O da requisição, ou um novo: está em toda linha de log dela.", "string"),
    "X-RateLimit-Limit": _header("Requisições permitidas na janela.", minimum=1),
    "X-RateLimit-Remaining": _header("Quantas ainda restam.", minimum=0),
    "X-RateLimit-Reset": _header("Quando a mais antiga deixa de contar, em segundos Unix.", minimum=0),
    "Retry-After": _header("Segundos a esperar.", minimum=1),
    "WWW-Authenticate": _header("O esquema de autenticação.", "string", const="Bearer"),
}
# Answered before requests are counted, or instead.
_BEFORE_LIMITS: Final = ("413", "500", "503")
_RATE_LIMIT: Final = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


class DocumentedApp(FastAPI):
    """FastAPI, but its document says more. `never_limited`: paths that answer without counting."""

    def __init__(self, *, webhook_path: str, never_limited: Set[str], **options: Any) -> None:
        super().__init__(**options)
        self._webhook_path = webhook_path
        self._never_limited = never_limited

    def openapi(self) -> Json:
        if self.openapi_schema is None:
            self.openapi_schema = _build(self, self._webhook_path, self._never_limited)
        return self.openapi_schema


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Path, method (lower case) and operation, of all."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _build(app: FastAPI, webhook_path: str, never_limited: Set[str]) -> Json:
    document = get_openapi(title=app.title, version=app.version, routes=app.routes, description=texts.INTRODUCTION)
    document["tags"] = [{"name": name, "description": text} for name, text in texts.TAGS.items()]
    for path, _, operation in operations(document):
        _add_errors(operation, _implied(operation, limited=path not in never_limited))
    document["paths"][webhook_path]["post"] = webhook = deepcopy(WEBHOOK)
    _add_errors(webhook, WEBHOOK_ERRORS)
    for path, _, operation in operations(document):
        _say(operation)
        _show_examples(operation)
        _add_headers(operation, limited=path not in never_limited)
    _complete_components(document["components"])
    return document


def _implied(operation: Json, *, limited: bool) -> Iterator[int]:
    """What every operation of its kind may answer."""
    if "parameters" in operation or "requestBody" in operation:
        yield 400
    if "security" in operation and {} not in operation["security"]:
        yield 401
    if "requestBody" in operation:
        yield from (413, 415)
    if limited:
        yield 429
    yield from (500, 503)


def _add_errors(operation: Json, told: Iterable[int | ErrorCode]) -> None:
    """Beside those that the endpoint tells itself, which say more."""
    answers = operation["responses"]
    answers.pop("422", None)  # the framework's own: here invalid input is 400, in the common body
    for status, answer in errors(*told).items():
        del answer["model"]
        answers.setdefault(str(status), answer)
    for answer in answers.values():
        if CODES in answer:
            answer["content"] = _ERROR  # whatever type the operation's success has
    operation["responses"] = dict(sorted(answers.items()))


def _say(operation: Json) -> None:
    """A docstring's first line is the summary; all of it is the description."""
    text = operation["description"]
    operation["summary"] = text.partition("\n")[0].rstrip(".").replace("`", "")  # shown as it stands


def _show_examples(operation: Json) -> None:
    name = operation["operationId"]
    if name in BODIES:
        operation["requestBody"]["content"]["application/json"]["example"] = BODIES[name]
    if name in ANSWERS:
        success = next(answer for status, answer in operation["responses"].items() if status < "300")
        success["content"]["application/json"]["example"] = ANSWERS[name]


def _add_headers(operation: Json, *, limited: bool) -> None:
    for status, answer in operation["responses"].items():
        names = ["X-Request-ID"]
        if limited and status not in _BEFORE_LIMITS:
            names += _RATE_LIMIT
        if CODES in answer and status in ("429", "503"):
            names.append("Retry-After")
        if status == "401" and ErrorCode.INVALID_SIGNATURE not in answer[CODES]:
            names.append("WWW-Authenticate")
        answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _complete_components(components: Json) -> None:
    components["headers"] = HEADERS
    components["securitySchemes"][METRICS_TOKEN] = {
        "type": "http",
        "scheme": "bearer",
        "description": texts.METRICS_TOKEN,
    }
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    for name, text in texts.SCHEMAS.items():
        components["schemas"][name]["description"] = text
