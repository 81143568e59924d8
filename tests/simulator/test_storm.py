"""The storm: who writes, what, when; and how far it is."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from tests.simulator.conftest import Bench, Start, text_to

from plantao_simulator.voices import voices


def test_there_are_enough_lines_by_enough_kinds_of_people() -> None:
    lines = [line for kind in voices().people for line in kind.lines()]
    assert len(set(lines)) >= 150
    assert len(voices().people) >= 6
    assert all(0 < len(line) <= 200 for line in lines)


def test_openings_are_short_bursts() -> None:
    dice = random.Random(3)
    sizes = Counter(len(voices().kind(dice).opening(dice)) for _ in range(500))
    assert set(sizes) <= {1, 2, 3, 4}
    assert len(sizes) >= 3


async def _texts(bench: Bench, customers: int, seed: int) -> list[tuple[str, str]]:
    """Who wrote which first line."""
    storm = bench.sim.storms.begin(customers, 0.2, seed)
    people = await bench.sim.storms.arrival(storm)
    chats = [(bench.sim.world.customers[one], bench.sim.world.chat(one)) for one in people]
    return [(f"{who.name} {who.phone}", str(chat[0].content["text"]["body"])) for who, chat in chats]


async def test_the_same_seed_is_the_same_storm(bench: Bench) -> None:
    first = await _texts(bench, 20, 5)
    await bench.control("POST", "/reset")
    assert await _texts(bench, 20, 5) == first
    await bench.control("POST", "/reset")
    assert await _texts(bench, 20, 6) != first


async def test_people_write_again_answer_and_close(start: Start) -> None:
    bench = await start(number_limit=False, pair_limit=False)
    begun = await bench.control("POST", "/storm", {"customers": 60, "seconds": 2, "seed": 9})
    assert (begun.status_code, begun.json()["seed"]) == (202, 9)
    [storm] = bench.sim.storms.all
    await bench.sim.storms.arrival(storm)
    for one in list(storm.people)[:40]:
        await bench.graph(text_to(f"+{bench.sim.world.customers[one].phone}", "Já estamos verificando."))
    await bench.sim.bus.until(lambda: None if storm.running else storm, 30)
    [shown] = (await bench.control("GET", "/storm")).json()["storms"]
    assert (shown["arrived"], shown["running"], len(shown["people"])) == (60, False, 60)
    assert shown["answered"] <= 40
    assert shown["answered"] + shown["waiting"] == 60
    assert min(shown[name] for name in ("answered", "nudges", "replies", "waiting")) > 0
    assert shown["messages"] == sum(m.author == "customer" for one in storm.people for m in bench.sim.world.chat(one))
    assert shown["messages"] > 60 + shown["nudges"]


async def test_a_storm_can_be_ended_and_goes_to_a_number(bench: Bench) -> None:
    await bench.control("POST", "/numbers", {"phone_number_id": "2001"})
    await bench.control("POST", "/storm", {"customers": 50, "seconds": 60, "seed": 4, "number": "2001"})
    [storm] = bench.sim.storms.all
    await bench.sim.bus.until(lambda: storm if storm.arrived else None, 30)
    await bench.control("DELETE", "/storm")
    await bench.sim.bus.until(lambda: None if storm.running else storm, 5)
    assert 0 < storm.arrived < 50
    assert {m.number for m in bench.sim.world.messages.values()} == {"2001"}


@pytest.mark.parametrize("body", [{"customers": 0}, {"seconds": -1}, {"people": 4}, {"number": "9"}])
async def test_a_storm_of_nonsense_is_refused(bench: Bench, body: dict[str, object]) -> None:
    assert (await bench.control("POST", "/storm", body)).status_code == 400
    assert bench.sim.storms.all == []


async def test_known_people_without_a_chat_write_first(bench: Bench) -> None:
    quiet = bench.sim.customer("Ana", phone="+5511999999999")
    answer = await bench.control("POST", "/outage", {"customers": 2, "seconds": 0})
    assert answer.json()["customers"][0] == quiet.id
