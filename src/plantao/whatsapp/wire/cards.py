"""Structured content as a line or two of Portuguese: places, contact cards, forms, orders."""

import re
from collections.abc import Iterator
from typing import Any, Final

from plantao.whatsapp.wire import words
from plantao.whatsapp.wire.decode import to_json
from plantao.whatsapp.wire.fields import JsonObject, label, obj, objects, text

_VCARD_NAME: Final = re.compile(r"^FN[^:\r\n]*:(.*)$", re.MULTILINE)


def location_text(location: JsonObject) -> str:
    """`Localização: Praça da Sé, São Paulo, SP (-23.55052, -46.633308)`."""
    name, address = label(location, "name"), label(location, "address", 1000)
    place = address if name and address and address.startswith(name) else _joined(", ", name, address)
    at = _joined(", ", label(location, "latitude"), label(location, "longitude"))
    said = _joined(" ", place, f"({at})" if place and at else at)
    return f"{words.LOCATION}: {said}" if said else words.LOCATION


def contacts_text(item: JsonObject) -> str:
    """One line a contact: `Carlos Souza: +55 11 98888-7777, +55 11 3333-4444`."""
    return "\n".join(_card(card) for card in objects(item, "contacts")) or words.CONTACT


def card_names(item: JsonObject) -> Iterator[str | None]:
    """What each of the contacts is called."""
    return (_card_name(card) for card in objects(item, "contacts"))


def form_text(answers: Any) -> str:
    """A Flow's answer, one `field: value` a line. The keys are the Flow author's; the content may be any JSON."""
    if not isinstance(answers, dict):
        return words.FORM_ANSWERED
    return "\n".join([words.FORM_ANSWERED, *(f"{key}: {_plain(value)}" for key, value in answers.items())])


def order_text(order: JsonObject) -> str:
    """`Pedido: 1 x plano-500 (R$ 99,90)`, and the customer's note if any."""
    items = "; ".join(_product(product) for product in objects(order, "product_items"))
    summary = f"{words.ORDER}: {items}" if items else words.ORDER
    return _joined("\n", summary, label(order, "text", 1000))


def _card(card: JsonObject) -> str:
    phones = (label(phone, "phone") or label(phone, "wa_id") for phone in objects(card, "phones"))
    return _joined(": ", _card_name(card), _joined(", ", *phones)) or words.CONTACT


def _card_name(card: JsonObject) -> str | None:
    name = obj(card, "name")
    spoken = label(name, "formatted_name") or _joined(" ", label(name, "first_name"), label(name, "last_name"))
    if spoken:
        return spoken
    vcard = _VCARD_NAME.search(text(card, "vcard") or "")
    return vcard[1].strip()[:200] if vcard else None


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else to_json(value)


def _product(product: JsonObject) -> str:
    quantity, name = label(product, "quantity") or "1", label(product, "product_retailer_id") or "?"
    price = _price(product)
    return f"{quantity} x {name} ({price})" if price else f"{quantity} x {name}"


def _price(product: JsonObject) -> str | None:
    amount, currency = product.get("item_price"), label(product, "currency", 8)
    if not isinstance(amount, int | float) or abs(amount) > 1e12:
        return label(product, "item_price")
    if currency == "BRL":
        return f"R$ {amount:,.2f}".translate(str.maketrans(",.", ".,"))
    return _joined(" ", f"{amount:.2f}", currency)


def _joined(between: str, *parts: str | None) -> str:
    return between.join(part for part in parts if part)
