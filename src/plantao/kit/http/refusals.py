"""Answers written by the server itself, when no application has been asked: the common body, and the end."""

import json

from plantao.kit.errors import ErrorCode
from plantao.kit.http.security import SECURITY_HEADERS

_REASONS = {400: "Bad Request", 503: "Service Unavailable"}


def refusal(status: int, code: ErrorCode, detail: str, *headers: tuple[bytes, bytes]) -> bytes:
    """A whole answer, after which the connection is closed."""
    body = json.dumps({"detail": detail, "error_code": code, "field": None}, ensure_ascii=False).encode()
    head = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
        *SECURITY_HEADERS,
        *headers,
    ]
    lines = [f"HTTP/1.1 {status} {_REASONS[status]}".encode(), *(b": ".join(header) for header in head), b"", body]
    return b"\r\n".join(lines)


NOT_HTTP = refusal(
    400, ErrorCode.VALIDATION_ERROR, "A requisição não é HTTP válido, ou os cabeçalhos são grandes demais."
)
FULL = refusal(
    503,
    ErrorCode.SERVICE_UNAVAILABLE,
    "Conexões demais ao mesmo tempo. Tente novamente em instantes.",
    (b"retry-after", b"5"),
)
