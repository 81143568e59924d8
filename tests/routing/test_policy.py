"""Who is next."""

from hypothesis import given
from hypothesis import strategies as st

from plantao.routing.policy import Candidate, choose

candidates = st.lists(
    st.builds(Candidate, st.integers(1, 30), st.just("Ana"), st.integers(0, 6), st.integers(1, 6)),
    unique_by=lambda candidate: candidate.user_id,
    max_size=8,
)
last = st.none() | st.integers(1, 30)


@given(candidates, last)
def test_nobody_gets_more_than_allowed_and_nobody_waits_while_somebody_is_free(
    found: list[Candidate], last_agent: int | None
) -> None:
    chosen = choose(found, last_agent)
    free = [candidate for candidate in found if candidate.load < candidate.max_conversations]
    assert (chosen is None) == (free == [])
    assert chosen is None or chosen in free


@given(candidates, last)
def test_the_last_agent_first_else_the_least_busy(found: list[Candidate], last_agent: int | None) -> None:
    chosen = choose(found, last_agent)
    free = [candidate for candidate in found if candidate.is_available]
    known = [candidate for candidate in free if candidate.user_id == last_agent]
    if known:
        assert chosen == known[0]
    elif chosen is not None:
        least = min(candidate.load for candidate in free)
        assert chosen.load == least
        assert chosen.user_id == min(candidate.user_id for candidate in free if candidate.load == least)


@given(candidates, last)
def test_the_order_of_the_candidates_does_not_matter(found: list[Candidate], last_agent: int | None) -> None:
    assert choose(found, last_agent) == choose(reversed(found), last_agent)
