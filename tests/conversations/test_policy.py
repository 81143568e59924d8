"""The rules as plain functions."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from plantao.conversations.models import ConversationStatus, MessageStatus, Priority, Resolution
from plantao.conversations.policy import (
    PRIORITY_OF_RANK,
    PRIORITY_RANK,
    STATUS_RANK,
    status_after,
    whole_second,
    window_is_open,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_ranks_are_in_the_order_of_what_can_happen() -> None:
    order = ["queued", "sent", "failed", "delivered", "read", "played"]
    ranks = [STATUS_RANK[MessageStatus(name)] for name in order]
    assert all(one < two for one, two in pairwise(ranks))
    assert set(STATUS_RANK) == set(MessageStatus)


def test_every_priority_has_a_rank_of_its_own() -> None:
    assert set(PRIORITY_RANK) == set(Priority)
    assert {PRIORITY_OF_RANK[rank]: rank for rank in PRIORITY_OF_RANK} == PRIORITY_RANK
    assert PRIORITY_RANK[Priority.LOW] < PRIORITY_RANK[Priority.NORMAL] < PRIORITY_RANK[Priority.HIGH]


@pytest.mark.parametrize("resolution", Resolution)
def test_only_what_was_resolved_is_listed_as_resolved(resolution: Resolution) -> None:
    expected = ConversationStatus.RESOLVED if resolution == "resolved" else ConversationStatus.CLOSED
    assert status_after(resolution) is expected


@pytest.mark.parametrize(
    ("expires", "is_open"),
    [(None, False), (NOON, False), (NOON + timedelta(seconds=1), True), (NOON - timedelta(seconds=1), False)],
)
def test_the_window_is_open_until_the_moment_it_ends(expires: datetime | None, is_open: bool) -> None:
    assert window_is_open(expires, NOON) is is_open


def test_moments_are_cut_to_the_second_never_rounded_up() -> None:
    assert whole_second(NOON + timedelta(microseconds=999_999)) == NOON
