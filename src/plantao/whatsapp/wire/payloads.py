"""Structured content for programs: the same shapes for what comes in and for what we send."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from plantao.whatsapp.wire.decode import read_json, to_json
from plantao.whatsapp.wire.fields import JsonObject, ident, label, number, obj, objects, text

MAX_ITEMS: Final = 100
_SHARED: Final = frozenset({"context", "referral", "origin"})
_LONG: Final = 4096
# Whatever else a customer calls a link (javascript:, a blank in front of it) is none for a page to follow.
_LINK: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_HOST: Final = re.compile(r"[\w-]+(\.[\w-]+)+(/\S*)?")
_CARD_LISTS: Final = {
    "phones": ("phone", "wa_id", "type"),
    "emails": ("email", "type"),
    "addresses": ("street", "city", "state", "zip", "country", "country_code", "type"),
}
_REFERRAL: Final = ("source_type", "source_id", "headline", "body", "media_type", "ctwa_clid")
_REFERRAL_LINKS: Final = ("source_url", "image_url", "video_url", "thumbnail_url")


def location(part: JsonObject) -> JsonObject:
    """Degrees; `name`, `address` and `url` of a place that was chosen, else None."""
    degrees = {key: number(part, key) for key in ("latitude", "longitude")}
    return degrees | {"name": label(part, "name"), "address": label(part, "address", 1000), "url": _link(part, "url")}


def contacts(item: JsonObject, names: Iterator[str | None]) -> JsonObject:
    """The cards, each under the name that people read."""
    cards = islice(objects(item, "contacts"), MAX_ITEMS)
    return {"contacts": [_card(card, name) for card, name in zip(cards, names, strict=False)]}


def _card(card: JsonObject, name: str | None) -> JsonObject:
    lists = {key: [_labels(one, keys) for one in _few(card, key)] for key, keys in _CARD_LISTS.items()}
    lists["urls"] = [{"url": _link(one, "url"), "type": label(one, "type")} for one in _few(card, "urls")]
    org = _labels(obj(card, "org"), ("company", "department", "title"))
    return {"name": name, "birthday": label(card, "birthday", 20), "org": org if any(org.values()) else None} | lists


def order(part: JsonObject) -> JsonObject:
    """`item_price` in units of `currency`."""
    items = [
        {
            "product_retailer_id": label(product, "product_retailer_id"),
            "quantity": number(product, "quantity"),
            "item_price": number(product, "item_price"),
            "currency": label(product, "currency", 8),
        }
        for product in _few(part, "product_items")
    ]
    return {"catalog_id": ident(part, "catalog_id"), "text": label(part, "text", 1000), "items": items}


def choice(kind: str, reply: JsonObject, **more: Any) -> JsonObject:
    """What was chosen or answered in something interactive."""
    said = {
        "id": ident(reply, "id"),
        "title": text(reply, "title", 1000),
        "description": label(reply, "description", 1000),
    }
    return {"kind": kind, **said, "answers": None, **more}


def form_answers(response: str) -> Any:
    """A Flow's answer as it was given, any JSON; None when it is none. Meta's token is not the customer's words."""
    try:
        answers = read_json(response.encode())
        to_json(answers)
    except (ValueError, OverflowError):
        return None
    if isinstance(answers, dict):
        return {key: value for key, value in answers.items() if key != "flow_token"}
    return answers


def shared(item: JsonObject) -> JsonObject:
    """What a message of any type may carry: forwarded, from which advert, about which product."""
    if _SHARED.isdisjoint(item):
        return {}  # nearly always
    context = obj(item, "context")
    found: JsonObject = {}
    if context.get("frequently_forwarded") is True:
        found["forwarded"] = "many"
    elif context.get("forwarded") is True:
        found["forwarded"] = "once"
    if product := obj(context, "referred_product"):
        found["referred_product"] = _labels(product, ("catalog_id", "product_retailer_id"))
    if referral := obj(item, "referral"):
        welcome = text(obj(referral, "welcome_message"), "text", _LONG)
        links = {key: _link(referral, key) for key in _REFERRAL_LINKS}
        found["referral"] = _labels(referral, _REFERRAL, _LONG) | links | {"welcome_message": welcome}
    if item.get("origin") == "contact_request":
        found["origin"] = "contact_request"
    return found


def _labels(part: JsonObject, keys: tuple[str, ...], limit: int = 500) -> JsonObject:
    return {key: label(part, key, limit) for key in keys}


def _few(part: JsonObject, key: str) -> Iterator[JsonObject]:
    return islice(objects(part, key), MAX_ITEMS)


def _link(part: JsonObject, key: str) -> str | None:
    """An address that a page may offer to follow; None for any other."""
    given = label(part, key, _LONG) or ""
    if _LINK.fullmatch(given):
        return given
    return f"https://{given}" if _HOST.fullmatch(given) else None
