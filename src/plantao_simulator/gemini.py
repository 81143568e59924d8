"""A stand-in for Google's Gemini: `generateContent` over real HTTP, with every way in which it can go wrong.

It reads both spellings of field names (`responseSchema`, `response_schema`), as Google's own server does, serves `/v1/`
and `/v1beta/`, and answers what the request's schema asks for; `streamGenerateContent?alt=sse` answers it in pieces.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from plantao_simulator.http import json_object, read_body
from plantao_simulator.server import address_of, open_listener

JsonObject = dict[str, Any]
GeminiFaultKind = Literal[
    "rate_limited", "unavailable", "cancelled", "internal", "late", "bad_request", "credit", "forbidden", "html",
    "slow", "blocked", "safety", "max_tokens", "empty", "no_candidates", "null", "text", "garbage", "cut_off",
]  # fmt: skip
BODY_LIMIT = 4 * 1024 * 1024
_CUT = '{"resposta": "Olá! Vamos ver o que'


@dataclass(slots=True)
class GeminiFault:
    """The next `times` calls go wrong. `seconds`: of `slow` and of RetryInfo. `text`: what `text` answers."""

    kind: GeminiFaultKind
    times: int = 1
    seconds: float = 1.0
    text: str = ""


@dataclass(slots=True)
class GeminiStandIn:
    """`calls` holds the bodies received, in Google's camelCase; `answer` overrides fields of the answer."""

    api_key: str = "AIza-simulada"
    models: tuple[str, ...] = ("gemini-3.8-flash", "gemini-3.5-flash-lite")
    answer: JsonObject = field(default_factory=dict)
    faults: deque[GeminiFault] = field(default_factory=deque)
    calls: list[JsonObject] = field(default_factory=list)

    def fail_next(self, kind: GeminiFaultKind, *, times: int = 1, seconds: float = 1.0, text: str = "") -> None:
        self.faults.append(GeminiFault(kind, times, seconds, text))

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/{version:str}/models/{call:str}", self._generate, methods=["POST"]),
                Route("/{version:str}/models/{call:str}", self._model, methods=["GET"]),
                Route("/_sim/gemini", self._control, methods=["GET", "POST", "DELETE"]),
            ]
        )

    async def _generate(self, request: Request) -> Response:
        model, _, verb = request.path_params["call"].partition(":")
        try:
            body = camel(json_object(await read_body(request, BODY_LIMIT)))
        except ValueError as error:
            return _error(400, "INVALID_ARGUMENT", str(error))
        self.calls.append(body)
        if (refused := self._refusal(request, model, verb, body)) is not None:
            return refused
        fault = self._take()
        answer = _answer(model, self._written(body)) if fault is None else await self._faulty(fault, model, body)
        return _streamed(answer) if verb == "streamGenerateContent" and answer.status_code == 200 else answer

    def _refusal(self, request: Request, model: str, verb: str, body: JsonObject) -> Response | None:
        """What Google checks before it thinks."""
        if (request.headers.get("x-goog-api-key") or request.query_params.get("key")) != self.api_key:
            info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
            return _error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", info)
        if (
            request.path_params["version"] not in {"v1", "v1beta"}
            or model not in self.models
            or verb not in {"generateContent", "streamGenerateContent"}
        ):
            return _error(404, "NOT_FOUND", f"models/{model} is not found for API version v1.")
        if (wrong := _wrong_contents(body.get("contents"))) is not None:
            return _error(400, "INVALID_ARGUMENT", wrong)
        return None

    def _take(self) -> GeminiFault | None:
        if not self.faults:
            return None
        fault = self.faults[0]
        fault.times -= 1
        if fault.times <= 0:
            self.faults.popleft()
        return fault

    async def _faulty(self, fault: GeminiFault, model: str, body: JsonObject) -> Response:
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            return _answer(model, self._written(body))
        return _FAULTY[fault.kind](fault, model)

    async def _model(self, request: Request) -> Response:
        name = request.path_params["call"]
        if name not in self.models:
            return _error(404, "NOT_FOUND", f"models/{name} is not found.")
        return JSONResponse({"name": f"models/{name}", "displayName": name, "inputTokenLimit": 1_048_576})

    async def _control(self, request: Request) -> Response:
        """`{"kind": ...}` adds a fault, `{"answer": {...}}` changes what is answered; DELETE heals everything."""
        if request.method == "DELETE":
            self.faults.clear()
            self.answer.clear()
        elif request.method == "POST":
            asked = json_object(await read_body(request, BODY_LIMIT))
            self.answer |= asked.pop("answer", {})
            if "kind" in asked:
                self.faults.append(GeminiFault(**asked))
        return JSONResponse({"faults": len(self.faults), "calls": len(self.calls), "answer": self.answer})

    def _written(self, body: JsonObject) -> str:
        """JSON in the shape that was asked for, or a sentence when none was."""
        config = body.get("generationConfig", {})
        schema = config.get("responseJsonSchema") or config.get("responseSchema")
        if not schema:
            return "Olá! Em que posso ajudar?"
        made = {name: _example(name, kind) for name, kind in schema["properties"].items()}
        return json.dumps(made | self.answer, ensure_ascii=False)


def _example(name: str, schema: JsonObject) -> Any:
    match str(schema.get("type", "")).lower():
        case "string" if "enum" in schema:
            return schema["enum"][0]
        case "string":
            return "Olá! Pode me contar um pouco mais sobre o problema?" if name == "resposta" else name
        case "number" | "integer":
            return 0.9
        case "boolean":
            return False
        case "array":
            return []
        case _:
            return None


def camel(value: Any) -> Any:
    """Field names as Google's documents spell them. A schema's own property names stay as they are."""
    if isinstance(value, list):
        return [camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {_camel_key(key): item if key == "properties" else camel(item) for key, item in value.items()}


def _camel_key(key: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), key)


def _wrong_contents(contents: Any) -> str | None:
    if not isinstance(contents, list) or not contents:
        return "contents is not specified"
    for content in contents:
        if content.get("role") not in {"user", "model"}:
            return "Please use a valid role: user, model."
        if not content.get("parts"):
            return "contents.parts must not be empty."
    return None


def _usage(asked: int, answered: int) -> JsonObject:
    return {"promptTokenCount": asked, "candidatesTokenCount": answered, "totalTokenCount": asked + answered}


def _answer(model: str, text: str | None, *, finish: str = "STOP") -> Response:
    candidate: JsonObject = {"finishReason": finish, "index": 0}
    if text is not None:
        candidate["content"] = {"role": "model", "parts": [{"text": text}]}
    usage = _usage(120, 30) | {"thoughtsTokenCount": 12}
    return JSONResponse({"candidates": [candidate], "usageMetadata": usage, "modelVersion": model, "responseId": "sim"})


def _streamed(answer: Response) -> Response:
    """The answer as server-sent events: its text in two pieces; only the last has a reason to finish and the bill."""
    try:
        whole = json.loads(bytes(answer.body))
        text = whole["candidates"][0]["content"]["parts"][0]["text"]
    except (ValueError, LookupError):
        return Response(b"data: " + bytes(answer.body) + b"\r\n\r\n", media_type="text/event-stream")
    first, last = text[: len(text) // 2], text[len(text) // 2 :]
    begin = {"candidates": [{"content": {"role": "model", "parts": [{"text": first}]}, "index": 0}]}
    whole["candidates"][0]["content"]["parts"][0]["text"] = last
    events = "".join(f"data: {json.dumps(event, ensure_ascii=False)}\r\n\r\n" for event in (begin, whole))
    return Response(events, media_type="text/event-stream")


def _error(status: int, name: str, message: str, *details: JsonObject) -> Response:
    error: JsonObject = {"code": status, "message": message, "status": name}
    if details:
        error["details"] = list(details)
    return JSONResponse({"error": error}, status)


def _rate_limited(fault: GeminiFault, _model: str) -> Response:
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{fault.seconds:g}s"}
    return _error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", info)


def _blocked(_fault: GeminiFault, model: str) -> Response:
    rating = {"category": "HARM_CATEGORY_HATE_SPEECH", "probability": "HIGH", "blocked": True}
    feedback = {"blockReason": "SAFETY", "safetyRatings": [rating]}
    return JSONResponse({"promptFeedback": feedback, "usageMetadata": _usage(4, 0), "modelVersion": model})


def _no_candidates(_fault: GeminiFault, model: str) -> Response:
    return JSONResponse({"candidates": [], "usageMetadata": _usage(4, 0), "modelVersion": model})


# The first nine are refusals; the others are HTTP 200, and yet no answer.
_FAULTY: dict[str, Callable[[GeminiFault, str], Response]] = {
    "rate_limited": _rate_limited,
    "unavailable": lambda *_: _error(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
    "cancelled": lambda *_: _error(499, "CANCELLED", "The operation was cancelled."),
    "internal": lambda *_: _error(500, "INTERNAL", "An internal error has occurred."),
    "late": lambda *_: _error(504, "DEADLINE_EXCEEDED", "The request timed out. Please try again."),
    "bad_request": lambda *_: _error(400, "INVALID_ARGUMENT", "Request contains an invalid argument."),
    "credit": lambda *_: _error(402, "RESOURCE_EXHAUSTED", "Your prepaid credits are used up."),
    "forbidden": lambda *_: _error(403, "PERMISSION_DENIED", "Your project has been denied access."),
    "html": lambda *_: HTMLResponse("<html><title>502</title><h1>Bad Gateway</h1></html>", 502),
    "blocked": _blocked,
    "safety": lambda _, model: _answer(model, None, finish="SAFETY"),
    "max_tokens": lambda _, model: _answer(model, _CUT, finish="MAX_TOKENS"),
    "empty": lambda _, model: _answer(model, ""),
    "no_candidates": _no_candidates,
    "null": lambda _, model: _answer(model, "null"),
    "text": lambda fault, model: _answer(model, fault.text),
    "cut_off": lambda *_: Response(b'{"candidates": [', media_type="application/json"),
    "garbage": lambda *_: Response(b"\x00\xff not json", media_type="application/json"),
}


class _Server(uvicorn.Server):
    """Says when it listens, and leaves the signals to the host program."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.listening.set()


@asynccontextmanager
async def run_gemini(stand_in: GeminiStandIn, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serves until the block ends; gives the base URL. Port 0 takes a free one."""
    with open_listener(host, port) as listener:
        options: JsonObject = {"log_level": "warning", "access_log": False, "ws": "none", "lifespan": "off"}
        server = _Server(uvicorn.Config(stand_in.app, timeout_graceful_shutdown=1, **options))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        await server.listening.wait()
        try:
            yield address_of(listener)
        finally:
            server.should_exit = True
            await task
