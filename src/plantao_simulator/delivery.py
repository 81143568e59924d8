"""The postman: puts updates into signed bodies and brings them to the webhook until it answers 200."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import httpx2

from plantao_simulator.business import Number
from plantao_simulator.faults import WebhookFaults
from plantao_simulator.ground import Ground
from plantao_simulator.wire import JsonObject, bundle, change, php_json, signature

_LARGEST = 3 * 1024 * 1024
_MOST_UPDATES = 1000
_SHELL = 4096
"""Room for the envelope around the updates of a body; contacts count with their updates."""


@lru_cache
def _authorities() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One message or status on its way. `on_attempt` hears of every answer: True for HTTP 200, None at the end."""

    kind: str
    number: Number
    item: JsonObject
    contact: JsonObject | None
    on_attempt: Callable[[bool | None], None] | None = None


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One call of the webhook. `status` is None when no answer came; `error` then says why."""

    seq: int
    delivery: int
    attempt: int
    at: float
    url: str
    ids: list[str]
    body: JsonObject = field(repr=False)
    fault: str | None = None
    status: int | None = None
    error: str | None = None
    seconds: float = 0.0

    def as_json(self, *, with_body: bool = False) -> JsonObject:
        return {name: getattr(self, name) for name in self.__slots__ if name != "body" or with_body}


@dataclass(frozen=True, slots=True)
class _Parcel:
    body: JsonObject
    updates: tuple[Update, ...]
    url: str | None

    def told(self, outcome: bool | None) -> None:
        for update in self.updates:
            if update.on_attempt:
                update.on_attempt(outcome)


class Postman:
    """Deliveries are concurrent, so their order at the receiver is not promised, as at Meta."""

    def __init__(self, ground: Ground) -> None:
        config = ground.config
        self._config, self._faults = config, ground.faults
        self._bus, self._tasks, self._now = ground.bus, ground.tasks, ground.now
        self._business, self._dice = ground.business, ground.dice
        self._held: list[Update] = []
        self._timer: asyncio.TimerHandle | None = None
        self._slots = asyncio.Semaphore(config.webhook_concurrency)
        self._numbers = itertools.count(1)
        self._attempts = itertools.count(1)
        self._client: httpx2.AsyncClient | None = None
        self.log: deque[Attempt] = deque(maxlen=config.history)

    def start(self) -> None:
        limits = httpx2.Limits(max_connections=self._config.webhook_concurrency)
        timeout = self._config.webhook_timeout
        self._client = httpx2.AsyncClient(timeout=timeout, limits=limits, verify=_authorities(), trust_env=False)

    async def stop(self) -> None:
        self._end_timer()
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    @property
    def client(self) -> httpx2.AsyncClient:
        if self._client is None:
            message = "the simulator is not started"
            raise RuntimeError(message)
        return self._client

    def put(self, *updates: Update) -> None:
        """Sends updates off, in this order if there are several; with `gather`, once enough have come together."""
        faults = self._faults.webhook
        if faults.gather <= 1:
            self._send([self._parcel([update]) for update in updates])
            return
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(faults.gather_seconds, self.flush)
        self._held.extend(updates)
        if len(self._held) >= faults.gather:
            self.flush()

    def flush(self) -> None:
        """Lets go what is gathered, in the order and number of bodies the faults ask for."""
        self._end_timer()
        held, self._held = self._ordered(self._held), []
        if held:
            batches = self._batches(held) if self._faults.webhook.batch else [[update] for update in held]
            self._send([self._parcel(batch) for batch in batches])

    def _batches(self, updates: list[Update]) -> list[list[Update]]:
        """As large as Meta makes them: one address each, at most 1,000 updates and 3 MB."""
        by_url: dict[str | None, list[Update]] = {}
        for update in updates:
            by_url.setdefault(self._url(update.number), []).append(update)
        return [batch for same in by_url.values() for batch in _fitting(same)]

    def _url(self, number: Number) -> str | None:
        return self._business.callback(number, number.account)

    def _ordered(self, updates: list[Update]) -> list[Update]:
        match self._faults.webhook.order:
            case "kept":
                return list(updates)
            case "reversed":
                return updates[::-1]
            case "shuffled":
                return self._dice.sample(updates, len(updates))

    def raw(self, body: JsonObject, url: str | None = None) -> None:
        """Delivers any body, signed, with retries; to the app's address unless another is named."""
        self._send([_Parcel(body, (), url or self._config.webhook_url)])

    def drop_held(self) -> None:
        """Forgets what is gathered."""
        self._end_timer()
        self._held.clear()

    def _end_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _parcel(self, updates: list[Update]) -> _Parcel:
        """One body. Its updates have one address: a batch is put together that way."""
        entries = [
            (account, list(self._changes(same)))
            for part in _halves(updates)
            for account, same in _grouped(part, lambda update: update.number.account.id)
        ]
        return _Parcel(bundle(entries), tuple(updates), self._url(updates[0].number))

    def _changes(self, updates: list[Update]) -> Iterator[JsonObject]:
        """Messages and statuses go in separate changes, each of one number; contacts once each, in any order."""
        for _, same in _grouped(updates, lambda update: update.number.id):
            for kind in ("messages", "statuses"):
                chosen = [update for update in same if update.kind == kind]
                if chosen:
                    yield change(_value(kind, chosen))

    def _send(self, parcels: list[_Parcel]) -> None:
        for _ in range(max(1, self._faults.webhook.copies)):
            self._tasks.spawn(self._deliver_all(parcels))

    async def _deliver_all(self, parcels: list[_Parcel]) -> None:
        for parcel in parcels:
            await self._deliver(parcel)

    async def _deliver(self, parcel: _Parcel) -> None:
        if parcel.url is None:  # nobody is subscribed
            parcel.told(None)
            return
        number = next(self._numbers)
        for attempt, gap in enumerate((*self._config.retry_gaps, None), 1):
            arrived = await self._attempt(parcel, number, attempt)
            parcel.told(arrived)
            if arrived:
                return
            if gap is None:
                parcel.told(None)
                return
            await asyncio.sleep(gap)

    async def _attempt(self, parcel: _Parcel, number: int, attempt: int) -> bool:
        async with self._slots:
            record = Attempt(
                seq=next(self._attempts),
                delivery=number,
                attempt=attempt,
                at=self._now(),
                url=str(parcel.url),
                ids=[str(update.item.get("id")) for update in parcel.updates],
                body=parcel.body,
            )
            content, headers, record.fault = self._dressed(parcel.body)
            await self._call(record, content, headers)
        self.log.append(record)
        self._bus.publish("delivery", record.as_json())
        return record.status == 200

    async def _call(self, record: Attempt, content: bytes, headers: dict[str, str]) -> None:
        started = time.perf_counter()
        try:
            answer = await self.client.post(record.url, content=content, headers=headers)
            record.status = answer.status_code
        except httpx2.HTTPError as error:
            record.error = type(error).__name__
        record.seconds = round(time.perf_counter() - started, 4)

    def _dressed(self, body: JsonObject) -> tuple[bytes, dict[str, str], str | None]:
        """Bytes and headers of one attempt, spoiled if a fault says so."""
        content = php_json(body)
        fault = _take(self._faults.webhook)
        if fault == "oversize":
            content = php_json(body | {"padding": "x" * (_LARGEST + 1 - len(content))})
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
        if fault == "bad_signature":
            headers["X-Hub-Signature-256"] = signature(content, secrets.token_hex(16))
        elif fault != "missing_signature":
            headers["X-Hub-Signature-256"] = signature(content, self._config.app_secret)
        return content, headers, fault


def _take(faults: WebhookFaults) -> str | None:
    for name in ("bad_signature", "missing_signature", "oversize"):
        left: int = getattr(faults, name)
        if left > 0:
            setattr(faults, name, left - 1)
            return name
    return None


def _value(kind: str, updates: list[Update]) -> JsonObject:
    contacts = _unique(u.contact for u in updates if u.contact)
    value: JsonObject = {"messaging_product": "whatsapp", "metadata": updates[0].number.metadata}
    if contacts:
        value["contacts"] = contacts
    return value | {kind: [u.item for u in updates]}


def _grouped(updates: list[Update], key: Callable[[Update], str]) -> list[tuple[str, list[Update]]]:
    groups: dict[str, list[Update]] = {}
    for update in updates:
        groups.setdefault(key(update), []).append(update)
    return list(groups.items())


def _fitting(updates: list[Update]) -> Iterator[list[Update]]:
    """Cut, in order, into pieces that fit into a body."""
    batch: list[Update] = []
    size = _SHELL
    for update in updates:
        weight = len(php_json([update.item, update.contact]))
        if batch and (len(batch) >= _MOST_UPDATES or size + weight > _LARGEST):
            yield batch
            batch, size = [], _SHELL
        batch.append(update)
        size += weight
    yield batch


def _halves(updates: list[Update]) -> list[list[Update]]:
    """From four updates on a body has two entries, so that a reader of the first only is found out."""
    middle = len(updates) // 2 if len(updates) >= 4 else len(updates)
    return [part for part in (updates[:middle], updates[middle:]) if part]


def _unique(contacts: Iterable[JsonObject]) -> list[Any]:
    return list({php_json(contact): contact for contact in contacts}.values())
