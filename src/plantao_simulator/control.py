"""The control API below `/_sim/`: what tests, the demo and the page ask of the simulator. JSON in, JSON out.

It has no password: it is for the loopback interface. Browsers of other sites are turned away by `Sec-Fetch-Site`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from plantao_simulator.control_company import CompanyControl
from plantao_simulator.control_http import BODY_LIMIT, Table, guarded, read
from plantao_simulator.control_plays import PlaysControl
from plantao_simulator.http import json_object, part_of, read_body
from plantao_simulator.media import LARGEST, RECEIVED_LIFE
from plantao_simulator.recordings import VOICE_TYPE, as_voice_note
from plantao_simulator.requests import ChatBody, ClockBody, CustomerBody, CustomerChange, PlayBody, TapBody
from plantao_simulator.simulator import Simulator
from plantao_simulator.state import Customer
from plantao_simulator.wire import JsonObject

_PING_SECONDS = 15.0


class ControlApi:
    """One method per endpoint."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self._parts = (CompanyControl(sim), PlaysControl(sim.storms, sim.stage))

    def routes(self) -> list[Route]:
        one = "/customers/{customer}"
        own: Table = [
            ("GET", "/state", self.state),
            ("GET", "/customers", self.customers),
            ("POST", "/customers", self.create_customer),
            ("PATCH", one, self.change_customer),
            ("GET", one + "/messages", self.chat),
            ("POST", one + "/messages", self.write),
            ("POST", one + "/tap", self.tap),
            ("POST", one + "/chat", self.open_or_close),
            ("POST", one + "/echoes", self.echo),
            ("POST", one + "/play", self.play),
            ("GET", "/faults", self.faults),
            ("POST", "/faults", self.set_faults),
            ("DELETE", "/faults", self.clear_faults),
            ("GET", "/sends", self.sends),
            ("GET", "/deliveries", self.deliveries),
            ("POST", "/raw-webhook", self.raw_webhook),
            ("POST", "/flush", self.flush),
            ("POST", "/verify", self.verify),
            ("POST", "/clock", self.clock),
            ("POST", "/reset", self.reset),
            ("GET", "/events", self.events),
            ("POST", "/media", self.keep_media),
            ("GET", "/media/{media}", self.media),
        ]
        table = (*own, *(row for part in self._parts for row in part.table()))
        return [Route("/_sim" + path, guarded(handler), methods=[verb]) for verb, path, handler in table]

    async def state(self, _request: Request) -> Response:
        """Everything the page needs to draw itself anew."""
        config = self.sim.config
        first = self.sim.business.first
        business = {"name": first.verified_name, "phone": first.display_phone}
        chats = {c.id: self._shown(c) for c in self.sim.world.customers.values()}
        return JSONResponse(
            {
                "business": business,
                "numbers": [number.as_json() for number in self.sim.business.numbers.values()],
                "now": self.sim.now(),
                "webhook_url": config.webhook_url,
                "customers": self._customers(),
                "chats": chats,
                "faults": msgspec.to_builtins(self.sim.faults),
            }
        )

    async def customers(self, _request: Request) -> Response:
        return JSONResponse({"customers": self._customers()})

    def _customers(self) -> list[JsonObject]:
        return [customer.as_json() for customer in self.sim.world.customers.values()]

    def _shown(self, customer: Customer) -> list[JsonObject]:
        return [message.as_json() for message in self.sim.chat(customer)]

    async def create_customer(self, request: Request) -> Response:
        asked = await read(request, CustomerBody)
        customer = self.sim.customer(
            asked.name, phone=asked.phone, wa_id=asked.wa_id, user_id=asked.user_id, username=asked.username
        )
        customer.on_whatsapp = asked.on_whatsapp
        return JSONResponse(customer.as_json(), 201)

    async def change_customer(self, request: Request) -> Response:
        customer, asked = self._customer(request), await read(request, CustomerChange)
        for name in ("name", "username", "on_whatsapp", "marketing", "wa_id"):
            if (value := getattr(asked, name)) is not msgspec.UNSET:
                setattr(customer, name, value)
        if isinstance(asked.online, bool):
            self.sim.set_online(customer, asked.online)
        self.sim.bus.publish("customer", customer.as_json())
        return JSONResponse(customer.as_json())

    async def chat(self, request: Request) -> Response:
        """The phone's view, oldest first, with statuses and what can be tapped."""
        return JSONResponse({"messages": self._shown(self._customer(request))})

    async def write(self, request: Request) -> Response:
        customer = self._customer(request)
        message = await self.sim.write(customer, json_object(await read_body(request, BODY_LIMIT)))
        return JSONResponse(message.as_json(), 201)

    async def tap(self, request: Request) -> Response:
        customer, asked = self._customer(request), await read(request, TapBody)
        message = await self.sim.tap(customer, asked.message_id, asked.option_id)
        return JSONResponse(message.as_json(), 201)

    async def open_or_close(self, request: Request) -> Response:
        customer, asked = self._customer(request), await read(request, ChatBody)
        (self.sim.open_chat if asked.open else self.sim.close_chat)(customer)
        return JSONResponse(customer.as_json())

    async def echo(self, request: Request) -> Response:
        """The company writes to the customer with the app on its own phone."""
        customer = self._customer(request)
        message = await self.sim.echo(customer, json_object(await read_body(request, BODY_LIMIT)))
        return JSONResponse(message.as_json(), 201)

    async def play(self, request: Request) -> Response:
        customer, asked = self._customer(request), await read(request, PlayBody)
        self.sim.play(customer, asked.message_id)
        return JSONResponse({"played": True})

    async def faults(self, _request: Request) -> Response:
        return JSONResponse(msgspec.to_builtins(self.sim.faults))

    async def set_faults(self, request: Request) -> Response:
        """`webhook` and `weather` change the fields they name; `graph` adds to the queue of faults."""
        self.sim.faults.change(json_object(await read_body(request, BODY_LIMIT)))
        return await self.faults(request)

    async def clear_faults(self, request: Request) -> Response:
        self.sim.faults.clear()
        return await self.faults(request)

    async def sends(self, request: Request) -> Response:
        """Accepted sends with `seq > after`, oldest first."""
        after = _after(request)
        return JSONResponse({"sends": [s.as_json() for s in self.sim.sends if s.seq > after]})

    async def deliveries(self, request: Request) -> Response:
        """Webhook attempts with `seq > after`; `bodies=1` adds what was sent."""
        after, bodies = _after(request), request.query_params.get("bodies") == "1"
        attempts = [a.as_json(with_body=bodies) for a in self.sim.deliveries if a.seq > after]
        return JSONResponse({"deliveries": attempts})

    async def raw_webhook(self, request: Request) -> Response:
        self.sim.postman.raw(json_object(await read_body(request, BODY_LIMIT)))
        return JSONResponse({"queued": True}, 202)

    async def flush(self, _request: Request) -> Response:
        self.sim.postman.flush()
        return JSONResponse({"flushed": True})

    async def verify(self, _request: Request) -> Response:
        return JSONResponse(await self.sim.verify_webhook())

    async def clock(self, request: Request) -> Response:
        asked = await read(request, ClockBody)
        return JSONResponse({"now": self.sim.advance_clock(asked.advance)})

    async def reset(self, _request: Request) -> Response:
        await self.sim.reset()
        return JSONResponse({"reset": True})

    async def events(self, _request: Request) -> Response:
        """Server-sent events. A comment every 15 s keeps the line open; a reader that is too slow is cut off."""
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._stream(), media_type="text/event-stream", headers=headers)

    async def _stream(self) -> AsyncIterator[str]:
        yield "retry: 1000\n: ok\n\n"
        watch = self.sim.bus.watch()
        step = asyncio.ensure_future(anext(watch, None))
        try:
            while True:
                done, _ = await asyncio.wait({step}, timeout=_PING_SECONDS)
                if not done:
                    yield ": ping\n\n"
                    continue
                if (event := step.result()) is None:
                    return
                yield _sse(event)
                step = asyncio.ensure_future(anext(watch, None))
        finally:
            step.cancel()

    async def keep_media(self, request: Request) -> Response:
        """A file as the raw body, for a writing to name; with `voice=1` a recording, kept as a phone would send it."""
        content = await read_body(request, LARGEST)
        mime = request.headers.get("content-type") or "application/octet-stream"
        filename = request.query_params.get("filename", "arquivo")
        if request.query_params.get("voice") == "1":
            content, mime, filename = await asyncio.to_thread(as_voice_note, content), VOICE_TYPE, "voz.ogg"
        media = self.sim.media.add(content, mime, filename, dies_at=self.sim.now() + RECEIVED_LIFE)
        return JSONResponse({"id": media.id, "mime_type": mime, "filename": filename, "size": len(content)}, 201)

    async def media(self, request: Request) -> Response:
        """A media file for the page: always as a download or an image, never as a document that could run."""
        media = self.sim.media.get(request.path_params["media"])
        if media is None:
            raise HTTPException(404, "no such media")
        headers = {"Content-Disposition": "attachment", "Content-Security-Policy": "sandbox"}
        return part_of(media.content, media.mime_type, request.headers.get("range", ""), headers)

    def _customer(self, request: Request) -> Customer:
        customer = self.sim.world.customers.get(request.path_params["customer"])
        if customer is None:
            raise HTTPException(404, "no such customer")
        return customer


def _sse(event: JsonObject) -> str:
    return f"id: {event['seq']}\nevent: {event['kind']}\ndata: {json.dumps(event['data'])}\n\n"


def _after(request: Request) -> int:
    value = request.query_params.get("after", "0")
    if not value.isdigit():
        message = "after must be a number"
        raise ValueError(message)
    return int(value)
