"""What is logged is readable by machines and says nothing that it should not."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from plantao.kit.log import REDACTED, SECRET_FIELDS, configure_logging, current_request_id, redact_text


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that is logged, as JSON lines; afterwards all is as it was."""
    root, before = logging.getLogger(), (logging.getLogger().handlers, logging.getLogger().level)
    quiet = {name: logging.getLogger(name).level for name in ("uvicorn.access", "uvicorn.error", "httpx2", "httpcore2")}
    configure_logging("DEBUG", "json")
    written = io.StringIO()
    [handler] = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield written
    structlog.reset_defaults()
    root.handlers, root.level = before
    for name, level in quiet.items():
        logging.getLogger(name).setLevel(level)


def events(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_one_event_is_one_json_line_with_its_fields(lines: io.StringIO) -> None:
    structlog.get_logger("plantao.test").info("something_happened", count=3, note="duas\nlinhas é")
    logging.getLogger("foreign").warning("said %s", "this")
    ours, foreign = events(lines)
    assert ours["event"] == "something_happened"
    assert (ours["count"], ours["note"], ours["level"]) == (3, "duas\nlinhas é", "info")
    assert {"timestamp", "logger"} <= set(ours)
    assert foreign["event"] == "said this"


@pytest.mark.parametrize("field", sorted(SECRET_FIELDS))
def test_a_secret_field_is_never_shown_however_deep(lines: io.StringIO, field: str) -> None:
    structlog.get_logger().info("x", **{field: "do not show"}, deep={"more": [{field: "do not show"}]})
    assert "do not show" not in lines.getvalue()
    assert events(lines)[0][field] == REDACTED


SECRETS = ("+5511999998888", "5511999998888", "eyJhbGciOi.J9.abc-_", "Zm9vYmFy", "s3gredo")


@pytest.mark.parametrize(
    "text",
    [
        "call +5511999998888 now",
        "GET /customers/5511999998888/x",
        "Authorization: Bearer eyJhbGciOi.J9.abc-_",
        "bearer Zm9vYmFy",
        "/ws/chat?token=eyJhbGciOi.J9.abc-_&x=1",
        "refresh_token=s3gredo",
        "https://h/?hub.verify_token=s3gredo",
    ],
)
def test_secrets_inside_other_texts_are_removed(lines: io.StringIO, text: str) -> None:
    assert not any(secret in redact_text(text) for secret in SECRETS)
    log = structlog.get_logger()
    log.info("in_field", note=text, several=[text], nested={"a": text})
    log.info(text)
    logging.getLogger("foreign").error("failed at %s", text)
    try:
        raise RuntimeError(text)
    except RuntimeError:
        log.exception("in_exception")
        logging.getLogger("foreign").exception("in a foreign one")
    assert not any(secret in lines.getvalue() for secret in SECRETS)
    assert "RuntimeError" in lines.getvalue()
    assert len(events(lines)) == 5


@pytest.mark.parametrize("text", ["took 12345 ms", "01a2092b-3f54-7a5c-83ee-55db1ad252dd", "wamid.5511999998888x"])
def test_other_numbers_stay(text: str) -> None:
    assert redact_text(text) == text


def test_the_request_id_is_in_every_line_of_its_task(lines: io.StringIO) -> None:
    structlog.get_logger().info("before")
    token = current_request_id.set("r-1")
    structlog.get_logger().info("within")
    logging.getLogger("foreign").info("within too")
    current_request_id.reset(token)
    assert [event.get("request_id") for event in events(lines)] == [None, "r-1", "r-1"]
