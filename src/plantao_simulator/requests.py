"""Bodies of the control API. Unknown fields are refused, so a misspelt one is noticed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from plantao_simulator.config import FailureMode
from plantao_simulator.customers import AUTO

Seconds = Annotated[float, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Rate = Annotated[float, msgspec.Meta(gt=0)]
Quality = Literal["GREEN", "YELLOW", "RED", "NA", "UNKNOWN"]
Digits = Annotated[str, msgspec.Meta(pattern=r"^\d+$")]


class Closed(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Names its fields, and takes no others."""


class CustomerBody(Closed):
    """A new customer. `phone` null: a username or BSUID only. "auto" makes a value up."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)] = "Cliente"
    phone: str | None = AUTO
    wa_id: str | None = AUTO
    user_id: str | None = AUTO
    username: str | None = None
    on_whatsapp: bool = True


class CustomerChange(Closed):
    """What changes in a customer; fields left out stay."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    username: str | msgspec.UnsetType | None = msgspec.UNSET
    wa_id: str | msgspec.UnsetType | None = msgspec.UNSET
    on_whatsapp: bool | msgspec.UnsetType = msgspec.UNSET
    marketing: bool | msgspec.UnsetType = msgspec.UNSET
    online: bool | msgspec.UnsetType = msgspec.UNSET


class ChatBody(Closed):
    open: bool


class TapBody(Closed):
    message_id: str
    option_id: str


class PlayBody(Closed):
    message_id: str


class StormBody(Closed):
    """So many customers begin to write within `seconds`. A seed makes who they are and what they say repeatable."""

    customers: Annotated[int, msgspec.Meta(ge=1, le=2000)] = 200
    seconds: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 300.0
    seed: int | None = None
    number: str | None = None


class OutageBody(Closed):
    customers: Annotated[int, msgspec.Meta(ge=1, le=2000)] = 40
    seconds: Annotated[float, msgspec.Meta(ge=0, le=120)] = 4.0


class ClockBody(Closed):
    """Seconds to move the clock forward."""

    advance: Seconds


class TemplateBody(Closed):
    status: str
    language: str = "pt_BR"


class NoticeBody(Closed):
    """News of Meta. Without a value a sample is told; without an account or number the first one's."""

    field: Annotated[str, msgspec.Meta(min_length=1)]
    value: dict[str, Any] | None = None
    account: str | None = None
    number: str | None = None


class NumberBody(Closed):
    """One more business number."""

    phone_number_id: Digits
    business_account_id: Digits | None = None
    display_phone: str | None = None
    verified_name: str | None = None
    access_token: str | None = None
    messages_per_second: Rate | None = None
    quality: Quality = "GREEN"


class NumberChange(Closed):
    """What changes in a business number; fields left out stay. Nothing is told to the webhook: notices do that."""

    quality: Quality | msgspec.UnsetType = msgspec.UNSET
    throughput: Literal["STANDARD", "HIGH", "NOT_APPLICABLE"] | msgspec.UnsetType = msgspec.UNSET
    messages_per_second: Rate | msgspec.UnsetType = msgspec.UNSET
    status: str | msgspec.UnsetType = msgspec.UNSET
    name_status: str | msgspec.UnsetType = msgspec.UNSET
    verified_name: str | msgspec.UnsetType = msgspec.UNSET
    registered: bool | msgspec.UnsetType = msgspec.UNSET


class SettingsBody(Closed):
    """Settings that may change while the simulator runs; fields left out stay."""

    sent_delay: Seconds | msgspec.UnsetType = msgspec.UNSET
    delivered_delay: Seconds | msgspec.UnsetType = msgspec.UNSET
    read_delay: Seconds | msgspec.UnsetType = msgspec.UNSET
    status_jitter: Seconds | msgspec.UnsetType = msgspec.UNSET
    auto_read: bool | msgspec.UnsetType = msgspec.UNSET
    window_seconds: Seconds | msgspec.UnsetType = msgspec.UNSET
    window_failure: FailureMode | msgspec.UnsetType = msgspec.UNSET
    undeliverable_failure: FailureMode | msgspec.UnsetType = msgspec.UNSET
    number_limit: bool | msgspec.UnsetType = msgspec.UNSET
    messages_per_second: Rate | msgspec.UnsetType = msgspec.UNSET
    pair_limit: bool | msgspec.UnsetType = msgspec.UNSET
    pair_seconds: Seconds | msgspec.UnsetType = msgspec.UNSET
    pair_burst: Count | msgspec.UnsetType = msgspec.UNSET
    review_seconds: Seconds | msgspec.UnsetType = msgspec.UNSET
    template_verdict: Literal["approve", "reject", "hold"] | msgspec.UnsetType = msgspec.UNSET
    free_service_messages: Count | msgspec.UnsetType = msgspec.UNSET
    unknown_numbers: Literal["create", "undeliverable"] | msgspec.UnsetType = msgspec.UNSET
    wa_ids: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    retry_gaps: tuple[Seconds, ...] | msgspec.UnsetType = msgspec.UNSET
    seed: int | msgspec.UnsetType | None = msgspec.UNSET


class ScenarioBody(Closed):
    """A shipped scenario by name, or one of its own as YAML text or as an object."""

    name: str | None = None
    yaml: str | None = None
    scenario: dict[str, Any] | None = None
    speed: Annotated[float, msgspec.Meta(gt=0, le=1000)] = 1.0


def set_fields(body: msgspec.Struct) -> dict[str, Any]:
    """The fields that were given, by name."""
    named = {name: getattr(body, name) for name in body.__struct_fields__}
    return {name: value for name, value in named.items() if value is not msgspec.UNSET}
