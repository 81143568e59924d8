"""`POST /whatsapp/webhook`: authentic, committed, 200. The rest happens later, from the ledger.

A raw ASGI endpoint: this is the hottest path of the system, and it must answer during an outage of the
provider's network, when everybody writes at once.
"""

from collections.abc import Sequence

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from plantao.kit.errors import AppError, ErrorCode
from plantao.whatsapp.group_commit import LedgerWriter
from plantao.whatsapp.wire.signature import verify_signature

SIGNATURE_HEADER = b"x-hub-signature-256"
_BODY = b'{"status":"received"}'
_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(_BODY)).encode())],
}
_END = {"type": "http.response.body", "body": _BODY}


class InvalidSignature(AppError):
    status = 401
    error_code = ErrorCode.INVALID_SIGNATURE


class WebhookReceiver:
    """ASGI endpoint. The body's size is bounded by the envelope around the application."""

    def __init__(self, writer: LedgerWriter, secrets: Sequence[bytes]) -> None:
        self._writer = writer
        self._secrets = secrets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read_body(receive)
        if not verify_signature(body, _signature(scope), self._secrets):
            raise InvalidSignature("Assinatura ausente ou inválida.")
        await self._writer.append(body)
        await send(_START.copy())
        await send(_END)


async def _read_body(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _signature(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == SIGNATURE_HEADER:
            return str(value, "latin-1")
    return None
