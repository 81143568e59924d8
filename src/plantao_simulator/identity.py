"""How a customer is named on the wire: `from`, `wa_id`, BSUID, `contacts[]`, under the faults in force."""

from __future__ import annotations

from plantao_simulator.faults import WebhookFaults
from plantao_simulator.state import Customer
from plantao_simulator.wire import JsonObject


def _filled(**fields: str | None) -> JsonObject:
    return {name: value for name, value in fields.items() if value is not None}


def _number(customer: Customer, faults: WebhookFaults) -> str | None:
    if faults.omit_phone and customer.user_id:
        return None
    return customer.user_id if faults.bsuid_in_from and customer.user_id else customer.wa_id


def _user_id(customer: Customer, faults: WebhookFaults) -> str | None:
    return None if faults.omit_bsuid and customer.wa_id and not faults.omit_phone else customer.user_id


def contact_of(customer: Customer, faults: WebhookFaults) -> JsonObject | None:
    """One element of `contacts[]`; None where there shall be none."""
    if faults.omit_contacts:
        return None
    profile = _filled(name=customer.name, username=customer.username)
    return {"profile": profile} | _filled(wa_id=_number(customer, faults), user_id=_user_id(customer, faults))


def message_identity(customer: Customer, faults: WebhookFaults) -> JsonObject:
    return {
        k: v
        for k, v in (("from", _number(customer, faults)), ("from_user_id", _user_id(customer, faults)))
        if v is not None
    }


def status_identity(customer: Customer, faults: WebhookFaults) -> JsonObject:
    phone = None if faults.omit_phone and customer.user_id else customer.wa_id
    return _filled(recipient_id=phone, recipient_user_id=_user_id(customer, faults))


def stamp(at: float, faults: WebhookFaults) -> str:
    """Unix seconds as a string, as Meta sends them; milliseconds on request."""
    return str(int(at * 1000 if faults.millisecond_timestamps else at))
