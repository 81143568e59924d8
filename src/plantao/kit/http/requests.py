"""The outermost layer of the application: request id, bounded bodies, one access event, one error of last resort."""

import re
import time
from collections.abc import Sequence
from typing import NamedTuple

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plantao.kit import metrics
from plantao.kit.errors import AppError, PayloadTooLarge
from plantao.kit.http.errors import app_error_response, unexpected_error_response
from plantao.kit.http.security import Headers, SecurityHeaders
from plantao.kit.ids import uuid7
from plantao.kit.log import current_request_id

log = structlog.get_logger(__name__)

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
# Called by machines all the time, or many at each look at a page: counted in the metrics, not in the log.
QUIET_ROUTES = frozenset(
    {"/api/v1/whatsapp/webhook", "/health", "/health/live", "/health/ready", "/metrics", "/assets"}
)
SHORTCUT = "plantao.shortcut"  # in the scope: this request goes by one


class LargerBodies(NamedTuple):
    """Requests that may bring more than others, in bytes: `declared` if they tell their length beforehand."""

    method: str
    path: re.Pattern[str]
    declared: int
    undeclared: int


class RequestEnvelope:
    """ASGI middleware around everything.

    Gives each request an id (the caller's `X-Request-ID` when it is sane), which every log line of the request
    carries and the answer returns; bounds the body's size (`larger`: what may bring more than `max_body`); turns an
    unexpected error into the common body; adds the security headers; counts and times the answer. How long a request
    may take to arrive is the server's business.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_body: int,
        headers: SecurityHeaders,
        larger: Sequence[LargerBodies] = (),
    ) -> None:
        self._app = app
        self._max_body = max_body
        self._headers = headers
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await _Exchange(scope, receive, send, self._bound_of(scope), self._headers).run(self._app)

    def _bound_of(self, scope: Scope) -> int:
        for larger in self._larger:
            if larger.method == scope["method"] and larger.path.fullmatch(scope["path"]):
                return larger.undeclared if _declared_size(scope) is None else larger.declared
        return self._max_body


class _Exchange:
    """One request and its answer. Each runs in a task of its own, so the log's context needs no undoing."""

    __slots__ = (
        *("_headers", "_max_body", "_overruled", "_receive", "_received"),
        *("_request_id", "_scope", "_send", "_status"),
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send, max_body: int, headers: SecurityHeaders) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._request_id = _request_id(scope)
        self._max_body = max_body
        self._headers = headers
        self._received = 0
        self._status = 0
        self._overruled = False

    async def run(self, app: ASGIApp) -> None:
        started = time.perf_counter()
        current_request_id.set(self._request_id)
        try:
            self._refuse_declared_size()
            await app(self._scope, self.receive, self.send)
        except AppError as error:
            await self._answer_unless_begun(app_error_response(error))
        except Exception as error:
            response = unexpected_error_response(error)
            if response.status_code == 500:
                log.exception("request_failed")
            else:
                log.warning("request_unavailable", error=type(error).__name__)
            await self._answer_unless_begun(response)
        finally:
            self._record(time.perf_counter() - started)

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            if self._received > self._max_body:
                raise self._too_large()
        return message

    async def send(self, message: Message) -> None:
        if self._status == 0 and self._received > self._max_body:
            self._overruled = True  # the framework has made a 400 of what `receive` raised
            await app_error_response(self._too_large())(self._scope, self._receive, self._pass_on)
        elif not self._overruled:
            await self._pass_on(message)

    async def _pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message["headers"] = [
                *message["headers"],
                *self._added(message),
                (b"x-request-id", self._request_id.encode()),
            ]
        await self._send(message)

    def _added(self, message: Message) -> Headers:
        """Nothing to the 200 of a shortcut: it goes to a machine that asks thousands of times a minute."""
        if self._status == 200 and SHORTCUT in self._scope:
            return []
        return self._headers.beside(self._scope, message["headers"])

    def _refuse_declared_size(self) -> None:
        size = _declared_size(self._scope)
        if size is not None and size > self._max_body:
            raise self._too_large()

    def _too_large(self) -> PayloadTooLarge:
        megabytes, kilobytes = self._max_body // 1024**2, self._max_body // 1024
        limit = f"{megabytes} MB" if megabytes else f"{kilobytes} KB"
        return PayloadTooLarge(f"Corpo da requisição maior que o limite de {limit}.")

    async def _answer_unless_begun(self, response: ASGIApp) -> None:
        if self._status == 0:
            await response(self._scope, self._receive, self._pass_on)

    def _record(self, seconds: float) -> None:
        method, route = self._scope["method"], route_template(self._scope)
        metrics.HTTP_REQUESTS.labels(method, route, str(self._status)).inc()
        metrics.HTTP_DURATION.labels(method, route).observe(seconds)
        if route not in QUIET_ROUTES or self._status >= 400:
            log.info("request", method=method, route=route, status=self._status, ms=round(seconds * 1000, 1))


class Shortcut:
    """Serves one method and path by `endpoint`, everything else by `app`: a hot path without the framework's layers."""

    def __init__(self, app: ASGIApp, method: str, path: str, endpoint: ASGIApp) -> None:
        self._app = app
        self._method, self._path, self._endpoint = method, path, endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") == self._path and scope.get("method") == self._method:
            scope["endpoint"] = self._endpoint
            scope[SHORTCUT] = True
            await self._endpoint(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def route_template(scope: Scope) -> str:
    """`/conversations/{conversation_id}`, never the path itself: labels are few, and a path may name a customer."""
    if "endpoint" not in scope:
        return "(none)"
    names = {str(value): f"{{{name}}}" for name, value in scope.get("path_params", {}).items()}
    return "/".join(names.get(part, part) for part in scope["path"].split("/")) if names else scope["path"]


def _declared_size(scope: Scope) -> int | None:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return None


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    return uuid7().hex
