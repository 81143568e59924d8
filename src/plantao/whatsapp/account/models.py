"""Numbers, templates and alerts, as they are kept. Words in capitals are Meta's own and may be new ones."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from plantao.conversations.views import Moment

APPROVED: Final = "APPROVED"
DELETED: Final = "DELETED"
MARKETING: Final = "MARKETING"

Component = dict[str, Any]
"""One of Meta's own: `{"type": "BODY", "text": "Olá {{1}}"}`."""


class Severity(StrEnum):
    """`info`: good to know; `warning`: look at it today; `critical`: messages stop, or soon will."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Template:
    """One name in one language. `components` are None until Meta was asked for them."""

    business_account_id: str
    name: str
    language: str
    meta_id: str | None
    category: str | None
    status: str
    quality: str | None
    reason: str | None
    components: list[Component] | None
    synced_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What Meta says of one number. `reasons`: why `can_send` is not AVAILABLE, as
    `{entity, can_send, code, detail, solution}`."""

    phone_number_id: str
    business_account_id: str | None = None
    display_phone_number: str | None = None
    verified_name: str | None = None
    quality_rating: str | None = None
    status: str | None = None
    name_status: str | None = None
    throughput_level: str | None = None
    messaging_limit: str | None = None
    account_mode: str | None = None
    can_send: str | None = None
    reasons: tuple[dict[str, Any], ...] | list[dict[str, Any]] = ()
    synced_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """`topic`: what it is about; the next word on the same topic closes this one, and `expires_at` does.

    `stamp`: Meta's time of it, or the day; the same words on the same topic with the same stamp are said once.
    """

    at: datetime
    field: str
    topic: str
    severity: Severity
    title: str
    detail: str
    raw: str
    stamp: str
    expires_at: datetime
    business_account_id: str | None = None
    phone_number_id: str | None = None


class AlertView(msgspec.Struct, frozen=True):
    """An alert as the API and the socket show it."""

    id: int
    at: Moment
    severity: Severity
    title: str
    detail: str
    field: str
    business_account_id: str | None
    phone_number_id: str | None
