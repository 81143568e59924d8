"""Structured logs: one event a line, constant names with fields, secrets and personal data removed."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar
from typing import Any, Literal

import structlog

SECRET_FIELDS = frozenset(
    {
        "access_token", "app_secret", "authorization", "body", "caption", "content", "cookie", "email",
        "message_text", "password", "phone", "refresh_token", "text", "token", "wa_id",
    }
)  # fmt: skip
REDACTED = "[redacted]"
# A phone, or a token in a query string: these turn up inside other texts, a path or an error message.
_PHONE = re.compile(r"(?<![\w.-])\+?\d{10,15}(?![\w.-])")
_TOKEN = re.compile(r"(?i)((?:access_|refresh_|verify_)?token=)[^&\s\"']+")
_BEARER = re.compile(r"(?i)(bearer\s+)[\w.~+/=-]+")


current_request_id: ContextVar[str | None] = ContextVar("current_request_id", default=None)


def add_request_id(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """structlog processor: the id of the request in whose task, or in a task begun by it, something happened."""
    if (request_id := current_request_id.get()) is not None:
        event.setdefault("request_id", request_id)
    return event


def redact_text(value: str) -> str:
    """The text with phones, bearer tokens and tokens in query strings replaced."""
    value = _TOKEN.sub(rf"\1{REDACTED}", value)
    value = _BEARER.sub(rf"\1{REDACTED}", value)
    return _PHONE.sub(REDACTED, value)


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """structlog processor: removes secret fields by name, and secrets inside other texts by shape."""
    for key, value in event.items():
        event[key] = _redact_value(key, value)
    return event


def _redact_value(key: str, value: Any) -> Any:
    if key in SECRET_FIELDS:
        return REDACTED
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {inner: _redact_value(str(inner), item) for inner, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_redact_value("", item) for item in value]
    return value


def configure_logging(level: str, style: Literal["json", "console"]) -> None:
    """Sends structlog's events and the standard library's records through one pipeline to stderr."""
    shared: list[structlog.typing.Processor] = [
        add_request_id,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # Their records repeat, per request, what our own access event says once and redacted.
    for name in ("uvicorn.access", "uvicorn.error", "httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)
