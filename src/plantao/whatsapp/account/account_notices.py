"""Notices about a whole business account: restrictions, violations, bans, Meta's own alerts."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from plantao.kit.db import Transaction
from plantao.whatsapp.account import alerts
from plantao.whatsapp.account.models import Severity
from plantao.whatsapp.account.said import Said
from plantao.whatsapp.wire.errors import read_error
from plantao.whatsapp.wire.fields import JsonObject, instant, label, obj, objects

_INFO, _WARNING, _CRITICAL = Severity

_EVENTS: Final[dict[str, tuple[Severity, str]]] = {
    "ACCOUNT_RESTRICTION": (_CRITICAL, "A Meta restringiu a conta do WhatsApp"),
    "ACCOUNT_VIOLATION": (_WARNING, "A conta do WhatsApp violou uma política da Meta"),
    "ACCOUNT_DELETED": (_CRITICAL, "A conta do WhatsApp foi excluída"),
    "ACCOUNT_OFFBOARDED": (_CRITICAL, "A conta do WhatsApp saiu da plataforma"),
    "ACCOUNT_RECONNECTED": (_INFO, "A conta do WhatsApp foi reconectada"),
    "PARTNER_REMOVED": (_WARNING, "Um parceiro perdeu o acesso à conta do WhatsApp"),
    "PARTNER_APP_UNINSTALLED": (_WARNING, "Um aplicativo parceiro foi removido da conta do WhatsApp"),
}
_BANS: Final[dict[str, tuple[Severity, str]]] = {
    "SCHEDULE_FOR_DISABLE": (_CRITICAL, "A Meta vai desativar a conta do WhatsApp"),
    "DISABLE": (_CRITICAL, "A Meta desativou a conta do WhatsApp"),
    "REINSTATE": (_INFO, "A Meta reativou a conta do WhatsApp"),
}
_SEVERITIES: Final = {"CRITICAL": _CRITICAL, "WARNING": _WARNING}
_REVIEWS: Final = {"REJECTED": _CRITICAL, "DEFERRED": _WARNING}
# Events on one topic settle each other; every other event is a topic of its own.
_TOPICS: Final = {"ACCOUNT_OFFBOARDED": "connection", "ACCOUNT_RECONNECTED": "connection"}


async def update(tx: Transaction, said: Said) -> None:
    event = said.need("event").upper()
    state = (label(obj(said.value, "ban_info"), "waba_ban_state") or "").upper()
    known = _BANS.get(state) if event == "DISABLED_UPDATE" else _EVENTS.get(event)
    severity, title = known or (_INFO, f"A Meta avisou de uma mudança na conta do WhatsApp: {event}")
    ends = max((end for one in _restrictions(said.value) if (end := instant(one, "expiration"))), default=None)
    topic = f"account:{said.account()}:{_TOPICS.get(event, event)}"
    detail = _details(said.value, ends) or "Veja o Gerenciador do WhatsApp, na Meta."
    await alerts.raise_alert(tx, said.alert(topic, severity, title, detail, expires_at=ends), said.now)


def _restrictions(value: JsonObject) -> Iterator[JsonObject]:
    return objects(value, "restriction_info")


def _details(value: JsonObject, ends: datetime | None) -> str:
    """What the notice says, with its own words in it."""
    told = [f"Restrição: {kind}." for one in _restrictions(value) if (kind := label(one, "restriction_type"))]
    if ends is not None:
        told.append(f"Até {ends:%d/%m/%Y %H:%M} UTC.")
    if kind := label(obj(value, "violation_info"), "violation_type"):
        told.append(f"Violação: {kind}.")
    if day := label(obj(value, "ban_info"), "waba_ban_date"):
        told.append(f"Data: {day}.")
    return " ".join(told)


async def alert(tx: Transaction, said: Said) -> None:
    """Meta's own alerts. Those that are not ACTIVE any more settle the earlier ones."""
    info = obj(said.value, "alert_info") or said.value
    kind = label(info, "alert_type") or "?"
    entity = f"{label(said.value, 'entity_type')}:{label(said.value, 'entity_id')}"
    topic = f"account:{said.account()}:{entity}:{kind}"
    if (label(info, "alert_status") or "ACTIVE").upper() != "ACTIVE":
        await alerts.close(tx, topic, said.at, said.now)
        return
    severity = _SEVERITIES.get((label(info, "alert_severity") or "").upper(), _INFO)
    detail = label(info, "alert_description", 2000) or "A Meta não disse mais."
    await alerts.raise_alert(tx, said.alert(topic, severity, f"Aviso da Meta: {kind}", detail), said.now)


async def review(tx: Transaction, said: Said) -> None:
    decision = said.need("decision").upper()
    topic = f"account:{said.account()}:review"
    if decision not in _REVIEWS:
        await alerts.close(tx, topic, said.at, said.now)
        return
    title = "A análise da conta do WhatsApp pela Meta não foi aprovada"
    detail = f"Decisão: {decision}. Veja o que falta no Gerenciador do WhatsApp."
    await alerts.raise_alert(tx, said.alert(topic, _REVIEWS[decision], title, detail), said.now)


async def error(tx: Transaction, said: Said) -> None:
    """An error that belongs to no message: of the number, or of the account."""
    found = read_error(said.value)
    topic = f"error:{said.account_id}:{said.phone_number_id}:{found.code}"
    title = f"Erro {found.code} da Meta: {found.title}" if found.code is not None else "Erro da Meta"
    detail = found.detail or found.title or "A Meta não disse mais."
    await alerts.raise_alert(tx, said.alert(topic, Severity.WARNING, title, detail), said.now)
