"""Notices about our numbers: throughput, limits, names, and who wants to take one over."""

from typing import Final

from plantao.kit.db import Transaction
from plantao.whatsapp import sending_state
from plantao.whatsapp.account import alerts, standing, syncs
from plantao.whatsapp.account.models import Severity
from plantao.whatsapp.account.said import Said
from plantao.whatsapp.wire.fields import label

# Meta's documents show both the words and the numbers.
_TIERS: Final = {"50": "TIER_50", "250": "TIER_250", "1000": "TIER_1K", "2000": "TIER_2K", "10000": "TIER_10K"}
_TIERS_ABOVE: Final = {"100000": "TIER_100K", "-1": "TIER_UNLIMITED"}
_ORDER: Final = (*_TIERS.values(), *_TIERS_ABOVE.values())

_SECURITY: Final = {
    "PIN_RESET_REQUEST": "Alguém pediu para trocar o PIN do número {number}",
    "PIN_RESET_SUCCESS": "O PIN do número {number} foi trocado",
    "PIN_CHANGED": "O PIN do número {number} foi alterado",
}


async def quality(tx: Transaction, said: Said) -> None:
    """ONBOARDING, THROUGHPUT_UPGRADE; of old also FLAGGED, UNFLAGGED, UPGRADE, DOWNGRADE."""
    event, id_ = said.need("event").upper(), await _number(tx, said)
    limit = tier(label(said.value, "max_daily_conversations_per_business") or label(said.value, "current_limit"))
    throughput = "HIGH" if event == "THROUGHPUT_UPGRADE" else None
    rating = {"FLAGGED": "RED", "UNFLAGGED": "GREEN"}.get(event)
    values = {"messaging_limit": limit, "throughput_level": throughput, "quality_rating": rating}
    await _keep(tx, said, [id_] if id_ else [], values)
    if throughput and id_:
        await sending_state.set_throughput(tx, id_, throughput)
    if event in ("FLAGGED", "DOWNGRADE"):
        title = f"A qualidade do número {_shown(said)} caiu: a Meta pode baixar o limite de mensagens"
        detail = "Muitos clientes bloquearam ou denunciaram o número. Reveja templates e envios em massa."
        alert = said.alert(_topic(said, "quality"), Severity.WARNING, title, detail, phone_number_id=id_)
        await alerts.raise_alert(tx, alert, said.now)
    else:
        await alerts.close(tx, _topic(said, "quality"), said.at, said.now)


async def name(tx: Transaction, said: Said) -> None:
    decision, id_ = said.need("decision").upper(), await _number(tx, said)
    wanted = label(said.value, "requested_verified_name")
    accepted = decision == "APPROVED"
    values = {"name_status": decision, "verified_name": wanted if accepted else None}
    await _keep(tx, said, [id_] if id_ else [], values)
    if accepted:
        await alerts.close(tx, _topic(said, "name"), said.at, said.now)
        return
    title = f"O nome “{wanted or '?'}” do número {_shown(said)} não foi aprovado"
    detail = f"Decisão da Meta: {decision}. {label(said.value, 'rejection_reason', 1000) or ''}".rstrip()
    alert = said.alert(_topic(said, "name"), Severity.WARNING, title, detail, phone_number_id=id_)
    await alerts.raise_alert(tx, alert, said.now)


async def capability(tx: Transaction, said: Said) -> None:
    """How many customers a day all numbers of the account together may write to first."""
    limit = tier(label(said.value, "max_daily_conversations_per_business"))
    ids = await standing.of_account(tx, said.account())
    known = [one.messaging_limit for one in await standing.everything(tx) if one.phone_number_id in ids]
    await _keep(tx, said, ids, {"messaging_limit": limit})
    topic = f"account:{said.account()}:capability"
    if not any(_is_lower(limit, before) for before in known):
        await alerts.close(tx, topic, said.at, said.now)
        return
    title = f"A Meta baixou o limite de mensagens da conta para {limit}"
    detail = "É a quantos clientes por dia se pode escrever primeiro. Responder a quem escreveu não conta."
    await alerts.raise_alert(tx, said.alert(topic, Severity.WARNING, title, detail), said.now)


async def security(tx: Transaction, said: Said) -> None:
    event, id_ = said.need("event").upper(), await _number(tx, said)
    title = _SECURITY.get(event, "Aviso de segurança da Meta sobre o número {number}").format(number=_shown(said))
    detail = f"Evento: {event}. Se não foi ninguém da equipe, troque a senha da conta na Meta e o PIN do número."
    alert = said.alert(_topic(said, "security"), Severity.CRITICAL, title, detail, phone_number_id=id_)
    await alerts.raise_alert(tx, alert, said.now)


def tier(limit: str | None) -> str | None:
    """`TIER_2K` for `2000`; words of Meta's as they are."""
    return None if limit is None else (_TIERS | _TIERS_ABOVE).get(limit, limit.upper())


def _is_lower(limit: str | None, before: str | None) -> bool:
    return limit in _ORDER and before in _ORDER and _ORDER.index(limit) < _ORDER.index(before)


async def _keep(tx: Transaction, said: Said, ids: list[str], values: dict[str, str | None]) -> None:
    await standing.change(tx, ids, values, said.now)
    for id_ in ids:
        await syncs.request(tx, syncs.number(id_), said.now)  # a notice tells a part


async def _number(tx: Transaction, said: Said) -> str | None:
    return await standing.with_digits(tx, said.account_id, label(said.value, "display_phone_number"))


def _shown(said: Said) -> str:
    return label(said.value, "display_phone_number") or "?"


def _topic(said: Said, kind: str) -> str:
    return f"number:{said.account_id}:{_shown(said)}:{kind}"
