"""Any signed body whatever: 200, read or put aside, nothing left over, and what is good in it is stored."""

import json
import re
import time
from itertools import count
from typing import Any

import structlog
from hypothesis import strategies as st
from tests.attacks.fuzzing import JSON_VALUES, fuzz
from tests.stories.harness import Json, System
from tests.stories.test_intake import deliver, text
from tests.whatsapp.wire.test_hostile import PLACES, SAMPLE, replaced

from plantao.identity.models import Role

_numbers = count(1)
VALUE = ("entry", 0, "changes", 0, "value")


def rewritten(tree: Any, number: int) -> Any:
    """The sample with ids of its own: what is seen twice would be stored once."""
    return json.loads(json.dumps(tree).replace("wamid.", f"wamid.{number}."))


@st.composite
def mutated(draw: st.DrawFn) -> tuple[Json, bool]:
    """A body with a good message at its end, and whether the damage leaves that to be found."""
    places = draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=4))
    tree: Any = SAMPLE
    intact = True
    for place in places:
        try:
            tree = replaced(tree, place, draw(JSON_VALUES))
        except (KeyError, IndexError, TypeError):
            continue  # an earlier one has taken the place away
        # Without the number that was written to, nothing in the change can be read.
        intact = intact and place[:5] == VALUE and len(place) > 6 and place[5] != "metadata"
    return tree, intact


async def test_every_signed_body_is_kept_read_or_put_aside(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    wanted: list[str] = []

    async def try_body(example: tuple[Any, bool] | bytes | int) -> None:
        if isinstance(example, int):
            example = b'{"entry":' + b"[" * example + b"]" * example + b"}"
        if isinstance(example, bytes):
            assert await deliver(system, example) == 200
            return
        tree, intact = example
        number = next(_numbers)
        body = rewritten(tree, number)
        if intact:
            good = text(f"wamid.good.{number}", f"boa {number}", at=int(time.time()), wa_id="5521900000001")
            body["entry"][0]["changes"][0]["value"]["messages"].append(good)
            wanted.append(good["text"]["body"])
        assert await deliver(system, json.dumps(body).encode()) == 200

    raw = st.binary(max_size=200) | JSON_VALUES.map(lambda tree: json.dumps(tree).encode()) | st.integers(1, 50_000)
    with structlog.testing.capture_logs() as logged:
        await fuzz(st.one_of(mutated(), mutated(), raw), try_body, examples=150)
        # Not what is to be sent: to so few people Meta lets so many answers go only slowly.
        await system.settle(60, "ledger")
    assert {entry["event"] for entry in logged} & {"worker_step_failed", "request_failed"} == set()
    assert len(wanted) > 20
    assert set(wanted) <= await stored(system, lead)
    pending = re.search(r"^plantao_ledger_pending (.+)$", (await system.client.get("/metrics")).text, re.MULTILINE)
    assert pending is not None
    assert float(pending[1]) == 0
    assert (await system.client.get("/health/ready")).status_code == 200


async def stored(system: System, lead: Any) -> set[str]:
    """All that customers have said, as a supervisor reads it."""
    found: set[str] = set()
    for conversation in await lead.conversations(limit=100):
        answer = await lead.get(f"/conversations/{conversation['id']}", limit=1000)
        found |= {message["content"] for message in answer.json()["messages"]}
    return found
