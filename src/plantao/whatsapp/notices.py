"""What Meta says of the account rather than of a conversation: kept, and told to those whom it concerns."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

import structlog

from plantao.kit.db import Transaction
from plantao.whatsapp.account import account_notices, number_notices, preferences, template_notices
from plantao.whatsapp.account.said import Said, opened
from plantao.whatsapp.wire.fields import Malformed
from plantao.whatsapp.wire.models import BadItem, Notice

log = structlog.get_logger(__name__)

Handler = Callable[[Transaction, Said], Awaitable[None]]

HANDLERS: Final[dict[str, Handler]] = {
    "message_template_status_update": template_notices.status,
    "message_template_quality_update": template_notices.quality,
    "template_category_update": template_notices.category,
    "message_template_components_update": template_notices.components,
    "phone_number_quality_update": number_notices.quality,
    "phone_number_name_update": number_notices.name,
    "business_capability_update": number_notices.capability,
    "security": number_notices.security,
    "account_update": account_notices.update,
    "account_alerts": account_notices.alert,
    "account_review_update": account_notices.review,
    "user_preferences": preferences.note,
}


async def apply_notices(
    tx: Transaction, notices: Sequence[Notice], received_at: datetime, now: datetime
) -> list[BadItem]:
    """Answers those that could not be read. Fields that nobody handles are in the log, with the others."""
    bad: list[BadItem] = []
    for notice in notices:
        handle = _handler(notice)
        if handle is None:
            continue
        try:
            await handle(tx, opened(notice, received_at, now))
        except Malformed as reason:
            bad.append(BadItem(notice.path, str(reason), notice.raw))
    return bad


def _handler(notice: Notice) -> Handler | None:
    if notice.field == "messages" and ".errors[" in notice.path:
        return account_notices.error
    return HANDLERS.get(notice.field)
