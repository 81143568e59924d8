"""Notices about templates: reviews, pauses, quality, categories, changed texts."""

from typing import Final

from plantao.kit.db import Transaction
from plantao.whatsapp.account import alerts, syncs, templates
from plantao.whatsapp.account.models import APPROVED, Component, Severity
from plantao.whatsapp.account.said import Said
from plantao.whatsapp.account.templates import Change
from plantao.whatsapp.wire.fields import JsonObject, instant, label, obj, objects, text

_WARNING, _INFO = Severity.WARNING, Severity.INFO

# What a person reads of an event. The others settle what was said before.
_EVENTS: Final[dict[str, tuple[Severity, str]]] = {
    "REJECTED": (_WARNING, "O template {name} foi recusado pela Meta"),
    "PAUSED": (_WARNING, "O template {name} foi pausado pela Meta"),
    "DISABLED": (_WARNING, "O template {name} foi desativado pela Meta"),
    "FLAGGED": (_WARNING, "O template {name} está sob observação e pode ser desativado"),
    "LIMIT_EXCEEDED": (_WARNING, "A conta chegou ao limite de templates: {name} não foi aceito"),
    "LOCKED": (_WARNING, "O template {name} está travado e não pode ser alterado"),
    "PENDING_DELETION": (_INFO, "O template {name} será excluído"),
    "DELETED": (_INFO, "O template {name} foi excluído"),
    "ARCHIVED": (_INFO, "O template {name} foi arquivado por falta de uso"),
}
# FLAGGED is a warning, not a state: the template can still be sent.
_STATUS: Final = {"REINSTATED": APPROVED, "FLAGGED": None}
_QUALITY: Final = {"RED": (_WARNING, "baixa"), "YELLOW": (_INFO, "média")}


async def status(tx: Transaction, said: Said) -> None:
    event = said.need("event").upper()
    reason = _reason(said.value)
    change = Change(
        "status",
        said.at,
        status=_STATUS.get(event, event),
        category=label(said.value, "message_template_category"),
        reason=reason,
    )
    if not await _note(tx, said, change):
        return
    topic = _topic(said, "status")
    if event not in _EVENTS:
        await alerts.close(tx, topic, said.at, said.now)
        return
    severity, title = _EVENTS[event]
    detail = reason or "A Meta não disse o motivo."
    await alerts.raise_alert(tx, said.alert(topic, severity, title.format(name=_name(said)), detail), said.now)


async def quality(tx: Transaction, said: Said) -> None:
    score = said.need("new_quality_score").upper()
    if not await _note(tx, said, Change("quality", said.at, quality=score)):
        return
    topic = _topic(said, "quality")
    if score not in _QUALITY:
        await alerts.close(tx, topic, said.at, said.now)
        return
    severity, word = _QUALITY[score]
    title = f"A qualidade do template {_name(said)} agora é {word}"
    detail = "Clientes o bloqueiam ou denunciam. Se piorar, a Meta o pausa: reveja o texto e para quem ele vai."
    await alerts.raise_alert(tx, said.alert(topic, severity, title, detail), said.now)


async def category(tx: Transaction, said: Said) -> None:
    """Announced, with `correct_category` and a date, or done."""
    announced = label(said.value, "correct_category")
    told = announced or said.need("new_category")
    if not announced and not await _note(tx, said, Change("category", said.at, category=told)):
        return
    when = instant(said.value, "category_update_timestamp")
    title = f"O template {_name(said)} {'passará' if announced else 'passou'} para a categoria {told}"
    day = f" em {when:%d/%m/%Y}" if when else ""
    detail = f"A categoria muda o preço{day} e a quem pode ser enviado. Quem discorda pede revisão à Meta."
    await alerts.raise_alert(tx, said.alert(_topic(said, "category"), _WARNING, title, detail), said.now)


async def components(tx: Transaction, said: Said) -> None:
    """The notice tells the texts only: Meta is asked for the rest."""
    if await _note(tx, said, Change("components", said.at, components=_components(said.value))):
        await syncs.request(tx, syncs.templates_of(said.account()), said.now)


async def _note(tx: Transaction, said: Said, change: Change) -> bool:
    """Whether it was news. A template that we do not have in full is asked for."""
    account_id, name = said.account(), _name(said)
    known = await templates.of_name(tx, account_id, name)
    if not any(one.language == _language(said) and one.components is not None for one in known):
        await syncs.request(tx, syncs.templates_of(account_id), said.now)
    meta_id = label(said.value, "message_template_id")
    return await templates.note(tx, account_id, name, _language(said), change, meta_id, said.now)


def _name(said: Said) -> str:
    return said.need("message_template_name")


def _language(said: Said) -> str:
    """Notices are seen to write `en-US` for `en_US`."""
    return said.need("message_template_language").replace("-", "_")


def _topic(said: Said, kind: str) -> str:
    return f"template:{said.account()}:{_name(said)}:{_language(said)}:{kind}"


def _reason(value: JsonObject) -> str | None:
    """Why, in Meta's words: the longest that it gives."""
    told = (
        text(obj(value, "rejection_info"), "reason", 1000),
        text(obj(value, "rejection_info"), "recommendation", 1000),
        text(obj(value, "other_info"), "description", 1000),
    )
    code = label(value, "reason")
    words = " ".join(part for part in told if part)
    return words or (code if code != "NONE" else None)


def _components(value: JsonObject) -> list[Component]:
    found: list[Component] = []
    if title := text(value, "message_template_title"):
        found.append({"type": "HEADER", "format": "TEXT", "text": title})
    found.append({"type": "BODY", "text": text(value, "message_template_element") or ""})
    if footer := text(value, "message_template_footer"):
        found.append({"type": "FOOTER", "text": footer})
    if buttons := [_button(one) for one in objects(value, "message_template_buttons")]:
        found.append({"type": "BUTTONS", "buttons": buttons})
    return found


def _button(value: JsonObject) -> Component:
    keys = {"type": "type", "text": "text", "url": "url", "phone_number": "phone_number"}
    told = {name: text(value, f"message_template_button_{key}") for name, key in keys.items()}
    return {name: value for name, value in told.items() if value}
