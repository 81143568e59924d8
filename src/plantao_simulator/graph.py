"""The Graph API's endpoints, below any `/vNN.N/` prefix."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from plantao_simulator.account import Account
from plantao_simulator.errors import GraphError, bad_token, no_such_object, no_token
from plantao_simulator.faults import ACCEPTING, GraphCall, GraphFault
from plantao_simulator.http import NoAnswer, json_object, read_body
from plantao_simulator.media import LARGEST, Media, parse_form
from plantao_simulator.simulator import Simulator
from plantao_simulator.wire import JsonObject

_MESSAGE_LIMIT = 1024 * 1024
_HTML_502 = "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def render_graph_error(_request: Request, error: Exception) -> Response:
    """Meta's error shape; anything else is a defect of ours and is not hidden."""
    if not isinstance(error, GraphError):
        raise error
    return JSONResponse(error.body(), error.http, headers=_headers())


def _headers() -> dict[str, str]:
    return {"facebook-api-version": "v26.0", "x-fb-trace-id": secrets.token_urlsafe(8)}


class GraphApi:
    """One method per endpoint."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.account = Account(sim)

    def routes(self) -> list[Route]:
        base = "/{version}/{node}"
        return [
            Route("/whatsapp_business/attachments/", self.download),
            Route(base + "/messages", self.messages, methods=["POST"]),
            Route(base + "/media", self.upload, methods=["POST"]),
            Route(base + "/message_templates", self.templates, methods=["GET", "POST", "DELETE"]),
            Route(base + "/phone_numbers", self.phone_numbers),
            Route(base + "/subscribed_apps", self.subscribed_apps, methods=["GET", "POST", "DELETE"]),
            Route(base, self.node, methods=["GET", "DELETE"]),
            Route("/{path:path}", self.unknown, methods=["GET", "POST", "DELETE", "PUT", "PATCH"]),
        ]

    async def messages(self, request: Request) -> Response:
        """Sends a message, or marks one as read."""
        self._authorise(request, {self.sim.config.phone_number_id})
        payload = await self._payload(request)
        reads = payload.get("status") == "read"
        fault = self.sim.faults.take("mark_read" if reads else "send")
        if fault and fault.kind not in ACCEPTING:
            return self._refused(fault)
        failure = fault.code if fault and fault.kind == "fail_later" else None
        version = request.path_params["version"]
        answer = self._marked(payload) if reads else self.sim.sending.accept(payload, version, failure)
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        return NoAnswer(self.sim.break_connection) if fault and fault.kind == "drop_response" else _ok(answer)

    def _marked(self, payload: JsonObject) -> JsonObject:
        if payload.get("messaging_product") != "whatsapp":
            raise GraphError(100, "The parameter messaging_product is required and must be 'whatsapp'.")
        return self.sim.sending.mark_read(payload)

    def _refused(self, fault: GraphFault) -> Response:
        match fault.kind:
            case "html":
                return Response(_HTML_502, fault.http_status or 502, media_type="text/html")
            case "empty":
                return Response(b"", fault.http_status or 500)
            case "drop_request":
                return NoAnswer(self.sim.break_connection)
            case _:
                raise GraphError(fault.code, fault.details, http=fault.http_status)

    async def upload(self, request: Request) -> Response:
        self._authorise(request, {self.sim.config.phone_number_id})
        return await self._with_faults("upload", lambda: self._stored(request))

    async def _with_faults(self, call: GraphCall, answer: Callable[[], Awaitable[Response]]) -> Response:
        """A call about a file, spoiled if a fault says so. (`fail_later` is a message's and means nothing here.)"""
        fault = self.sim.faults.take(call)
        if fault and fault.kind not in ACCEPTING:
            return self._refused(fault)
        answered = await answer()
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        return NoAnswer(self.sim.break_connection) if fault and fault.kind == "drop_response" else answered

    async def _stored(self, request: Request) -> Response:
        form = parse_form(await read_body(request, LARGEST + 10_000), request.headers.get("content-type", ""))
        if form.get("messaging_product", (b"",))[0] != b"whatsapp":
            raise GraphError(100, "The parameter messaging_product is required and must be 'whatsapp'.")
        if "file" not in form:
            raise GraphError(100, "The parameter file is required.")
        content, mime, filename = form["file"]
        declared = form["type"][0].decode("utf-8", "replace") if "type" in form else mime
        return _ok({"id": self.sim.media.upload(content, declared, filename).id})

    async def download(self, request: Request) -> Response:
        """The bytes behind a media address: same Bearer token, 404 once it has expired."""
        self._check_token(request)
        return await self._with_faults("download", lambda: self._opened(request))

    async def _opened(self, request: Request) -> Response:
        query = request.query_params
        with suppress(ValueError):
            media = self.sim.media.opened(
                query.get("mid", ""), query.get("ext", "0"), query.get("hash", ""), self.sim.now()
            )
            if media is not None:
                return Response(media.content, media_type=media.mime_type)
        return Response(b"", 404)

    async def node(self, request: Request) -> Response:
        """A media file, the phone number, the account or a template, by id."""
        self._authorise(request, None)
        node = request.path_params["node"]
        media = self.sim.media.get(node)
        wanted_phone = request.query_params.get("phone_number_id", self.sim.config.phone_number_id)
        if media is not None and wanted_phone == self.sim.config.phone_number_id:
            if request.method == "DELETE":
                return _ok({"success": self.sim.media.delete(node)})
            return await self._with_faults("media", lambda: self._described(request, media))
        found = self.account.node(node, request.query_params.get("fields")) if request.method == "GET" else None
        if found is None:
            raise no_such_object(request.method, node)
        return _ok(found)

    async def _described(self, request: Request, media: Media) -> Response:
        return _ok(self.sim.media.described(media, str(request.base_url), self.sim.now()))

    async def templates(self, request: Request) -> Response:
        self._authorise(request, {self.sim.config.business_account_id})
        if request.method == "GET":
            return _ok(self.account.list_templates(request.query_params, str(request.base_url)))
        if request.method == "DELETE":
            return _ok(self.account.delete_template(request.query_params.get("name", "")))
        created, announce = self.account.create_template(await self._payload(request))
        return JSONResponse(created, headers=_headers(), background=BackgroundTask(announce))

    async def phone_numbers(self, request: Request) -> Response:
        self._authorise(request, {self.sim.config.business_account_id})
        return _ok({"data": [self.account.phone(None)], "paging": {"cursors": {"before": "MA", "after": "MA"}}})

    async def subscribed_apps(self, request: Request) -> Response:
        self._authorise(request, {self.sim.config.business_account_id})
        if request.method != "GET":
            return _ok({"success": True})
        app = {"id": "634974688087057", "link": "https://www.facebook.com/games/?app_id=63497", "name": "Plantao"}
        return _ok({"data": [{"whatsapp_business_api_data": app}]})

    async def unknown(self, request: Request) -> Response:
        raise GraphError(2500, http=400, message=f"Unknown path components: {request.url.path}")

    def _authorise(self, request: Request, nodes: set[str] | None) -> None:
        if not re.fullmatch(r"v\d{1,2}\.\d", request.path_params["version"]):
            raise GraphError(2500, http=400, message=f"Unknown path components: {request.url.path}")
        self._check_token(request)
        node = request.path_params["node"]
        if nodes is not None and node not in nodes:
            raise no_such_object(request.method, node)
        self.sim.base_url = self.sim.base_url or str(request.base_url)

    def _check_token(self, request: Request) -> None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise no_token()
        if not secrets.compare_digest(token.strip().encode(), self.sim.config.access_token.encode()):
            raise bad_token()

    async def _payload(self, request: Request) -> JsonObject:
        body = await read_body(request, _MESSAGE_LIMIT)
        try:
            return json_object(body)
        except ValueError as error:
            raise GraphError(100, "The body must be a JSON object.") from error


def _ok(body: JsonObject) -> Response:
    return JSONResponse(body, headers=_headers())
