"""What the simulator pretends to be, and how fast its world turns."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from plantao_simulator.templates import DEMO_TEMPLATES, Template

Clock = Callable[[], float]
"""Answers the present as Unix seconds. Delays and retries run in real time; everything that is *dated* asks this."""

FailureMode = Literal["sync", "async"]
"""How Meta tells a refusal: at once as HTTP 400, or as HTTP 200 followed by a `failed` status."""


def _secret() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberConfig:
    """One more business number. What is left out is the first number's, or made up."""

    phone_number_id: str
    business_account_id: str | None = None
    display_phone: str | None = None
    verified_name: str | None = None
    access_token: str | None = None
    """A token of its own, good for this number's account only. The first number's token is good for all."""
    messages_per_second: float | None = None
    quality: Literal["GREEN", "YELLOW", "RED", "NA", "UNKNOWN"] = "GREEN"


@dataclass(slots=True, kw_only=True)
class SimulatorConfig:
    """The company's numbers at Meta. Secrets left out are made up, so none is ever a known value.

    The fields from `sent_delay` on may be changed while it runs (`PATCH /_sim/settings`).
    """

    webhook_url: str = "http://127.0.0.1:8000/api/v1/whatsapp/webhook"
    phone_number_id: str = "106540352242922"
    business_account_id: str = "102290129340398"
    display_phone: str = "+55 11 3333-4444"
    verified_name: str = "Horizonte Fibra"
    access_token: str = field(default_factory=_secret)
    app_secret: str = field(default_factory=_secret)
    verify_token: str = field(default_factory=_secret)
    numbers: tuple[NumberConfig, ...] = ()
    """More numbers of the same app, of this account or of others."""

    # How a sent message goes on: seconds from the step before.
    sent_delay: float = 0.05
    delivered_delay: float = 0.25
    read_delay: float = 0.6
    status_jitter: float = 0.0
    """Each of these delays grows by up to this share of itself plus so many seconds, by chance."""
    auto_read: bool = False

    # What the number may do. Numbers as Meta documents them for a standard number.
    window_seconds: float = 24 * 3600
    window_failure: FailureMode = "sync"
    undeliverable_failure: FailureMode = "async"
    number_limit: bool = True
    messages_per_second: float = 80
    pair_limit: bool = True
    pair_seconds: float = 6
    pair_burst: int = 45
    management_per_hour: int = 5000
    """Calls about templates, numbers and profiles that an account may make (error 80007)."""
    review_seconds: float = 0.2
    template_verdict: Literal["approve", "reject", "hold"] = "approve"
    """What Meta's review makes of a new or edited template that has no fault of its own."""
    free_service_messages: int = 1000
    allowed_recipients: frozenset[str] | None = None
    """Only these numbers may be written to (a test number's allow list, error 131030). None: everybody."""
    unknown_numbers: Literal["create", "undeliverable"] = "create"
    """A number no customer has: a new customer appears, or it is not on WhatsApp (131026)."""

    # The webhook's postman. Meta retries for seven days; here the gaps are compressed.
    webhook_timeout: float = 10
    webhook_concurrency: int = 32
    retry_gaps: tuple[float, ...] = (0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 60, 60, 60, 60)

    wa_ids: Mapping[str, str] = field(default_factory=dict)
    """Which form Meta keeps for a phone, where it is not the usual one: digits to digits."""
    seed: int | None = None
    """Makes what is left to chance repeatable."""

    media_url_seconds: float = 300
    templates: tuple[Template, ...] = DEMO_TEMPLATES
    history: int = 20_000
    """How many sends and webhook attempts are remembered for assertions."""
