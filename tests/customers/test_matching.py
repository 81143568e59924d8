"""Who is this? Whatever contacts come in whatever order, an identifier has one owner."""

from itertools import count
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from plantao.customers.matching import Directory
from plantao.customers.models import Contact, CustomerId

LONG, SHORT = "5531988887777", "553188887777"
BSUIDS = ("BR.1", "BR.2", "BR.3")
WA_IDS = (LONG, SHORT, "5511999999999", "12025550123")

people = st.builds(
    Contact,
    bsuid=st.none() | st.sampled_from(BSUIDS),
    wa_id=st.none() | st.sampled_from(WA_IDS),
    name=st.none() | st.sampled_from(("Ana", "Rui")),
).filter(lambda contact: bool(contact.identifiers()))
by_phone = st.builds(Contact, phone=st.sampled_from((LONG, "5511999999999")))
contacts = st.lists(people | by_phone, max_size=12)
renamings = st.lists(st.tuples(people, people), max_size=4)


def directory() -> Directory:
    numbers = count(1)
    return Directory({}, {}, new_id=lambda: CustomerId(UUID(int=next(numbers))))


def check(found: Directory) -> None:
    """What must hold after any story."""
    for identifier, owner in found.owners.items():
        assert owner in found.customers
        assert owner not in found.merged, f"{identifier} belongs to a customer who was given up"
    for customer_id, customer in found.customers.items():
        if customer_id in found.merged:
            continue
        for kind in ("bsuid", "wa_id", "phone"):
            value = getattr(customer, kind)
            assert value is None or found.owners[kind, value] == customer_id
    assert not found.changed & set(found.merged)
    assert {i: found.owners[i] for i in found.learned} == found.learned
    bsuids = [c.bsuid for id_, c in found.customers.items() if id_ not in found.merged and c.bsuid]
    assert len(bsuids) == len(set(bsuids))


@given(contacts)
def test_every_identifier_has_one_owner_who_exists(story: list[Contact]) -> None:
    found = directory()
    for contact in story:
        placed = found.place(contact)
        assert {found.owners[identifier] for identifier in contact.identifiers()} == {placed}
        check(found)


@given(contacts, renamings)
def test_also_when_people_change_number_or_bsuid(story: list[Contact], changes: list[tuple[Contact, Contact]]) -> None:
    found = directory()
    for contact in story:
        found.place(contact)
    for old, new in changes:
        placed = found.link(old, new)
        assert {found.owners[identifier] for identifier in new.identifiers()} == {found.survivor(placed)}
        for identifier, owner in found.owners.items():
            assert owner in found.customers, identifier
            assert owner not in found.merged, identifier


@given(contacts, people)
def test_the_same_contact_again_is_the_same_customer_and_changes_nothing(story: list[Contact], one: Contact) -> None:
    found = directory()
    for contact in story:
        found.place(contact)
    first = found.place(one)
    before = dict(found.owners), dict(found.merged), len(found.customers)
    assert found.changes_nothing([one])
    assert found.place(one) == first
    assert (dict(found.owners), dict(found.merged), len(found.customers)) == before


@given(contacts)
def test_a_bsuid_decides_whatever_the_phone_says(story: list[Contact]) -> None:
    found = directory()
    placed = [(contact, found.place(contact)) for contact in story]
    for bsuid in BSUIDS:
        owners = {found.survivor(id_) for contact, id_ in placed if contact.bsuid == bsuid}
        assert len(owners) <= 1


def test_both_spellings_of_a_phone_are_one_customer() -> None:
    found = directory()
    first = found.place(Contact(wa_id=SHORT))
    assert found.place(Contact(wa_id=LONG)) == first
    assert found.place(Contact(phone=LONG)) == first
    assert found.customers[first].phone == LONG
    assert found.customers[first].wa_id == LONG  # as Meta spelt it last
    assert found.created == [first]


def test_a_phone_with_another_bsuid_has_a_new_owner_and_the_former_loses_it() -> None:
    found = directory()
    former = found.place(Contact(bsuid="BR.1", wa_id=LONG, name="Ana"))
    owner = found.place(Contact(bsuid="BR.2", wa_id=LONG, name="Rui"))
    assert owner != former
    assert (found.customers[former].phone, found.customers[former].wa_id) == (None, None)
    assert found.customers[former].name == "Ana"
    assert former in found.changed
    assert found.place(Contact(wa_id=SHORT)) == owner
    assert found.place(Contact(bsuid="BR.1")) == former
    assert found.merged == {}


def test_a_recycled_phone_in_its_other_spelling_is_taken_away_too() -> None:
    found = directory()
    former = found.place(Contact(bsuid="BR.1", wa_id=LONG))
    owner = found.place(Contact(bsuid="BR.2", wa_id=SHORT))
    assert owner != former
    assert found.customers[former].phone is None
    assert found.place(Contact(phone=LONG)) == owner


def test_two_half_known_customers_are_one_when_a_contact_shows_both() -> None:
    found = directory()
    by_number, by_bsuid = found.place(Contact(wa_id=LONG)), found.place(Contact(bsuid="BR.1"))
    assert by_number != by_bsuid
    assert found.place(Contact(bsuid="BR.1", wa_id=LONG)) == by_bsuid
    assert found.merged == {by_number: by_bsuid}
    assert found.survivor(by_number) == by_bsuid
    assert set(found.owners.values()) == {by_bsuid}


def test_a_phone_learns_its_bsuid() -> None:
    found = directory()
    known = found.place(Contact(wa_id=LONG))
    assert found.place(Contact(bsuid="BR.1", wa_id=LONG)) == known
    assert found.customers[known].bsuid == "BR.1"


def test_who_changes_the_number_keeps_everything() -> None:
    found = directory()
    ana = found.place(Contact(bsuid="BR.1", wa_id=LONG, name="Ana"))
    assert found.link(Contact(bsuid="BR.1", wa_id=LONG), Contact(bsuid="BR.2", wa_id="12025550123")) == ana
    assert found.place(Contact(bsuid="BR.2")) == ana
    assert found.customers[ana].wa_id == "12025550123"


@given(contacts)
def test_a_name_that_is_not_said_is_not_forgotten(story: list[Contact]) -> None:
    found = directory()
    named = found.place(Contact(bsuid="BR.9", name="Zoé", username="zoe"))
    for contact in story:
        found.place(contact)
    found.place(Contact(bsuid="BR.9"))
    assert (found.customers[named].name, found.customers[named].username) == ("Zoé", "zoe")
