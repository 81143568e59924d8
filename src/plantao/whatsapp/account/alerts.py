"""What needs a person, in SQL and on the way to the screens."""

import hashlib
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, text

from plantao.conversations.views import encode_json
from plantao.kit import metrics
from plantao.kit.db import Transaction
from plantao.kit.errors import NotFound
from plantao.whatsapp.account.models import Alert, AlertView, Severity

TOPIC: Final = "whatsapp.alert"
CLOSED: Final = "whatsapp.alerts_closed"  # a JSON list of ids
MOST_SHOWN: Final = 200

_COLUMNS = "id, at, severity, title, detail, field, business_account_id, phone_number_id"

RAISE = text(f"""
    INSERT INTO whatsapp_alerts
        (at, business_account_id, phone_number_id, field, topic, severity, title, detail, fingerprint, raw, expires_at)
    VALUES
        (:at, :business_account_id, :phone_number_id, :field, :topic, :severity, :title, :detail, :fingerprint,
         CAST(:raw AS jsonb), :expires_at)
    ON CONFLICT (fingerprint) DO NOTHING RETURNING {_COLUMNS}
""")

CLOSE = text("""
    UPDATE whatsapp_alerts SET closed_at = :now
    WHERE topic = :topic AND closed_at IS NULL AND at <= :at AND id <> :but RETURNING id
""")

# The row stays for as long as Meta may say the same once more: that is no news.
DISMISS = text(f"""
    UPDATE whatsapp_alerts SET closed_at = :now WHERE id = :id AND closed_at IS NULL AND expires_at > :now
    RETURNING {_COLUMNS}
""")

OPEN = text(f"""
    SELECT {_COLUMNS} FROM whatsapp_alerts WHERE closed_at IS NULL AND expires_at > :now
    ORDER BY at DESC, id DESC LIMIT :limit
""")

PRUNE = text("DELETE FROM whatsapp_alerts WHERE coalesce(closed_at, expires_at) < :before")


async def raise_alert(tx: Transaction, alert: Alert, now: datetime) -> None:
    """Once, however often Meta says it. What was open on the same topic is closed by it."""
    row = await tx.first(RAISE, _row(alert))
    if row is None:
        return
    await _close(tx, alert.topic, alert.at, now, but=row.id)
    metrics.WHATSAPP_ALERTS.labels(alert.severity).inc()
    tx.publish(TOPIC, encode_json(_view(row)))


async def close(tx: Transaction, topic: str, at: datetime, now: datetime) -> None:
    """What was said on `topic` up to `at` is settled."""
    await _close(tx, topic, at, now, but=0)


async def _close(tx: Transaction, topic: str, at: datetime, now: datetime, *, but: int) -> None:
    closed = await tx.rows(CLOSE, {"topic": topic, "at": at, "now": now, "but": but})
    _tell_closed(tx, [row.id for row in closed])


async def dismiss(tx: Transaction, alert_id: int, now: datetime) -> AlertView:
    """Somebody has taken care of it. Answers what it said; raises `NotFound` for one that is not open."""
    row = await tx.first(DISMISS, {"id": alert_id, "now": now})
    if row is None:
        raise NotFound("Aviso não encontrado.")
    _tell_closed(tx, [row.id])
    return _view(row)


def _tell_closed(tx: Transaction, ids: list[int]) -> None:
    if ids:
        tx.publish(CLOSED, encode_json(ids))


async def open_alerts(tx: Transaction, now: datetime) -> list[AlertView]:
    """The newest first."""
    return [_view(row) for row in await tx.rows(OPEN, {"now": now, "limit": MOST_SHOWN})]


async def prune(tx: Transaction, before: datetime) -> None:
    await tx.run(PRUNE, {"before": before})


def _fingerprint(alert: Alert) -> bytes:
    parts = (alert.field, alert.topic, alert.stamp, alert.raw)
    return hashlib.sha256("\n".join(parts).encode()).digest()


def _row(alert: Alert) -> dict[str, Any]:
    return {
        "at": alert.at,
        "business_account_id": alert.business_account_id,
        "phone_number_id": alert.phone_number_id,
        "field": alert.field,
        "topic": alert.topic,
        "severity": alert.severity,
        "title": alert.title,
        "detail": alert.detail,
        "fingerprint": _fingerprint(alert),
        "raw": alert.raw,
        "expires_at": alert.expires_at,
    }


def _view(row: Row[Any]) -> AlertView:
    return AlertView(**dict(row._mapping) | {"severity": Severity(row.severity)})
