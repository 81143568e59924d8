"""A client that is not ours at both sides of the simulator: pywa sends, and reads what the webhook gets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from pywa_async.client import WhatsApp
from tests.simulator.conftest import ACCOUNT_ID, PHONE_ID, Bench, bench, receiver, start

__all__ = ["Foreign", "bench", "foreign", "receiver", "start"]


@dataclass
class Foreign:
    """The client, the simulator it talks to, and the updates it has read, oldest first."""

    wa: WhatsApp
    bench: Bench
    updates: list[Any] = field(default_factory=list)

    async def reads(self, body: bytes) -> list[Any]:
        """What pywa makes of one webhook body."""
        before = len(self.updates)
        assert await self.wa.webhook_update_handler(body) == ("ok", 200)
        return self.updates[before:]


_READERS = (
    "on_message", "on_callback_button", "on_callback_selection", "on_message_status", "on_phone_number_change",
    "on_identity_change", "on_template_status_update", "on_template_category_update", "on_template_quality_update",
    "on_template_components_update", "on_flow_completion", "on_user_marketing_preferences", "on_edited_message",
    "on_deleted_message", "on_outgoing_message", "on_call_permission_update",
)  # fmt: skip


@pytest.fixture
async def foreign(bench: Bench) -> AsyncIterator[Foreign]:
    async with httpx.AsyncClient(trust_env=False) as session:
        wa = WhatsApp(
            PHONE_ID, bench.sim.config.access_token, session=session, waba_id=ACCOUNT_ID, server=None, verify_token="x"
        )
        wa.api._session.base_url = httpx.URL(f"{bench.base}/v26.0")  # it knows no other address than Meta's
        made = Foreign(wa, bench)

        async def read(_client: WhatsApp, update: Any) -> None:
            made.updates.append(update)

        for name in _READERS:
            getattr(wa, name)(read)
        yield made
