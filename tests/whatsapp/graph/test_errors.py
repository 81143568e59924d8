"""What each of Meta's codes means, and how long is waited for it."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantao.whatsapp.graph.error_table import ErrorClass, rows
from plantao.whatsapp.graph.errors import classify, explain, title_of
from plantao.whatsapp.graph.retries import retry_delay

# Meta's published codes, by what is to be done.
CODES: dict[ErrorClass, tuple[int, ...]] = {
    ErrorClass.RETRY: (1, 2, 131000, 131016, 131053, 133004),
    ErrorClass.WAIT: (131064, 132069, 133015, 133016),
    ErrorClass.THROTTLED_NUMBER: (130429, 131057),
    ErrorClass.THROTTLED_BULK: (131048,),
    ErrorClass.THROTTLED_ACCOUNT: (4, 17, 32, 613, 80007),
    ErrorClass.THROTTLED_PAIR: (131056,),
    ErrorClass.NEEDS_TEMPLATE: (131047,),
    ErrorClass.OTHER_FORM: (131026,),
    ErrorClass.TOKEN: (0, 104, 190),
    ErrorClass.CONFIGURATION: (
        *(3, 10, 33, 200, 210, 299, 368, 131005, 131031, 131037, 131042, 131044, 131045),
        *(133000, 133005, 133006, 133008, 133009, 133010, 134011),
    ),
    ErrorClass.PERMANENT: (
        *(100, 1026, 130472, 130497, 130501, 131008, 131009, 131020, 131021, 131030, 131041, 131049, 131050),
        *(131051, 131052, 131055, 131062, 131063, 131200, 131299, 132000, 132001, 132005, 132007, 132008),
        *(132012, 132015, 132016, 132068, 134100, 134102, 135000, 137000, 138000, 138999, 139100, 139199),
        *(147001, 147005, 2388000, 2388299, 2593107, 2593109),
    ),
}
PAIRS = [(code, kind) for kind, codes in CODES.items() for code in codes]


@pytest.mark.parametrize(("code", "kind"), PAIRS)
def test_each_code_has_a_class_whatever_the_status(code: int, kind: ErrorClass) -> None:
    assert classify(code) is kind
    assert classify(code, http_status=500, is_transient=True) is kind
    assert title_of(code) != "Unknown error"


@pytest.mark.parametrize(
    ("http_status", "is_transient", "kind"),
    [
        (400, False, ErrorClass.PERMANENT),
        (400, True, ErrorClass.RETRY),
        (500, False, ErrorClass.RETRY),
        (429, False, ErrorClass.THROTTLED_NUMBER),
        (401, False, ErrorClass.TOKEN),
        (403, False, ErrorClass.CONFIGURATION),
        (None, False, ErrorClass.PERMANENT),
    ],
)
@pytest.mark.parametrize("code", [None, 300, 131300, 999999])
def test_an_unknown_code_goes_by_what_else_is_known(
    code: int | None, http_status: int | None, is_transient: bool, kind: ErrorClass
) -> None:
    assert classify(code, http_status=http_status, is_transient=is_transient) is kind
    assert title_of(code) == "Unknown error"


def test_every_code_that_is_known_is_in_the_list_above() -> None:
    listed = {code for codes in CODES.values() for code in codes}
    for name, _ in rows():
        assert int(name.split("-")[0]) in listed, name


@pytest.mark.parametrize("code", [code for code, _ in PAIRS])
def test_an_agent_reads_portuguese_and_what_to_do(code: int) -> None:
    told = explain(code)
    assert 8 <= len(told.title) <= 70
    assert told.action.endswith(".")
    assert told.title != told.name
    assert not told.title.endswith(".")
    if told.error_class in (ErrorClass.TOKEN, ErrorClass.CONFIGURATION):
        assert "administrador" in told.action


def test_what_the_table_does_not_hold_is_explained_by_its_class() -> None:
    assert explain(999999).title == explain(None).title
    assert explain(999999, ErrorClass.RETRY).title == "A Meta não respondeu"
    assert explain(131026, ErrorClass.RETRY) == explain(131026)


class LeastChance(random.Random):
    """The random part at its least."""

    def uniform(self, a: float, b: float) -> float:
        return min(a, b)


def chance(seed: int) -> random.Random:
    return random.Random(seed)


def waits(kind: ErrorClass, code: int | None = None) -> list[float]:
    """The waits without their random part, in seconds, until it is given up."""
    found: list[float] = []
    while (delay := retry_delay(kind, len(found) + 1, LeastChance(), code=code)) is not None:
        found.append(delay.total_seconds())
    return found


def test_the_waits() -> None:
    assert waits(ErrorClass.THROTTLED_PAIR) == [1, 4, 16, 64, 256, 1024]
    assert waits(ErrorClass.RETRY)[:5] == [1, 2, 4, 8, 16]
    assert sum(waits(ErrorClass.RETRY)) > 15 * 60
    assert waits(ErrorClass.RETRY, 131000) == [2, 8]
    assert waits(ErrorClass.RETRY, 131053) == [5]
    assert waits(ErrorClass.THROTTLED_NUMBER)[:3] == [2, 4, 8]
    assert waits(ErrorClass.THROTTLED_BULK, 131048) == [3600, 7200, 14400]
    assert waits(ErrorClass.THROTTLED_ACCOUNT, 4)[0] == 60
    assert waits(ErrorClass.WAIT, 132069) == [600, 1200]
    assert waits(ErrorClass.THROTTLED_NUMBER, 131057) == [10] * 11


@pytest.mark.parametrize(
    "kind",
    [
        ErrorClass.PERMANENT,
        ErrorClass.NEEDS_TEMPLATE,
        ErrorClass.OTHER_FORM,
        ErrorClass.TOKEN,
        ErrorClass.CONFIGURATION,
    ],
)
def test_what_cannot_succeed_is_not_tried_again(kind: ErrorClass) -> None:
    assert waits(kind) == []
    assert waits(kind, 131000) == []


@given(st.sampled_from(ErrorClass), st.integers(1, 10**6), st.integers(), st.none() | st.sampled_from(PAIRS))
def test_every_wait_is_positive_bounded_and_ends(
    kind: ErrorClass, attempts: int, seed: int, pair: tuple[int, ErrorClass] | None
) -> None:
    code = pair[0] if pair else None
    delay = retry_delay(kind, attempts, chance(seed), code=code)
    assert delay is None or timedelta(seconds=1) <= delay <= timedelta(hours=30)
    assert attempts < 12 or delay is None


@given(st.integers())
def test_the_random_part_only_adds(seed: int) -> None:
    delay = retry_delay(ErrorClass.THROTTLED_PAIR, 3, chance(seed))
    assert delay is not None
    assert 16 <= delay.total_seconds() <= 20
