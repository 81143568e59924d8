"""Bodies in the shapes that Meta sends, with invented values."""

import json
from typing import Any

PHONE = "5521987650001"
BSUID = "BR.20416933817720045512"
NUMBER_ID = "106540352242922"
WAMID = "wamid.HBgNNTUyMTk4NzY1MDAwMRUCABIYFDA3QTFDMkQzRTRGNUE2QjdDOEQ5AA=="
QUOTED = "wamid.HBgNNTUyMTk4NzY1MDAwMRUCABEYEkFBMTFCQjIyQ0MzM0RENDRFRQA="
SENT_AT = 1795514400  # 2026-11-24 10:00 UTC
METADATA = {"display_phone_number": "552133330000", "phone_number_id": NUMBER_ID}
CONTACT = {"profile": {"name": "Rita Prado"}, "wa_id": PHONE, "user_id": BSUID}
CONTEXT = {"from": "552133330000", "id": QUOTED}
TEXT = {"type": "text", "text": {"body": "Estou sem sinal 📶"}}


def message(**content: Any) -> dict[str, Any]:
    """One message of Rita; `content` adds keys or replaces them (`from_` for `from`), None removes one."""
    ids = {"from": content.pop("from_", PHONE), "from_user_id": BSUID, "id": WAMID, "timestamp": str(SENT_AT)}
    return {key: value for key, value in (ids | content).items() if value is not None}


def status(name: str, **more: Any) -> dict[str, Any]:
    ids = {"recipient_id": PHONE, "recipient_user_id": BSUID}
    return {"id": WAMID, "status": name, "timestamp": str(SENT_AT), **ids, **more}


def value(**lists: Any) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "metadata": METADATA, "contacts": [CONTACT], **lists}


def change(inner: Any, field: str = "messages") -> dict[str, Any]:
    return {"value": inner, "field": field}


def webhook(*changes: Any) -> dict[str, Any]:
    return {"object": "whatsapp_business_account", "entry": [{"id": "300440055006600", "changes": list(changes)}]}


def body(*changes: Any) -> bytes:
    return json.dumps(webhook(*changes)).encode()


def messages_body(*items: Any) -> bytes:
    return body(change(value(messages=list(items))))
