"""News of the account that Meta tells the webhook beside messages; the simulated account then is as the news says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from plantao_simulator.business import Account, Business, Number
from plantao_simulator.delivery import Postman
from plantao_simulator.ground import Ground
from plantao_simulator.samples import notice_sample
from plantao_simulator.state import World
from plantao_simulator.wire import JsonObject, change, envelope

OF_A_NUMBER = frozenset(
    {
        "calls",
        "group_lifecycle_update",
        "group_participants_update",
        "group_settings_update",
        "group_status_update",
        "history",
        "messages",
        "smb_app_state_sync",
        "smb_message_echoes",
        "standby",
        "user_preferences",
    }
)
"""Fields whose value names the number in `metadata`, as messages do. Their entries carry no time."""


class Notices:
    """Tells news. Field names that Meta does not have yet are told as well."""

    def __init__(self, ground: Ground, postman: Postman) -> None:
        self._business, self._world, self._now = ground.business, ground.world, ground.now
        self._postman = postman

    def tell(
        self, field: str, value: JsonObject | None, *, account: Account | None = None, number: Number | None = None
    ) -> JsonObject:
        """Changes what the news is about, then delivers it; answers the value. Without a value a sample is told."""
        number = number or self._number_in(value, account)
        account = account or number.account
        full = value if value is not None else notice_sample(field, number, account, int(self._now()))
        if field in OF_A_NUMBER:
            full = {"messaging_product": "whatsapp", "metadata": number.metadata} | full
        if follow := _FOLLOWERS.get(field):
            follow(_News(full, account, number, self._world))
        self._deliver(field, full, account, number)
        return full

    def _number_in(self, value: JsonObject | None, account: Account | None) -> Number:
        """The number the value names, else the account's first."""
        metadata = (value or {}).get("metadata") or {}
        named = metadata.get("phone_number_id") or (value or {}).get("display_phone_number")
        if named is not None:
            return self._business.find_number(str(named))
        return next(self._business.numbers_of(account), self._business.first) if account else self._business.first

    def _deliver(self, field: str, value: JsonObject, account: Account, number: Number) -> None:
        body = envelope(account.id, [[change(value, field)]])
        if field not in OF_A_NUMBER:
            body["entry"][0]["time"] = int(self._now())
        own = number if field in OF_A_NUMBER else None
        self._postman.raw(body, self._business.callback(own, account))


class _News:
    """One piece of news and what it may touch. Values come from outside, so what does not fit is passed over."""

    def __init__(self, value: JsonObject, account: Account, number: Number, world: World) -> None:
        self.value, self.account, self.number, self.world = value, account, number, world

    def change_template(self, **changes: Any) -> None:
        key = (str(self.value.get("message_template_name")), str(self.value.get("message_template_language")))
        if key in self.account.templates.by_key:
            self.account.templates.change(*key, **changes)


def _template_status(news: _News) -> None:
    event = str(news.value.get("event"))
    status = {"REINSTATED": "APPROVED", "UNPAUSE": "APPROVED", "FLAGGED": "APPROVED"}.get(event, event)
    news.change_template(status=status, rejected_reason=str(news.value.get("reason") or "NONE"))


def _template_quality(news: _News) -> None:
    news.change_template(quality=str(news.value.get("new_quality_score")))


def _template_category(news: _News) -> None:
    if "correct_category" not in news.value:  # else it is only announced
        news.change_template(category=str(news.value.get("new_category")))


def _template_components(news: _News) -> None:
    value = news.value
    changes = {
        "body": value.get("message_template_element"),
        "footer": value.get("message_template_footer"),
        "header_text": value.get("message_template_title"),
    }
    news.change_template(components=(), **{key: str(text) for key, text in changes.items() if text})


def _number_quality(news: _News) -> None:
    if news.value.get("event") == "THROUGHPUT_UPGRADE":
        news.number.set_throughput("HIGH")
    if tier := news.value.get("max_daily_conversations_per_business"):
        news.account.tier = tier


def _number_name(news: _News) -> None:
    news.number.name_status = str(news.value.get("decision"))
    if news.number.name_status == "APPROVED" and news.value.get("requested_verified_name"):
        news.number.verified_name = str(news.value["requested_verified_name"])


def _capability(news: _News) -> None:
    news.account.tier = news.value.get("max_daily_conversations_per_business", news.account.tier)
    news.account.max_numbers = int(news.value.get("max_phone_numbers_per_waba", news.account.max_numbers))


def _account(news: _News) -> None:
    account = news.account
    match news.value.get("event"):
        case "ACCOUNT_RESTRICTION":
            account.restrictions = list(news.value.get("restriction_info") or ())
        case "ACCOUNT_VIOLATION":
            account.violations.append(str((news.value.get("violation_info") or {}).get("violation_type")))
        case "DISABLED_UPDATE":
            state = (news.value.get("ban_info") or {}).get("waba_ban_state")
            account.ban_state = None if state == "REINSTATE" else state
        case "ACCOUNT_DELETED" | "ACCOUNT_OFFBOARDED":
            account.ban_state = "DISABLE"
        case "ACCOUNT_RECONNECTED":
            account.ban_state, account.restrictions = None, []


def _review(news: _News) -> None:
    news.account.review = str(news.value.get("decision"))


def _alert(news: _News) -> None:
    news.account.alerts.append(news.value)


def _preferences(news: _News) -> None:
    for preference in news.value.get("user_preferences") or ():
        customer = news.world.by_user_id(str(preference.get("user_id"))) or news.world.by_number(
            str(preference.get("wa_id"))
        )
        if customer is not None:
            customer.marketing = preference.get("value") != "stop"


def _username(news: _News) -> None:
    news.number.username = None if news.value.get("status") == "deleted" else news.value.get("username")


_FOLLOWERS: dict[str, Callable[[_News], None]] = {
    "message_template_status_update": _template_status,
    "message_template_quality_update": _template_quality,
    "template_category_update": _template_category,
    "message_template_components_update": _template_components,
    "phone_number_quality_update": _number_quality,
    "phone_number_name_update": _number_name,
    "business_capability_update": _capability,
    "account_update": _account,
    "account_review_update": _review,
    "account_alerts": _alert,
    "user_preferences": _preferences,
    "business_username_update": _username,
}


def told_by(business: Business, account_id: str | None) -> Account:
    """The account with this id, the first number's for None. ValueError if there is none."""
    if account_id is None:
        return business.first.account
    if account_id not in business.accounts:
        message = f"no business account {account_id}"
        raise ValueError(message)
    return business.accounts[account_id]
