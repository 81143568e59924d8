"""So many bytes at once, and no more."""

import pytest

from plantao.kit.errors import ServiceUnavailable
from plantao.kit.http.large_bodies import Budget


def test_a_budget_refuses_what_is_too_much_and_takes_back_what_was_used() -> None:
    budget = Budget(100)
    with budget.reserved(60):
        with pytest.raises(ServiceUnavailable) as refused, budget.reserved(41):
            pytest.fail("reserved beyond the budget")
        assert refused.value.headers == {"Retry-After": "5"}
        with budget.reserved(40):
            pass
    with pytest.raises(KeyError), budget.reserved(100):
        raise KeyError
    with budget.reserved(100):
        pass
