"""What can be made to go wrong on request, at the webhook and at the Graph API."""

from __future__ import annotations

import random
from typing import Annotated, Any, Literal, TypeVar

import msgspec

GraphFaultKind = Literal["error", "fail_later", "html", "empty", "slow", "drop_response", "drop_request"]
ACCEPTING = frozenset({"fail_later", "slow", "drop_response"})
"""Faults that come after the message was accepted."""
GraphCall = Literal["send", "mark_read", "upload", "media", "download", "any"]
"""`media` asks where a file is, `download` fetches it."""


S = TypeVar("S", bound=msgspec.Struct)


class WebhookFaults(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How deliveries to the webhook misbehave. The counters touch the next N attempts; retries then heal them."""

    copies: int = 1
    """Every body is delivered this many times, at once."""
    gather: int = 1
    """Hold updates until there are so many (or `gather_seconds` have passed), then let them go together."""
    gather_seconds: float = 0.5
    batch: bool = False
    """Gathered updates travel in one body."""
    order: Literal["kept", "reversed", "shuffled"] = "kept"
    reverse_statuses: bool = False
    """`read`, `delivered`, `sent` in this order, with truthful timestamps."""
    skip_delivered: bool = False
    """`read` comes without any `delivered`."""
    omit_contacts: bool = False
    omit_bsuid: bool = False
    """Bodies as they were before 2026: no BSUID anywhere."""
    bsuid_in_from: bool = False
    """`from` and `wa_id` carry the BSUID instead of the phone."""
    omit_phone: bool = False
    """People are known by BSUID and username only, whatever phone they have."""
    millisecond_timestamps: bool = False
    odd_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    """This share of messages has one of the five oddities above, by chance."""
    read_without_delivered_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    """For this share of messages `read` comes without any `delivered`, and comes even if the chat is closed."""
    bad_signature: int = 0
    missing_signature: int = 0
    oversize: int = 0
    """The next N attempts are padded beyond the 3 MB Meta documents as the largest body."""

    def for_one(self, dice: random.Random) -> WebhookFaults:
        """The faults of one message: these, and by chance one oddity more."""
        if self.odd_share <= 0 or dice.random() >= self.odd_share:
            return self
        return msgspec.structs.replace(self, **{dice.choice(_ODDITIES): True})


_ODDITIES = ("omit_contacts", "omit_bsuid", "bsuid_in_from", "omit_phone", "millisecond_timestamps")


class GraphFault(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The next `times` calls go wrong.

    `slow` and `drop_response` accept the message first, so its statuses still come; `fail_later` accepts it and then
    tells a `failed` status with `code`; the others do not accept it.
    """

    kind: GraphFaultKind
    times: int = 1
    on: GraphCall = "send"
    code: int = 131000
    details: str = ""
    http_status: int | None = None
    seconds: float = 5.0


class Weather(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is wrong with the Graph API for as long as it lasts, for every call."""

    latency: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    """Seconds every answer takes longer."""
    latency_jitter: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    """Up to so many seconds more, by chance."""
    error_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    """This share of calls is not done and answered 5xx: 131016, 131000, 2, an HTML page or nothing, by chance."""
    throttle_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    """This share of sends is refused with `throttle_code`."""
    throttle_code: int = 130429
    token_expired: bool = False
    """Calls are refused with 190 until this is healed or a token comes that was not used before."""


class Faults(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """All faults now in force."""

    webhook: WebhookFaults = msgspec.field(default_factory=WebhookFaults)
    graph: list[GraphFault] = msgspec.field(default_factory=list)
    weather: Weather = msgspec.field(default_factory=Weather)

    def clear(self) -> None:
        self.webhook, self.weather = WebhookFaults(), Weather()
        self.graph.clear()

    def change(self, asked: dict[str, Any]) -> None:
        """`webhook` and `weather` change the fields they name; `graph` adds faults. msgspec.ValidationError."""
        if unknown := set(asked) - {"webhook", "graph", "weather"}:
            message = f"unknown faults: {', '.join(sorted(unknown))}"
            raise msgspec.ValidationError(message)
        webhook = _changed(self.webhook, asked.get("webhook"))
        weather = _changed(self.weather, asked.get("weather"))
        added = msgspec.convert(asked.get("graph") or [], list[GraphFault])
        self.webhook, self.weather = webhook, weather
        self.graph.extend(added)

    def take(self, call: GraphCall) -> GraphFault | None:
        """The fault of this call, counted off; None if it may go right."""
        fault = next((f for f in self.graph if f.on in {call, "any"}), None)
        if fault is not None:
            fault.times -= 1
            self.graph = [f for f in self.graph if f.times > 0]
        return fault


def _changed(present: S, changes: Any) -> S:
    return msgspec.convert(msgspec.to_builtins(present) | (changes or {}), type(present))
