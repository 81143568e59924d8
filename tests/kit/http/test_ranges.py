"""Which bytes a `Range` asks for."""

import pytest
from starlette.datastructures import Headers

from plantao.kit.errors import ErrorCode
from plantao.kit.http.ranges import Part, RangeNotSatisfiable, is_known, wanted_part

TAG = '"abc"'

WANTED = {
    "bytes=0-0": Part(0, 1),
    "bytes=0-": Part(0, 1000),
    "bytes=999-": Part(999, 1000),
    "bytes=10-19": Part(10, 20),
    "bytes=10-99999": Part(10, 1000),
    "bytes=-1": Part(999, 1000),
    "bytes=-5000": Part(0, 1000),
    "Bytes = 1 - 2 ": Part(1, 3),
}
WHOLE = ["", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=0-1,5-6", "lines=0-1", "bytes=0-1-2",
         "bytes=+1-2", "bytes=\xb2-", "bytes=" + "9" * 19 + "-"]  # fmt: skip


@pytest.mark.parametrize("asked", WANTED)
def test_one_range_is_that_part(asked: str) -> None:
    assert wanted_part(Headers({"range": asked}), 1000, TAG) == WANTED[asked]


@pytest.mark.parametrize("asked", WHOLE)
def test_what_is_no_single_range_is_answered_with_the_whole(asked: str) -> None:
    assert wanted_part(Headers({"range": asked}), 1000, TAG) is None


@pytest.mark.parametrize("asked", ["bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=999999999999999999-"])
def test_a_part_that_is_not_there_is_refused_with_the_size(asked: str) -> None:
    with pytest.raises(RangeNotSatisfiable) as refused:
        wanted_part(Headers({"range": asked}), 1000, TAG)
    error = refused.value
    assert (error.status, error.error_code) == (416, ErrorCode.RANGE_NOT_SATISFIABLE)
    assert error.headers == {"Content-Range": "bytes */1000"}


def test_a_range_of_another_state_is_the_whole() -> None:
    for condition, part in (
        (TAG, Part(0, 5)),
        ('"old"', None),
        (f"W/{TAG}", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ):
        assert wanted_part(Headers({"range": "bytes=0-4", "if-range": condition}), 1000, TAG) == part


def test_the_header_of_a_part_names_its_bounds() -> None:
    assert Part(10, 20).content_range(1000) == "bytes 10-19/1000"


def test_what_the_client_has_is_known() -> None:
    for told, known in ((TAG, True), (f'"x", W/{TAG}', True), ("*", True), ('"x"', False), ("", False)):
        assert is_known(Headers({"if-none-match": told}), TAG) is known
    assert not is_known(Headers({}), TAG)
