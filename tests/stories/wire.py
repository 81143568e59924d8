"""Webhooks of the business's own number, as bodies, for stories in which the simulator would say too little."""

import time
from typing import Any

from tests.stories.harness import Json, System
from tests.stories.test_intake import deliver
from tests.whatsapp.wire import samples


async def bring(system: System, *messages: Any, echoes: bool = False, **lists: Any) -> None:
    """Delivers one body, and waits until it is read."""
    inner: Json = {**samples.value(**lists), "metadata": metadata(system)}
    if messages:
        inner["message_echoes" if echoes else "messages"] = list(messages)
    field = "smb_message_echoes" if echoes else "messages"
    assert await deliver(system, samples.webhook(samples.change(inner, field))) == 200
    await system.settle(20, "ledger")


def metadata(system: System) -> Json:
    return {"display_phone_number": "552133330000", "phone_number_id": system.sim.config.phone_number_id}


def just_now() -> int:
    """Seconds after the first message: within the customer's window."""
    return int(time.time()) - samples.SENT_AT


def said(wamid: str, body: str = "oi", *, at: int = 0, **more: Any) -> Json:
    """Rita writes; `at`: seconds after the first message."""
    return samples.message(id=wamid, timestamp=str(samples.SENT_AT + at), type="text", text={"body": body}, **more)


def answered(wamid: str, body: str = "Olá", *, at: int = 0, **more: Any) -> Json:
    """Somebody writes to Rita in WhatsApp's own app."""
    ids: Json = {"from_": "552133330000", "from_user_id": None, "to": samples.PHONE, "to_user_id": samples.BSUID}
    return said(wamid, body, at=at, **ids | more)


def edited(wamid: str, original: str, body: str, *, at: int = 0, echo: bool = False) -> Json:
    inner = {"original_message_id": original, "message": {"type": "text", "text": {"body": body}}}
    item = (answered if echo else said)(wamid, at=at)
    return {**item, "type": "edit", "edit": inner}


def deleted(wamid: str, original: str, *, at: int = 0, echo: bool = False) -> Json:
    item = (answered if echo else said)(wamid, at=at)
    return {**item, "type": "revoke", "revoke": {"original_message_id": original}}
