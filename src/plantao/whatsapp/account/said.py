"""One notice of Meta, opened: what its handlers work on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from plantao.whatsapp.account.models import Alert, Severity
from plantao.whatsapp.wire.decode import read_json
from plantao.whatsapp.wire.fields import JsonObject, Malformed, kind_of, label
from plantao.whatsapp.wire.models import Notice

SHOWN: Final = timedelta(days=30)  # how long an alert stays open about which Meta says nothing more


@dataclass(frozen=True, slots=True)
class Said:
    """`at`: Meta's time, or that of its arrival; `stamp`: the time by which a repetition is recognised."""

    field: str
    value: JsonObject
    raw: str
    account_id: str | None
    phone_number_id: str | None
    at: datetime
    stamp: str
    now: datetime

    def need(self, key: str) -> str:
        """The short text at `key`. Raises `Malformed` without it."""
        found = label(self.value, key)
        if found is None:
            raise Malformed(f"{key} is missing")
        return found

    def account(self) -> str:
        """Raises `Malformed` when the body names no business account."""
        if self.account_id is None:
            raise Malformed("the entry names no account")
        return self.account_id

    def alert(
        self,
        topic: str,
        severity: Severity,
        title: str,
        detail: str,
        *,
        expires_at: datetime | None = None,
        phone_number_id: str | None = None,
    ) -> Alert:
        return Alert(
            at=self.at,
            field=self.field,
            topic=topic,
            severity=severity,
            title=title,
            detail=detail,
            raw=self.raw,
            stamp=self.stamp,
            expires_at=expires_at or self.now + SHOWN,
            business_account_id=self.account_id,
            phone_number_id=phone_number_id or self.phone_number_id,
        )


def opened(notice: Notice, received_at: datetime, now: datetime) -> Said:
    """Raises `Malformed`."""
    value = read_json(notice.raw.encode())
    if not isinstance(value, dict):
        raise Malformed(f"value is {kind_of(value)}, not an object")
    return Said(
        field=notice.field,
        value=value,
        raw=notice.raw,
        account_id=notice.account_id,
        phone_number_id=notice.phone_number_id,
        at=notice.at or received_at,
        # Where Meta gives no time, the same words on another day are news.
        stamp=(notice.at or received_at.date()).isoformat(),
        now=now,
    )
