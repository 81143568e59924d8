"""Bodies of the control API. Unknown fields are refused, so a misspelt one is noticed."""

from __future__ import annotations

from typing import Annotated

import msgspec

from plantao_simulator.customers import AUTO


class _Closed(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    pass


class CustomerBody(_Closed):
    """A new customer. `phone` null: a username or BSUID only. "auto" makes a value up."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)] = "Cliente"
    phone: str | None = AUTO
    wa_id: str | None = AUTO
    user_id: str | None = AUTO
    username: str | None = None
    on_whatsapp: bool = True


class CustomerChange(_Closed):
    """What changes in a customer; fields left out stay."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    username: str | msgspec.UnsetType | None = msgspec.UNSET
    wa_id: str | msgspec.UnsetType | None = msgspec.UNSET
    on_whatsapp: bool | msgspec.UnsetType = msgspec.UNSET
    online: bool | msgspec.UnsetType = msgspec.UNSET


class ChatBody(_Closed):
    open: bool


class TapBody(_Closed):
    message_id: str
    option_id: str


class PlayBody(_Closed):
    message_id: str


class OutageBody(_Closed):
    customers: Annotated[int, msgspec.Meta(ge=1, le=2000)] = 40
    seconds: Annotated[float, msgspec.Meta(ge=0, le=120)] = 4.0


class ClockBody(_Closed):
    """Seconds to move the clock forward."""

    advance: Annotated[float, msgspec.Meta(ge=0)]


class TemplateBody(_Closed):
    status: str
    language: str = "pt_BR"
