"""Making and deleting templates: Meta first, then our own table."""

from collections.abc import Sequence
from datetime import datetime

from plantao.kit.db import Database
from plantao.kit.errors import Conflict, NotFound
from plantao.whatsapp.account import syncs, templates
from plantao.whatsapp.account.authoring import check_new, parameter_format
from plantao.whatsapp.account.models import DELETED, Component, Template
from plantao.whatsapp.account.refusals import refusal
from plantao.whatsapp.account.templates import Change
from plantao.whatsapp.graph import account as graph_account
from plantao.whatsapp.graph.errors import GraphFailure, OutcomeUnknown
from plantao.whatsapp.numbers import Number, Numbers
from plantao.whatsapp.wire.fields import label


def number_of(numbers: Numbers, account_id: str | None) -> tuple[str, Number]:
    """The account, of the first number unless named, and a number by which Meta is asked about it.

    Raises `Conflict` without any, `NotFound` for one that is not ours.
    """
    wanted = account_id or numbers.first.business_account_id
    if wanted is None:
        raise Conflict("Falta configurar PLANTAO_WHATSAPP_BUSINESS_ACCOUNT_ID para usar templates.")
    for number in numbers:
        if number.business_account_id == wanted:
            return wanted, number
    raise NotFound("Conta não encontrada.")


async def create(
    database: Database,
    numbers: Numbers,
    account_id: str | None,
    name: str,
    language: str,
    category: str,
    components: Sequence[Component],
    now: datetime,
) -> Template:
    """Raises `ValidationFailed` before Meta is asked, then as `refusal`."""
    check_new(name, language, category, components)
    account_id, number = number_of(numbers, account_id)
    body = {
        "name": name,
        "language": language,
        "category": category,
        "parameter_format": parameter_format(components),
        "components": list(components),
    }
    try:
        answer = await graph_account.create_template(number.graph, account_id, body)
    except GraphFailure as failure:
        await _ask_again_if_unknown(database, account_id, failure, now)
        raise refusal(failure) from None
    change = Change(
        "made",  # by us: no notice of Meta's is later or earlier than that
        now,
        status=label(answer, "status") or "PENDING",
        category=label(answer, "category") or category,
        components=list(components),
    )
    async with database.transaction() as tx:
        await templates.note(tx, account_id, name, language, change, label(answer, "id"), now)
        [made] = [one for one in await templates.of_name(tx, account_id, name) if one.language == language]
    return made


async def delete(
    database: Database, numbers: Numbers, account_id: str | None, name: str, language: str | None, now: datetime
) -> None:
    """In one language, or in all. Raises `NotFound`, and as `refusal`."""
    account_id, number = number_of(numbers, account_id)
    async with database.reading() as tx:
        known = [one for one in await templates.of_name(tx, account_id, name) if one.status != DELETED]
    chosen = [one for one in known if language in (None, one.language)]
    if not chosen or (language is not None and chosen[0].meta_id is None):
        raise NotFound("Template não encontrado.")
    try:
        meta_id = chosen[0].meta_id if language is not None else None
        await graph_account.delete_template(number.graph, account_id, name, meta_id)
    except GraphFailure as failure:
        await _ask_again_if_unknown(database, account_id, failure, now)
        raise refusal(failure) from None
    async with database.transaction() as tx:
        await templates.forget(tx, account_id, name, language, now)


async def _ask_again_if_unknown(database: Database, account_id: str, failure: GraphFailure, now: datetime) -> None:
    """Meta may have done it all the same."""
    if isinstance(failure, OutcomeUnknown):
        async with database.transaction() as tx:
            await syncs.request(tx, syncs.templates_of(account_id), now)
