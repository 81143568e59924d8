"""How what is not text reads in a list, in the bot's history and on a small screen."""

from collections.abc import Sequence
from typing import Any, Final

from plantao.conversations.contents import ContactCard, Location

REMOVED_REACTION: Final = "Reação retirada"


def location_text(location: Location) -> str:
    """`Localização: Loja Sé, Praça da Sé (-23.55052, -46.633308)`, as what customers send."""
    place = ", ".join(part for part in (location.name, location.address) if part)
    at = f"{location.latitude}, {location.longitude}"
    return f"Localização: {place} ({at})" if place else f"Localização: {at}"


def contacts_text(cards: Sequence[ContactCard]) -> str:
    """One line a contact: `Carlos Souza: +55 11 98888-7777, +55 11 3333-4444`."""
    return "\n".join(_card(card) for card in cards)


def _card(card: ContactCard) -> str:
    phones = ", ".join(phone.phone for phone in card.phones)
    return f"{card.name}: {phones}" if phones else card.name


def reaction_text(emoji: str) -> str:
    return emoji or REMOVED_REACTION


def template_text(name: str, components: Sequence[dict[str, Any]]) -> str:
    """How a template reads in a list: `[template boas_vindas] João`. Its own text is at Meta."""
    body = [part for part in components if str(part.get("type", "")).lower() == "body"]
    lists = [found for part in body if isinstance(found := part.get("parameters"), list)]
    given = [one for found in lists for one in found if isinstance(one, dict)]
    words = [word for one in given if (word := _parameter_text(one))]
    return f"[template {name}] {', '.join(words)}".rstrip()


def _parameter_text(parameter: dict[str, Any]) -> str:
    named = parameter.get(str(parameter.get("type")))
    value = named.get("fallback_value") if isinstance(named, dict) else named
    return value if isinstance(value, str) else ""
