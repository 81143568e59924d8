"""Ids that sort by time."""

import time

from plantao.kit.ids import uuid7


def test_an_id_is_a_uuid_of_version_7_that_carries_its_moment() -> None:
    before = time.time_ns() // 1_000_000
    made = [uuid7() for _ in range(2000)]
    after = time.time_ns() // 1_000_000
    assert len(set(made)) == 2000
    for one in made:
        assert (one.version, one.variant) == (7, "specified in RFC 4122")
        assert before <= one.int >> 80 <= after
    assert [one.int >> 80 for one in made] == sorted(one.int >> 80 for one in made)


def test_all_random_bits_are_used() -> None:
    made = [uuid7().int for _ in range(500)]
    random_bits = [bit for bit in range(76) if bit not in (62, 63)]
    for bit in random_bits:
        assert {one >> bit & 1 for one in made} == {0, 1}
