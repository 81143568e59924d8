"""The console at `/`, served before anything of the API is asked: its files are public, and answered from memory."""

import asyncio
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from plantao.console.site import ENCODINGS, HASHED, INDEX, WORKER, Asset, read_site
from plantao.kit.errors import AppError, ErrorCode

# `blob:` is for files of messages that were fetched with the token; sound and films are played from a signed address of
# ours. A style that a script sets needs no leave.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Voice messages are recorded; nothing else that a device can tell is asked for.
PERMISSIONS: Final = "camera=(), geolocation=(), microphone=(self), payment=(), usb=()"
# Not the console's: what is missing there is answered as the API answers.
OTHERS: Final = ("/api", "/ws", "/docs", "/health", "/metrics", "/openapi.json", "/asyncapi.json", "/assets")


class NotBuilt(AppError):
    status = 503
    error_code = ErrorCode.SERVICE_UNAVAILABLE


class ConsoleFiles:
    """ASGI middleware: GET and HEAD of the console's files, and of any address of a page within it (`/caixa/...`)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        site = await asyncio.to_thread(read_site) if read_site.cache_info().currsize == 0 else read_site()
        headers = Headers(scope=scope)
        path = _file(scope["path"], site, headers)
        if path is None:
            await self._app(scope, receive, send)
            return
        # What metrics and logs call it: a few names, and never a conversation's.
        scope["path"] = HASHED.rstrip("/") if path.startswith(HASHED) else "/"
        scope["endpoint"] = self
        await _answer(path, site, headers)(scope, receive, send)


def _file(path: str, site: Mapping[str, Asset], headers: Headers) -> str | None:
    """Which file is asked for; None for what is not the console's."""
    if path in site:
        return path
    if path == "/":
        return INDEX
    foreign = any(path == other or path.startswith(f"{other}/") for other in OTHERS)
    return INDEX if not foreign and "text/html" in headers.get("accept", "") else None


def _answer(path: str, site: Mapping[str, Asset], headers: Headers) -> Response:
    asset = site.get(path)
    if asset is None:
        raise NotBuilt("O console ainda não foi construído. Rode: make install")
    own = {"Cache-Control": asset.cache_control, "ETag": asset.etag, "Vary": "Accept-Encoding"}
    if path in {INDEX, WORKER}:
        own |= {"Content-Security-Policy": POLICY, "Permissions-Policy": PERMISSIONS}
    if asset.etag in headers.get("if-none-match", ""):
        return Response(status_code=304, headers=own)
    encoding = _encoding(asset, headers.get("accept-encoding", ""))
    if encoding is None:
        return Response(asset.plain, media_type=asset.media_type, headers=own)
    return Response(asset.packed[encoding], media_type=asset.media_type, headers=own | {"Content-Encoding": encoding})


def _encoding(asset: Asset, accepted: str) -> str | None:
    names = {part.partition(";")[0].strip() for part in accepted.split(",") if "q=0" not in part.replace("q=0.", "")}
    return next((name for name in ENCODINGS if name in names and name in asset.packed), None)
