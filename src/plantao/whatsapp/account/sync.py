"""Asking Meta, now and then, for what it thinks of our numbers and which templates there are."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from plantao.kit.clock import Clock
from plantao.kit.db import Database
from plantao.whatsapp import sending_state
from plantao.whatsapp.account import standing, syncs, templates
from plantao.whatsapp.account.health_alerts import compare
from plantao.whatsapp.account.models import Standing, Template
from plantao.whatsapp.graph import account as graph_account
from plantao.whatsapp.graph.errors import GraphFailure, OutcomeUnknown
from plantao.whatsapp.numbers import Number, Numbers
from plantao.whatsapp.wire.fields import JsonObject, label, obj, text

log = structlog.get_logger(__name__)

EVERY: Final = timedelta(hours=1)
AT_START: Final = timedelta(minutes=1)  # another process may just have asked
ON_REFRESH: Final = timedelta(seconds=5)
LOOK_SECONDS: Final = 60.0  # between two looks at whether something is due
CALL_SECONDS: Final = 90.0  # for all pages of one account: less than the lease


@dataclass(slots=True)
class AccountSync:
    """`step` is the worker's. `page`: templates in one answer of Meta."""

    database: Database
    numbers: Numbers
    clock: Clock
    page: int = graph_account.PAGE
    _started: bool = field(default=False, init=False)

    async def step(self) -> float:
        """Asks for what is due; answers the seconds until the next look. Meta's being away is no failure."""
        age = EVERY if self._started else AT_START
        self._started = True
        for number in self.numbers:
            if number.phone_number_id:
                await self._sync_number(number, age)
        for account_id, number in self.accounts():
            await self._attempt_templates(account_id, number, age)
        return LOOK_SECONDS

    def accounts(self) -> Iterator[tuple[str, Number]]:
        """Each business account once, with a number by which it can be asked."""
        found: dict[str, Number] = {}
        for number in self.numbers:
            if number.business_account_id:
                found.setdefault(number.business_account_id, number)
        return iter(found.items())

    async def refresh(self) -> None:
        """Asks for all templates at once, unless somebody has just done so or is at it. Raises a GraphFailure."""
        for account_id, number in self.accounts():
            try:
                await self._sync_templates(account_id, number, ON_REFRESH)
            except GraphFailure:
                async with self.database.transaction() as tx:
                    await syncs.release(tx, syncs.templates_of(account_id))
                raise

    async def _sync_number(self, number: Number, age: timedelta) -> None:
        subject = syncs.number(number.phone_number_id)
        asked_at = await self._claim(subject, age)
        if asked_at is None:
            return
        try:
            said = await graph_account.number_info(number.graph, number.phone_number_id)
        except GraphFailure as failure:
            log.warning("whatsapp_sync_failed", subject=subject, error=str(failure))
            return
        told = {name: value for name, value in _fields(said).items() if name != "app_id"}
        now = Standing(number.phone_number_id, number.business_account_id, **told, synced_at=asked_at)
        async with self.database.transaction() as tx:
            before = await standing.replace(tx, now)
            if now.throughput_level is not None:
                await sending_state.set_throughput(tx, number.phone_number_id, now.throughput_level)
            await compare(tx, before, now, asked_at)
            await syncs.done(tx, subject, asked_at)

    async def _attempt_templates(self, account_id: str, number: Number, age: timedelta) -> None:
        try:
            await self._sync_templates(account_id, number, age)
        except GraphFailure as failure:
            log.warning("whatsapp_sync_failed", subject=syncs.templates_of(account_id), error=str(failure))

    async def _sync_templates(self, account_id: str, number: Number, age: timedelta) -> None:
        """Raises a GraphFailure; then the lease stands, and is the pause until the next attempt."""
        subject = syncs.templates_of(account_id)
        asked_at = await self._claim(subject, age)
        if asked_at is None:
            return
        found = await self._all_templates(account_id, number)
        async with self.database.transaction() as tx:
            await templates.replace_all(tx, account_id, found, asked_at)
            await syncs.done(tx, subject, asked_at)

    async def _all_templates(self, account_id: str, number: Number) -> list[Template]:
        found: list[Template] = []
        try:
            async with asyncio.timeout(CALL_SECONDS):
                async for page in graph_account.template_pages(number.graph, account_id, self.page):
                    found += [one for item in page if (one := _template(account_id, item)) is not None]
        except TimeoutError:
            raise OutcomeUnknown("the templates took too long to be listed") from None
        return found

    async def _claim(self, subject: str, age: timedelta) -> datetime | None:
        now = self.clock.now()
        async with self.database.transaction() as tx:
            return now if await syncs.claim(tx, subject, now, now - age) else None


def _fields(said: graph_account.NumberInfo) -> JsonObject:
    return {name: getattr(said, name) for name in said.__struct_fields__}


def _template(account_id: str, item: JsonObject) -> Template | None:
    name, language, status = text(item, "name", 512), text(item, "language", 40), label(item, "status")
    if not name or not language or not status:
        log.warning("template_unreadable", account=account_id)
        return None
    reason, parts = label(item, "rejected_reason"), item.get("components")
    return Template(
        business_account_id=account_id,
        name=name,
        language=language,
        meta_id=label(item, "id"),
        category=label(item, "category"),
        status=status,
        quality=label(obj(item, "quality_score"), "score"),
        reason=reason if reason != "NONE" else None,
        components=[one for one in parts if isinstance(one, dict)] if isinstance(parts, list) else [],
    )
