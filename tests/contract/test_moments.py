"""Times that one sends are ISO 8601 with a zone, and nothing else that a parser might take for one."""

import pytest
from tests.stories.harness import System

from plantao.identity.models import Role


@pytest.mark.parametrize("value", ["2026-02-01T10:00:00Z", "2026-02-01 10:00:00-03:00", "2026-02-01T10:00:00.5+00:00"])
async def test_a_time_with_its_zone_is_taken(system: System, value: str) -> None:
    lead = await system.person(Role.SUPERVISOR)
    answer = await lead.get("/conversations", start_date=value, end_date=value)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("value", ["0.5", "0", "1769940000", "-1", "2026-02-01", "2026-02-01T10:00:00", "ontem", ""])
async def test_a_number_or_a_time_without_a_zone_is_refused(system: System, value: str) -> None:
    lead = await system.person(Role.SUPERVISOR)
    for field in ("start_date", "end_date"):
        answer = await lead.get("/conversations", **{field: value})
        assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text
