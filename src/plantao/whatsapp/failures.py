"""A failed message, as it is told: to the agent in Portuguese, to the log in Meta's own words."""

from datetime import datetime
from typing import Any

import structlog

from plantao.conversations import outbox
from plantao.conversations.models import MessageStatus
from plantao.conversations.outbox import StatusUpdate
from plantao.customers.phones import other_form
from plantao.kit.db import Transaction
from plantao.whatsapp.graph.error_table import ErrorClass
from plantao.whatsapp.graph.errors import GraphError, GraphFailure, explain
from plantao.whatsapp.wire.models import WireError

log = structlog.get_logger(__name__)


def error_of(code: int | None, error_class: ErrorClass | None = None) -> dict[str, Any]:
    """What is stored with a failed message and shown to people: Meta's code, our words."""
    told = explain(code, error_class)
    return {"code": code, "title": told.title, "detail": told.action}


def error_of_failure(failure: GraphFailure) -> dict[str, Any]:
    return error_of(failure.code if isinstance(failure, GraphError) else None, failure.error_class)


def closes_window(code: int | None) -> bool:
    return explain(code).error_class is ErrorClass.NEEDS_TEMPLATE


def log_failure(failure: GraphFailure, message_id: object, attempt: int) -> None:
    said = {}
    if isinstance(failure, GraphError):
        said = {"meta_title": failure.title, "meta_detail": failure.detail, "fbtrace_id": failure.fbtrace_id}
    log.warning("send_failed", message_id=str(message_id), attempt=attempt, error=str(failure), **said)


def log_status(error: WireError, wamid: str) -> None:
    """A `failed` status: Meta took the message, and says later that it went nowhere."""
    log.warning(
        "delivery_failed",
        external_id=wamid,
        code=error.code,
        name=explain(error.code).name,
        meta_title=error.title,
        meta_detail=error.detail,
    )


async def redirected(tx: Transaction, update: StatusUpdate, now: datetime) -> bool:
    """Whether a message that Meta could not bring to its number is to be sent to the number's other form instead."""
    code = (update.error or {}).get("code")
    if update.status is not MessageStatus.FAILED or explain(code).error_class is not ErrorClass.OTHER_FORM:
        return False
    found = await outbox.addressed(tx, update)
    address = other_form(found[1]) if found is not None and found[1] is not None else None
    if found is None or address is None:
        return False
    return await outbox.redirect(tx, found[0], address, now, update.external_id)
