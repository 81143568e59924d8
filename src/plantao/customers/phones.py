"""Phone numbers in one canonical form: E.164 digits without the plus, Brazilian mobiles with their ninth digit.

Meta names old Brazilian accounts with or without the ninth digit, whatever the area code, so two forms can be
one person. The canonical form is stored and unique; the variants are looked up; what Meta gave is what is sent to.
"""

import re
from typing import Final

import phonenumbers

_BRAZIL: Final = 55
_WRITTEN: Final = re.compile(r"\+?[0-9 ().\-]+")  # letters would make a BSUID look like a number
_OLD_MOBILE: Final = re.compile(r"(55[0-9]{2})([6-9][0-9]{7})")  # 2 to 5 begins a landline, which has no ninth digit
_NEW_MOBILE: Final = re.compile(r"(55[0-9]{2})9([6-9][0-9]{7})")  # 9[1-5]… never existed with eight digits


class InvalidPhone(ValueError):
    """The value is no phone number that can be written to."""


def canonical_phone(value: str) -> str | None:
    """The canonical digits of a wa_id or a written number; None unless it holds 5 to 15 digits and no letters."""
    if not _WRITTEN.fullmatch(value):
        return None
    digits = re.sub(r"[^0-9]", "", value)
    if not 5 <= len(digits) <= 15:
        return None
    old = _OLD_MOBILE.fullmatch(digits)
    return f"{old[1]}9{old[2]}" if old else digits


def phone_variants(canonical: str) -> tuple[str, ...]:
    """The forms under which Meta may know a canonical number, itself first."""
    new = _NEW_MOBILE.fullmatch(canonical)
    return (canonical, new[1] + new[2]) if new else (canonical,)


def other_form(digits: str) -> str | None:
    """A Brazilian mobile with its ninth digit for one without, and the other way round; None for all other numbers."""
    canonical = canonical_phone(digits)
    forms = phone_variants(canonical) if canonical is not None else ()
    return next((form for form in forms if form != digits), None)


def parse_phone(value: str) -> str:
    """The canonical digits of an international number from the API, with or without plus and punctuation.

    Raises InvalidPhone, also for a Brazilian number without its 55: read as it stands it is a stranger's abroad,
    and completing it would be a guess.
    """
    written = value.strip()
    canonical = canonical_phone(written)
    if canonical is None:
        raise InvalidPhone("not a phone number")
    number = _parse(f"+{canonical}")
    if number is None or not _is_plausible(number):
        raise InvalidPhone("not a valid number in its country")
    if not written.startswith("+") and _is_brazilian(canonical):
        raise InvalidPhone("the country code is missing")
    return canonical


def display_phone(canonical: str) -> str:
    """`+5511999999999`: how the API shows a phone."""
    return f"+{canonical}"


def _is_plausible(number: phonenumbers.PhoneNumber) -> bool:
    # Brazil's plan is known and stable. Elsewhere the library's data ages, so only the length is held against a number.
    if number.country_code == _BRAZIL:
        return phonenumbers.is_valid_number(number)
    return phonenumbers.is_possible_number(number)


def _is_brazilian(digits: str) -> bool:
    number = _parse(f"+{_BRAZIL}{digits}")
    return number is not None and _is_plausible(number)


def _parse(value: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return None
