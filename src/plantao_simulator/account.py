"""The company's numbers and accounts as the Graph API shows and changes them. Answers are the bodies of HTTP 200."""

from __future__ import annotations

import re
from collections.abc import Mapping

from plantao_simulator.business import Account, Business, Number
from plantao_simulator.config import Clock, SimulatorConfig
from plantao_simulator.errors import GraphError
from plantao_simulator.templates import Template, TemplateShelf
from plantao_simulator.wire import JsonObject

_DEFAULT_FIELDS = ("verified_name", "code_verification_status", "display_phone_number", "quality_rating")
_REGISTRATIONS = 10
_REGISTRATION_SECONDS = 72 * 3600
_PROFILE_LIMITS = {"about": 139, "address": 256, "description": 512, "email": 128, "vertical": 40}


class Accounts:
    """Reads and changes of numbers and accounts."""

    def __init__(self, business: Business, config: SimulatorConfig, now: Clock) -> None:
        self._business, self._config, self._now = business, config, now

    def account_fields(self, account: Account) -> JsonObject:
        review = account.review
        return {"id": account.id, "name": account.name, "timezone_id": "25", "account_review_status": review}

    def phone(self, number: Number, fields: str | None) -> JsonObject:
        """The number with the asked fields (comma separated), `id` always. Unknown fields are refused."""
        known = self._phone_fields(number)
        wanted = [f.strip() for f in fields.split(",")] if fields else list(_DEFAULT_FIELDS)
        for name in wanted:
            if name not in known:
                details = f"Tried accessing nonexisting field ({name}) on node type (WhatsAppBusinessPhoneNumber)"
                raise GraphError(100, http=400, message=f"(#100) {details}")
        return {name: known[name] for name in wanted} | {"id": known["id"]}

    def _phone_fields(self, number: Number) -> JsonObject:
        return {
            "id": number.id,
            "display_phone_number": number.display_phone,
            "verified_name": number.verified_name,
            "quality_rating": number.quality,
            "code_verification_status": "VERIFIED",
            "name_status": number.name_status,
            "status": number.status if number.registered else "DISCONNECTED",
            "platform_type": "CLOUD_API" if number.registered else "NOT_APPLICABLE",
            "throughput": {"level": number.throughput},
            "whatsapp_business_manager_messaging_limit": number.account.tier,
            "account_mode": "LIVE",
            "is_pin_enabled": number.pin is not None,
            "is_official_business_account": False,
            "last_onboarded_time": "2026-01-05T12:00:00+0000",
            "username": number.username,
            "webhook_configuration": self._callbacks(number),
            "health_status": _health(number),
        }

    def _callbacks(self, number: Number) -> JsonObject:
        overrides = {"phone_number": number.override, "whatsapp_business_account": number.account.override}
        return {level: url for level, url in overrides.items() if url} | {"application": self._config.webhook_url}

    def register(self, number: Number, payload: JsonObject) -> JsonObject:
        """Sets the PIN the first time and asks for it afterwards."""
        pin = str(payload.get("pin", ""))
        if not re.fullmatch(r"\d{6}", pin):
            raise GraphError(131009, "pin must have six digits.")
        self._count_registration(number)
        if number.pin not in {None, pin}:
            raise GraphError(133005)
        number.pin, number.registered = pin, True
        return {"success": True}

    def deregister(self, number: Number) -> JsonObject:
        self._count_registration(number)
        number.registered = False
        return {"success": True}

    def _count_registration(self, number: Number) -> None:
        now = self._now()
        number.registrations = [at for at in number.registrations if now - at < _REGISTRATION_SECONDS]
        if len(number.registrations) >= _REGISTRATIONS:
            raise GraphError(133016)
        number.registrations.append(now)


def _health(number: Number) -> JsonObject:
    states = {"PHONE_NUMBER": number.can_send(), "WABA": number.account.can_send()}
    ids = {"PHONE_NUMBER": number.id, "WABA": number.account.id}
    entities = [
        {"entity_type": kind, "id": ids[kind], "can_send_message": state} | _reason(kind, state)
        for kind, state in states.items()
    ]
    worst = next((state for state in ("BLOCKED", "LIMITED") if state in states.values()), "AVAILABLE")
    return {"can_send_message": worst, "entities": entities}


def _reason(kind: str, state: str) -> JsonObject:
    if state == "LIMITED":
        name = kind == "PHONE_NUMBER"
        return {"additional_info": ["The display name is not approved." if name else "The account is restricted."]}
    if state == "BLOCKED":
        what = "The number is not registered." if kind == "PHONE_NUMBER" else "The account is disabled."
        code = 141002 if kind == "PHONE_NUMBER" else 141006
        return {"errors": [{"error_code": code, "error_description": what, "possible_solution": "See the account."}]}
    return {}


def profile(number: Number, fields: str | None) -> JsonObject:
    """`GET whatsapp_business_profile`."""
    wanted = [f.strip() for f in fields.split(",")] if fields else list(number.profile)
    shown = {name: number.profile[name] for name in wanted if name in number.profile}
    return {"data": [shown | {"messaging_product": "whatsapp"}]}


def change_profile(number: Number, payload: JsonObject) -> JsonObject:
    for name, limit in _PROFILE_LIMITS.items():
        value = payload.get(name)
        if value is not None and (not isinstance(value, str) or len(value) > limit):
            raise GraphError(100, f"Param {name} must be at most {limit} characters long.")
    websites = payload.get("websites")
    if websites is not None and (not isinstance(websites, list) or len(websites) > 2):
        raise GraphError(100, "Param websites may have two addresses at most.")
    known = (*_PROFILE_LIMITS, "websites", "profile_picture_handle")
    number.profile |= {name: payload[name] for name in known if name in payload}
    return {"success": True}


def list_templates(shelf: TemplateShelf, query: Mapping[str, str], address: str) -> JsonObject:
    """`GET message_templates`: the query may filter, name `fields`, and page by `limit` and `after` (a number here)."""
    chosen = [template for template in shelf if _fits(template, query)]
    start, limit = _number(query.get("after"), 0), _number(query.get("limit"), 25)
    page = chosen[start : start + limit]
    end = start + len(page)
    paging: JsonObject = {"cursors": {"before": str(start), "after": str(end)}}
    if end < len(chosen):
        paging["next"] = f"{address}?limit={limit}&after={end}"
    return {"data": [template.fields(query.get("fields")) for template in page], "paging": paging}


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default


def _fits(template: Template, query: Mapping[str, str]) -> bool:
    return (
        query.get("status", template.status).upper() == template.status
        and query.get("category", template.category).upper() == template.category
        and query.get("language", template.language) == template.language
        and query.get("name", "") in template.name
    )
