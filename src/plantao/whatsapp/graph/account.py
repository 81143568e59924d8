"""Graph's calls about the account: the numbers' standing, templates, subscriptions. Sections as Meta names them."""

from collections.abc import AsyncIterator
from typing import Any, Final

from msgspec import Struct

from plantao.whatsapp.graph.client import GraphClient
from plantao.whatsapp.graph.errors import OutcomeUnknown
from plantao.whatsapp.wire.fields import JsonObject, label, obj, objects, text

NUMBER_FIELDS: Final = (
    "id,display_phone_number,verified_name,quality_rating,name_status,status,throughput,"
    "whatsapp_business_manager_messaging_limit,account_mode,health_status"
)
TEMPLATE_FIELDS: Final = "id,name,language,category,status,components,quality_score,rejected_reason"
PAGE: Final = 100  # templates in an answer
MOST_PAGES: Final = 100  # an account has 6,000 templates at most


class NumberInfo(Struct, frozen=True):
    """A number in Meta's words; what it did not say is None. `reasons`: of entities that may not send, or not all."""

    display_phone_number: str | None
    verified_name: str | None
    quality_rating: str | None
    status: str | None
    name_status: str | None
    throughput_level: str | None
    messaging_limit: str | None
    account_mode: str | None
    can_send: str | None
    reasons: list[dict[str, Any]]
    app_id: str | None  # ours


class SubscribedApp(Struct, frozen=True):
    """`callback`: where its webhooks go instead of the app's own address."""

    id: str | None
    name: str | None
    callback: str | None


async def number_info(graph: GraphClient, phone_number_id: str) -> NumberInfo:
    """Raises a GraphFailure."""
    answer = await graph.call("GET", phone_number_id, params={"fields": NUMBER_FIELDS})
    health = obj(answer, "health_status")
    entities = list(objects(health, "entities"))
    return NumberInfo(
        display_phone_number=label(answer, "display_phone_number"),
        verified_name=label(answer, "verified_name"),
        quality_rating=label(answer, "quality_rating"),
        status=label(answer, "status"),
        name_status=label(answer, "name_status"),
        throughput_level=label(obj(answer, "throughput"), "level"),
        messaging_limit=label(answer, "whatsapp_business_manager_messaging_limit"),
        account_mode=label(answer, "account_mode"),
        can_send=label(health, "can_send_message"),
        reasons=[reason for entity in entities for reason in _reasons(entity)],
        app_id=next((label(one, "id") for one in entities if label(one, "entity_type") == "APP"), None),
    )


def _reasons(entity: JsonObject) -> list[dict[str, Any]]:
    """`{entity, can_send, code, detail, solution}` for each error and each remark of an entity."""
    common = {"entity": label(entity, "entity_type"), "can_send": label(entity, "can_send_message")}
    remarks = entity.get("additional_info")
    said = [one for one in remarks if isinstance(one, str)] if isinstance(remarks, list) else []
    errors = [
        {
            "code": label(one, "error_code", 20),
            "detail": label(one, "error_description", 1000),
            "solution": label(one, "possible_solution", 1000),
        }
        for one in objects(entity, "errors")
    ]
    remarked = [{"code": None, "detail": one[:1000], "solution": None} for one in said]
    return [common | one for one in (*errors, *remarked)]


async def template_pages(graph: GraphClient, account_id: str, page: int = PAGE) -> AsyncIterator[list[JsonObject]]:
    """All templates of an account, page by page. Raises a GraphFailure.

    Of the next page only the cursor is taken: the address in the answer is never asked, for our token would go there.
    """
    params, seen = {"fields": TEMPLATE_FIELDS, "limit": str(page)}, set[str]()
    for _ in range(MOST_PAGES):
        answer = await graph.call("GET", f"{account_id}/message_templates", params=params)
        yield list(objects(answer, "data"))
        paging = obj(answer, "paging")
        after = text(obj(paging, "cursors"), "after", 2000)
        if not paging.get("next") or not after:
            return
        if after in seen:
            raise OutcomeUnknown("the pages of templates go round in a circle")
        seen.add(after)
        params["after"] = after
    raise OutcomeUnknown("the account has more templates than Meta allows")


async def create_template(graph: GraphClient, account_id: str, body: JsonObject) -> JsonObject:
    """Answers `id`, `status`, `category`. Raises a GraphFailure."""
    return await graph.call("POST", f"{account_id}/message_templates", body=body)


async def delete_template(graph: GraphClient, account_id: str, name: str, meta_id: str | None) -> None:
    """With `meta_id` in one language, else in all. Raises a GraphFailure."""
    params = {"name": name} | ({"hsm_id": meta_id} if meta_id else {})
    await graph.call("DELETE", f"{account_id}/message_templates", params=params)


async def subscribed_apps(graph: GraphClient, account_id: str) -> list[SubscribedApp]:
    """Who hears of what happens in the account. Raises a GraphFailure."""
    answer = await graph.call("GET", f"{account_id}/subscribed_apps")
    return [_app(one) for one in objects(answer, "data")]


def _app(value: JsonObject) -> SubscribedApp:
    app = obj(value, "whatsapp_business_api_data")
    return SubscribedApp(label(app, "id"), label(app, "name"), label(value, "override_callback_uri", 2000))


async def subscribe(graph: GraphClient, account_id: str, callback: str | None, verify_token: str | None) -> None:
    """Our app hears of the account from now on, at `callback` if there is one. Raises a GraphFailure."""
    body = {"override_callback_uri": callback, "verify_token": verify_token} if callback else {}
    await graph.call("POST", f"{account_id}/subscribed_apps", body=body)
