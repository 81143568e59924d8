"""What has become worse since Meta was last asked: for some of it no notice comes."""

from datetime import datetime, timedelta
from typing import Any, Final

from plantao.conversations.views import encode_json
from plantao.kit.db import Transaction
from plantao.whatsapp.account import alerts
from plantao.whatsapp.account.models import Alert, Severity, Standing

SHOWN: Final = timedelta(days=365)  # until it is better
_QUALITY: Final = {
    "RED": (Severity.CRITICAL, "A qualidade do número {number} está baixa: a Meta pode restringi-lo"),
    "YELLOW": (Severity.WARNING, "A qualidade do número {number} está média"),
}
_HEALTH: Final = {
    "BLOCKED": (Severity.CRITICAL, "O número {number} não pode enviar mensagens"),
    "LIMITED": (Severity.WARNING, "O número {number} está limitado no envio de mensagens"),
}
_ADVICE: Final = "Clientes bloqueiam ou denunciam o número: reveja os templates e para quem eles vão."


async def compare(tx: Transaction, before: Standing | None, now: Standing, at: datetime) -> None:
    """Raises an alert for what got worse, and closes those of what is well again."""
    old_quality = before.quality_rating if before is not None else None
    if now.quality_rating != old_quality:
        await _tell(tx, now, "quality_rating", _QUALITY.get(now.quality_rating or ""), _ADVICE, at)
    old_health = (before.can_send, list(before.reasons)) if before is not None else None
    if (now.can_send, list(now.reasons)) != old_health:
        await _tell(tx, now, "can_send", _HEALTH.get(now.can_send or ""), _why(now), at)


async def _tell(
    tx: Transaction, now: Standing, field: str, words: tuple[Severity, str] | None, detail: str, at: datetime
) -> None:
    topic = f"number:{now.phone_number_id}:{field}"
    if words is None:
        await alerts.close(tx, topic, at, at)
        return
    severity, title = words
    number = now.display_phone_number or now.phone_number_id
    alert = Alert(
        at=at,
        field=field,
        topic=topic,
        severity=severity,
        title=title.format(number=number),
        detail=detail,
        raw=encode_json({field: getattr(now, field), "reasons": now.reasons}).decode(),
        stamp=at.isoformat(),
        expires_at=at + SHOWN,
        business_account_id=now.business_account_id,
        phone_number_id=now.phone_number_id,
    )
    await alerts.raise_alert(tx, alert, at)


def _why(now: Standing) -> str:
    told = [_sentence(one) for one in now.reasons if one.get("detail")]
    return " ".join(told) or "A Meta não disse o motivo."


def _sentence(reason: dict[str, Any]) -> str:
    parts = (reason.get("detail"), reason.get("solution"))
    return " ".join(str(part) for part in parts if part)
