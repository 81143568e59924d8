"""What every call of the Graph API passes: version, token, weather, and whose number or account it is about."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from plantao_simulator.business import Account, Number
from plantao_simulator.errors import GraphError, bad_token, expired_token, no_such_object, no_token
from plantao_simulator.http import json_object, read_body
from plantao_simulator.simulator import Simulator
from plantao_simulator.wire import JsonObject

Endpoint = Callable[[Request], Awaitable[Response]]
MESSAGE_LIMIT = 1024 * 1024
HTML_502 = "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def graph_headers() -> dict[str, str]:
    return {"facebook-api-version": "v26.0", "x-fb-trace-id": secrets.token_urlsafe(8)}


def ok(body: JsonObject) -> Response:
    return JSONResponse(body, headers=graph_headers())


def render_graph_error(_request: Request, error: Exception) -> Response:
    """Meta's error shape; anything else is a defect of ours and is not hidden."""
    if not isinstance(error, GraphError):
        raise error
    return JSONResponse(error.body(), error.http, headers=graph_headers())


class Gate:
    """Asked by every endpoint before it does anything."""

    def __init__(self, sim: Simulator) -> None:
        self._sim = sim

    def weathered(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint in the weather of the moment: slower, or now and then an answer 5xx in its place."""

        async def call(request: Request) -> Response:
            weather, dice = self._sim.faults.weather, self._sim.dice
            if wait := weather.latency + weather.latency_jitter * dice.random():
                await asyncio.sleep(wait)
            if weather.error_share and dice.random() < weather.error_share:
                return self._broken()
            return await endpoint(request)

        return call

    def _broken(self) -> Response:
        match self._sim.dice.choice(("html", "empty", 131016, 131000, 2)):
            case "html":
                return Response(HTML_502, 502, media_type="text/html")
            case "empty":
                return Response(b"", 500)
            case code:
                raise GraphError(int(code))

    def number(self, request: Request) -> Number:
        """The number the address names, if the token may use it."""
        number = self._sim.business.numbers.get(request.path_params["node"])
        token = self.token(request)
        if number is None or not self._sim.business.allows(token, number.account):
            raise no_such_object(request.method, request.path_params["node"])
        return number

    def account(self, request: Request) -> Account:
        account = self._sim.business.accounts.get(request.path_params["node"])
        token = self.token(request)
        if account is None or not self._sim.business.allows(token, account):
            raise no_such_object(request.method, request.path_params["node"])
        return account

    def token(self, request: Request) -> str:
        """The request's token, after version and token were checked."""
        version = request.path_params.get("version")
        if version is not None and not re.fullmatch(r"v\d{1,2}\.\d", version):
            raise GraphError(2500, http=400, message=f"Unknown path components: {request.url.path}")
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip()
        if kind.lower() != "bearer" or not token:
            raise no_token()
        self._check_token(token)
        self._sim.base_url = self._sim.base_url or str(request.base_url)
        return token

    def _check_token(self, token: str) -> None:
        business, weather = self._sim.business, self._sim.faults.weather
        known = any(secrets.compare_digest(token.encode(), each.encode()) for each in business.tokens)
        if weather.token_expired and known:
            raise expired_token()
        if weather.token_expired:  # the company has made itself a new one
            business.tokens = {token: None}
            self._sim.config.access_token, weather.token_expired = token, False
        elif not known:
            raise bad_token()

    def count(self, account: Account) -> None:
        """One call that manages something; 80007 when the hour's number is used up."""
        if not account.management.take(self._sim.now()):
            raise GraphError(80007)

    async def payload(self, request: Request) -> JsonObject:
        body = await read_body(request, MESSAGE_LIMIT)
        try:
            return json_object(body)
        except ValueError as error:
            raise GraphError(100, "The body must be a JSON object.") from error

    async def whatsapp_payload(self, request: Request) -> JsonObject:
        payload = await self.payload(request)
        if payload.get("messaging_product") != "whatsapp":
            raise GraphError(100, "The parameter messaging_product is required and must be 'whatsapp'.")
        return payload
