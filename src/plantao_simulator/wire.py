"""Bytes and identifiers as Meta makes them: JSON, signature, wamid, BSUID, Brazilian numbers, envelopes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable
from typing import Any

JsonObject = dict[str, Any]
_COUNTRIES = {"55": "BR", "351": "PT", "54": "AR", "595": "PY", "1": "US"}


def php_json(value: Any) -> bytes:
    r"""JSON the way Meta's PHP writes it: `é` as `\u00e9` and `/` as `\/`. These very bytes are signed."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def signature(body: bytes, app_secret: str) -> str:
    """The `X-Hub-Signature-256` header over the raw body."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def new_wamid(address: str, *, outbound: bool) -> str:
    """A message id: base64 of a small record with the phone's digits (or a BSUID's country) and a random hex id."""
    owner = (address if address.isdigit() else address[:2]).encode()
    unique = secrets.token_hex(9 if outbound else 10).upper().encode()
    kind = b"\x11" if outbound else b"\x12"
    record = (
        b"\x1c\x18" + bytes([len(owner)]) + owner + b"\x15\x02\x00" + kind + b"\x18" + bytes([len(unique)]) + unique
    )
    return "wamid." + base64.b64encode(record + b"\x00").decode()


def new_bsuid(phone: str | None) -> str:
    """A business-scoped user id such as `BR.13491208655302741918`."""
    country = next((c for prefix, c in _COUNTRIES.items() if (phone or "55").startswith(prefix)), "ZZ")
    return f"{country}.{secrets.randbelow(9 * 10**18) + 10**18}"


def is_bsuid(value: str) -> bool:
    return re.fullmatch(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}", value) is not None


def dialled(number: str, own_country: str = "55") -> str:
    """The digits Meta dials for a `to`. Without `+` and country code it puts the business's own country before."""
    digits = re.sub(r"\D", "", number)
    return own_country + digits if not number.startswith("+") and len(digits) in {10, 11} else digits


def canonical(digits: str) -> str:
    """One spelling per subscriber: the ninth digit is put into old Brazilian mobile numbers, and only there."""
    old_mobile = len(digits) == 12 and digits.startswith("55") and digits[4] in "6789"
    return digits[:4] + "9" + digits[4:] if old_mobile else digits


def usual_wa_id(digits: str) -> str:
    """The form Meta usually keeps: area codes from 31 on lack the ninth digit (accounts older than the change)."""
    number = canonical(digits)
    mobile = len(number) == 13 and number.startswith("55") and number[4] == "9" and number[5] in "6789"
    return number[:4] + number[5:] if mobile and int(number[2:4]) >= 31 else number


def change(value: JsonObject, field: str = "messages") -> JsonObject:
    return {"value": value, "field": field}


def envelope(account_id: str, groups: Iterable[list[JsonObject]]) -> JsonObject:
    """A webhook body of one account: one entry per group of changes."""
    return bundle((account_id, changes) for changes in groups)


def bundle(entries: Iterable[tuple[str, list[JsonObject]]]) -> JsonObject:
    """A webhook body: an entry for each pair of account and changes."""
    made = [{"id": account_id, "changes": changes} for account_id, changes in entries]
    return {"object": "whatsapp_business_account", "entry": made}
