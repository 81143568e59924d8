"""The Graph API's endpoints for messages and files, below any `/vNN.N/` prefix. `management` has the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from plantao_simulator.business import Number
from plantao_simulator.errors import GraphError, no_such_object
from plantao_simulator.faults import ACCEPTING, GraphCall, GraphFault
from plantao_simulator.gate import HTML_502, Endpoint, Gate, ok
from plantao_simulator.http import NoAnswer, read_body
from plantao_simulator.management import ManagementApi
from plantao_simulator.media import LARGEST, Media, parse_form
from plantao_simulator.simulator import Simulator
from plantao_simulator.wire import JsonObject


class GraphApi:
    """One method per endpoint."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.gate = Gate(sim)
        self.management = ManagementApi(sim, self.gate)

    def routes(self) -> list[Route]:
        base = "/{version}/{node}"
        own: list[tuple[str, str, Endpoint]] = [
            ("GET", "/whatsapp_business/attachments/", self.download),
            ("POST", base + "/messages", self.messages),
            ("POST", base + "/media", self.upload),
            ("GET", base, self.node),
            ("POST", base, self.management.change_node),
            ("POST", base + "/", self.management.change_node),
            ("DELETE", base, self.node),
        ]
        table = (*own, *((verb, base + path, endpoint) for verb, path, endpoint in self.management.endpoints()))
        known = [Route(path, self.gate.weathered(endpoint), methods=[verb]) for verb, path, endpoint in table]
        return [*known, Route("/{path:path}", self.unknown, methods=["GET", "POST", "DELETE", "PUT", "PATCH"])]

    async def messages(self, request: Request) -> Response:
        """Sends a message, or marks one as read."""
        number = self.gate.number(request)
        payload = await self.gate.payload(request)
        reads = payload.get("status") == "read"
        fault = self.sim.faults.take("mark_read" if reads else "send")
        if fault and fault.kind not in ACCEPTING:
            return self._refused(fault)
        if not reads:
            self._throttle()
        failure = fault.code if fault and fault.kind == "fail_later" else None
        version = request.path_params["version"]
        answer = self._marked(payload, number) if reads else self.sim.sending.accept(payload, version, number, failure)
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        return NoAnswer(self.sim.break_connection) if fault and fault.kind == "drop_response" else ok(answer)

    def _throttle(self) -> None:
        weather = self.sim.faults.weather
        if weather.throttle_share and self.sim.dice.random() < weather.throttle_share:
            raise GraphError(weather.throttle_code)

    def _marked(self, payload: JsonObject, number: Number) -> JsonObject:
        if payload.get("messaging_product") != "whatsapp":
            raise GraphError(100, "The parameter messaging_product is required and must be 'whatsapp'.")
        return self.sim.sending.mark_read(payload, number)

    def _refused(self, fault: GraphFault) -> Response:
        match fault.kind:
            case "html":
                return Response(HTML_502, fault.http_status or 502, media_type="text/html")
            case "empty":
                return Response(b"", fault.http_status or 500)
            case "drop_request":
                return NoAnswer(self.sim.break_connection)
            case _:
                raise GraphError(fault.code, fault.details, http=fault.http_status)

    async def upload(self, request: Request) -> Response:
        number = self.gate.number(request)
        return await self._with_faults("upload", lambda: self._stored(request, number))

    async def _with_faults(self, call: GraphCall, answer: Callable[[], Awaitable[Response]]) -> Response:
        """A call about a file, spoiled if a fault says so. (`fail_later` is a message's and means nothing here.)"""
        fault = self.sim.faults.take(call)
        if fault and fault.kind not in ACCEPTING:
            return self._refused(fault)
        answered = await answer()
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        return NoAnswer(self.sim.break_connection) if fault and fault.kind == "drop_response" else answered

    async def _stored(self, request: Request, number: Number) -> Response:
        form = parse_form(await read_body(request, LARGEST + 10_000), request.headers.get("content-type", ""))
        if form.get("messaging_product", (b"",))[0] != b"whatsapp":
            raise GraphError(100, "The parameter messaging_product is required and must be 'whatsapp'.")
        if "file" not in form:
            raise GraphError(100, "The parameter file is required.")
        content, mime, filename = form["file"]
        declared = form["type"][0].decode("utf-8", "replace") if "type" in form else mime
        return ok({"id": self.sim.media.upload(content, declared, filename, number.id, self.sim.now()).id})

    async def download(self, request: Request) -> Response:
        """The bytes behind a media address: same Bearer token, 404 once it has expired."""
        self.gate.token(request)
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
        """A media file, a phone number, an account or a template, by id."""
        token = self.gate.token(request)
        node = request.path_params["node"]
        media = self.sim.media.of_number(node, request.query_params.get("phone_number_id"), self.sim.now())
        if media is None:
            return await self.management.node(request, token)
        self._check_owner(request, media, token)
        if request.method == "DELETE":
            return ok({"success": self.sim.media.delete(node)})
        return await self._with_faults("media", lambda: self._described(request, media))

    def _check_owner(self, request: Request, media: Media, token: str) -> None:
        """A number named in the address has to exist, and a file of a number needs a token of its account."""
        asked, numbers = request.query_params.get("phone_number_id"), self.sim.business.numbers
        owner = numbers.get(media.number or asked or "")
        foreign = owner is not None and not self.sim.business.allows(token, owner.account)
        if foreign or (asked is not None and asked not in numbers):
            raise no_such_object(request.method, media.id)

    async def _described(self, request: Request, media: Media) -> Response:
        return ok(self.sim.media.described(media, str(request.base_url), self.sim.now()))

    async def unknown(self, request: Request) -> Response:
        raise GraphError(2500, http=400, message=f"Unknown path components: {request.url.path}")
