import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantao.customers.phones import InvalidPhone, canonical_phone, display_phone, parse_phone, phone_variants

# What Meta or a person writes, the canonical form, and the forms under which Meta may know it.
FORMS = [
    ("551199999999", "5511999999999", ("5511999999999", "551199999999")),
    ("5511999999999", "5511999999999", ("5511999999999", "551199999999")),
    ("553188887777", "5531988887777", ("5531988887777", "553188887777")),
    ("556765432100", "5567965432100", ("5567965432100", "556765432100")),
    ("551133334444", "551133334444", ("551133334444",)),
    ("5511912345678", "5511912345678", ("5511912345678",)),
    ("16505551234", "16505551234", ("16505551234",)),
    ("+55 (11) 99999-9999", "5511999999999", ("5511999999999", "551199999999")),
    ("+351 912 345 678", "351912345678", ("351912345678",)),
    ("12345", "12345", ("12345",)),
]
DIGITS = st.text("0123456789", min_size=5, max_size=15)
OLD_MOBILE = st.from_regex(r"55[1-9]{2}[6-9][0-9]{7}", fullmatch=True)


@pytest.mark.parametrize(("value", "canonical", "variants"), FORMS)
def test_two_forms_of_a_phone_are_one(value: str, canonical: str, variants: tuple[str, ...]) -> None:
    assert canonical_phone(value) == canonical
    assert phone_variants(canonical) == variants


@pytest.mark.parametrize(
    "value",
    ["", "1234", "1" * 16, "BR.13491208655302741918", "٥٥١١٩٩٩٩٩٩٩", "55119\n9999", "+", "tel:55119"],
)
def test_what_is_no_phone_has_no_canonical_form(value: str) -> None:
    assert canonical_phone(value) is None


@given(st.text() | DIGITS | OLD_MOBILE)
def test_the_canonical_form_is_one_for_all_variants(value: str) -> None:
    canonical = canonical_phone(value)
    if canonical is None:
        return
    assert canonical.isascii()
    assert canonical.isdecimal()
    assert phone_variants(canonical)[0] == canonical
    assert {canonical_phone(variant) for variant in phone_variants(canonical)} == {canonical}


@given(OLD_MOBILE)
def test_an_old_mobile_gains_its_ninth_digit_and_keeps_the_rest(value: str) -> None:
    assert canonical_phone(value) == f"{value[:4]}9{value[4:]}"
    assert value in phone_variants(f"{value[:4]}9{value[4:]}")


@given(DIGITS, DIGITS)
def test_people_with_different_canonical_phones_share_no_variant(one: str, other: str) -> None:
    first, second = canonical_phone(one), canonical_phone(other)
    assert first is not None
    assert second is not None
    assert (first == second) == bool(set(phone_variants(first)) & set(phone_variants(second)))


@pytest.mark.parametrize(
    ("value", "canonical"),
    [
        ("+5511999999999", "5511999999999"),
        ("5511999999999", "5511999999999"),
        (" +55 (11) 99999-9999 ", "5511999999999"),
        ("+55 31 8888-7777", "5531988887777"),
        ("551133334444", "551133334444"),
        ("+1 650-555-1234", "16505551234"),
        ("+351 912 345 678", "351912345678"),
        ("16505551234", "16505551234"),
        ("+12987654321", "12987654321"),  # the plus says that 12 is no area code
    ],
)
def test_the_api_takes_international_numbers_as_people_write_them(value: str, canonical: str) -> None:
    assert parse_phone(value) == canonical


@pytest.mark.parametrize(
    "value",
    [
        "",
        "abc",
        "123",
        "11999999999",  # no country: as it stands, a North American number
        "(11) 99999-9999",
        "12987654321",
        "(34) 99999-8888",  # and a Spanish one
        "55 99999-8888",  # area code 55, not Brazil's 55
        "+5500999999999",  # no such area code
        "+5510999999999",
        "+551199999999999",
        "+55119999",
        "+5511099999999",
        "+9991234567890",
        "0055119999999999",
        "+55 11 99999-9999 ramal 2",
        "BR.13491208655302741918",
        "++5511999999999",
        "5511999999999\x00",
    ],
)
def test_the_api_refuses_what_cannot_be_written_to(value: str) -> None:
    with pytest.raises(InvalidPhone):
        parse_phone(value)


@given(st.text())
def test_no_text_breaks_the_reader(value: str) -> None:
    try:
        parsed = parse_phone(value)
    except InvalidPhone:
        return
    assert parse_phone(display_phone(parsed)) == parsed


def test_a_phone_is_shown_with_its_plus() -> None:
    assert display_phone("5511999999999") == "+5511999999999"
