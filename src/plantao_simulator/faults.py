"""What can be made to go wrong on request, at the webhook and at the Graph API."""

from __future__ import annotations

from typing import Literal

import msgspec

GraphFaultKind = Literal["error", "fail_later", "html", "empty", "slow", "drop_response", "drop_request"]
ACCEPTING = frozenset({"fail_later", "slow", "drop_response"})
"""Faults that come after the message was accepted."""
GraphCall = Literal["send", "mark_read", "upload", "media", "download", "any"]
"""`media` asks where a file is, `download` fetches it."""


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
    millisecond_timestamps: bool = False
    bad_signature: int = 0
    missing_signature: int = 0
    oversize: int = 0
    """The next N attempts are padded beyond the 3 MB Meta documents as the largest body."""


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


class Faults(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """All faults now in force."""

    webhook: WebhookFaults = msgspec.field(default_factory=WebhookFaults)
    graph: list[GraphFault] = msgspec.field(default_factory=list)

    def clear(self) -> None:
        self.webhook = WebhookFaults()
        self.graph.clear()

    def take(self, call: GraphCall) -> GraphFault | None:
        """The fault of this call, counted off; None if it may go right."""
        fault = next((f for f in self.graph if f.on in {call, "any"}), None)
        if fault is not None:
            fault.times -= 1
            self.graph = [f for f in self.graph if f.times > 0]
        return fault
