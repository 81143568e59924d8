"""The company's side at Meta: accounts with their templates, phone numbers with their limits, and who may use them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from plantao_simulator.config import NumberConfig, SimulatorConfig
from plantao_simulator.limits import Limits, TokenBucket
from plantao_simulator.templates import TemplateShelf
from plantao_simulator.wire import JsonObject

HIGH_THROUGHPUT = 1000
_HOUR = 3600
_TEMPLATES_PER_HOUR = 100

SendState = Literal["AVAILABLE", "LIMITED", "BLOCKED"]


@dataclass(slots=True, kw_only=True, eq=False)
class Account:
    """One WhatsApp Business account. `override` is where its webhooks go instead of the app's address."""

    id: str
    name: str
    templates: TemplateShelf
    management: TokenBucket
    creations: TokenBucket
    override: str | None = None
    subscribed: bool = True
    review: str = "APPROVED"
    tier: str | int = "TIER_2K"
    max_numbers: int = 25
    ban_state: str | None = None
    restrictions: list[JsonObject] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    alerts: list[JsonObject] = field(default_factory=list)

    def can_send(self) -> SendState:
        if self.ban_state == "DISABLE" or self.review == "REJECTED":
            return "BLOCKED"
        return "LIMITED" if self.restrictions or self.ban_state else "AVAILABLE"

    def as_json(self) -> JsonObject:
        """What the control API shows."""
        names = ("id", "name", "override", "subscribed", "review", "tier", "max_numbers", "ban_state", "restrictions")
        shown = {name: getattr(self, name) for name in (*names, "violations", "alerts")}
        return shown | {"can_send_message": self.can_send(), "templates": self.templates.as_graph()}


@dataclass(slots=True, kw_only=True, eq=False)
class Number:
    """One business phone number. `profile` is what people see about the company."""

    id: str
    account: Account
    display_phone: str
    verified_name: str
    limits: Limits
    quality: str = "GREEN"
    throughput: str = "STANDARD"
    status: str = "CONNECTED"
    name_status: str = "APPROVED"
    registered: bool = True
    pin: str | None = None
    username: str | None = None
    override: str | None = None
    profile: JsonObject = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    registrations: list[float] = field(default_factory=list)

    @property
    def digits(self) -> str:
        """The number as webhooks carry it: digits only."""
        return re.sub(r"\D", "", self.display_phone)

    @property
    def metadata(self) -> JsonObject:
        return {"display_phone_number": self.digits, "phone_number_id": self.id}

    def can_send(self) -> SendState:
        if not self.registered:
            return "BLOCKED"
        return "LIMITED" if self.name_status != "APPROVED" else "AVAILABLE"

    def set_throughput(self, level: str) -> None:
        """`HIGH` is a thousand messages a second, anything else the standard."""
        self.throughput = level
        self.limits.set_rate(HIGH_THROUGHPUT if level == "HIGH" else None)

    def as_json(self) -> JsonObject:
        names = ("id", "display_phone", "verified_name", "quality", "throughput", "status", "name_status", "registered")
        shown: JsonObject = {name: getattr(self, name) for name in (*names, "username", "override", "profile")}
        rate = self.limits.messages_per_second
        return shown | {"account": self.account.id, "messages_per_second": rate, "blocked": sorted(self.blocked)}


class Business:
    """All accounts and numbers. `first` is the number of the plain settings."""

    def __init__(self, config: SimulatorConfig) -> None:
        self._config = config
        self.accounts: dict[str, Account] = {}
        self.numbers: dict[str, Number] = {}
        self.tokens: dict[str, frozenset[str] | None] = {}
        """Accepted tokens, each with the accounts it may use (None: all)."""
        self.restore()

    @property
    def first(self) -> Number:
        return next(iter(self.numbers.values()))

    def restore(self) -> None:
        """Everything as the settings say."""
        for part in (self.accounts, self.numbers, self.tokens):
            part.clear()
        config = self._config
        self.tokens[config.access_token] = None
        first = NumberConfig(
            phone_number_id=config.phone_number_id,
            display_phone=config.display_phone,
            verified_name=config.verified_name,
        )
        for given in (first, *config.numbers):
            self.add(given)

    def add(self, given: NumberConfig) -> Number:
        """One more number, in an account of its own if the account is new. ValueError if the id is taken."""
        if given.phone_number_id in self.numbers or given.phone_number_id in self.accounts:
            message = f"{given.phone_number_id} exists already"
            raise ValueError(message)
        account = self._account(given.business_account_id or self._config.business_account_id)
        number = Number(
            id=given.phone_number_id,
            account=account,
            display_phone=given.display_phone or _made_up_phone(given.phone_number_id),
            verified_name=given.verified_name or self._config.verified_name,
            limits=Limits(self._config, given.messages_per_second),
            quality=given.quality,
        )
        number.profile = {"about": f"{number.verified_name}: atendimento", "vertical": "OTHER"}
        self.numbers[number.id] = number
        if given.access_token:
            known = self.tokens.get(given.access_token, frozenset())
            self.tokens[given.access_token] = None if known is None else known | {account.id}
        return number

    def _account(self, account_id: str) -> Account:
        if account_id not in self.accounts:
            self.accounts[account_id] = Account(
                id=account_id,
                name=self._config.verified_name,
                templates=TemplateShelf.of(self._config.templates),
                management=TokenBucket(self._config.management_per_hour / _HOUR, self._config.management_per_hour),
                creations=TokenBucket(_TEMPLATES_PER_HOUR / _HOUR, _TEMPLATES_PER_HOUR),
            )
        return self.accounts[account_id]

    def numbers_of(self, account: Account) -> Iterator[Number]:
        return (number for number in self.numbers.values() if number.account is account)

    def callback(self, number: Number | None, account: Account) -> str | None:
        """Where webhooks go: the number's address, else the account's, else the app's. None: nobody subscribed."""
        if not account.subscribed:
            return None
        own = number.override if number else None
        return own or account.override or self._config.webhook_url

    def allows(self, token: str, account: Account) -> bool:
        scope = self.tokens.get(token, frozenset())
        return scope is None or account.id in scope

    def find_number(self, name: str | None) -> Number:
        """By id or by digits; the first one for None. ValueError if there is none."""
        if name is None:
            return self.first
        digits = re.sub(r"\D", "", name)
        found = self.numbers.get(name) or next((n for n in self.numbers.values() if n.digits == digits), None)
        if found is None:
            message = f"no business number {name}"
            raise ValueError(message)
        return found


def _made_up_phone(phone_number_id: str) -> str:
    tail = phone_number_id[-7:].rjust(7, "0")
    return f"+55 11 3{tail[:3]}-{tail[3:]}"
