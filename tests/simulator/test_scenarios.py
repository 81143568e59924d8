"""Scenario files: what is refused and where, what a play does, and the two that come along."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.simulator.conftest import Bench, Start

from plantao_simulator.scenario import ScenarioError, read_scenario, seconds, shipped

PEOPLE = "name: x\ntimeline: [{heal: true}]\n"
HEAD = "name: x\ncustomers:\n  ana: {phone: '+5511999999999'}\ntimeline:\n"

WRONG: dict[str, tuple[str, str]] = {
    "no YAML": ("a: [", "f.yaml:1: "),
    "a list": ("[]", "f.yaml:1: Expected `object`, got `array`"),
    "nameless": ("timeline: [{heal: true}]", "f.yaml:1: Object missing required field `name`"),
    "unknown field": (HEAD + "  - heal: true\n    wehn: 3\n", "f.yaml:6: timeline[0].wehn: "),
    "unknown top field": ("nam: x\n", "f.yaml:1: nam: "),
    "wrong type": (HEAD + "  - storm:\n      customers: many\n", "f.yaml:6: timeline[0].storm.customers: "),
    "no time": (HEAD + "  - heal: true\n    at: soon\n", "f.yaml:6: timeline[0].at: 'soon' is no time"),
    "nothing to do": (HEAD + "  - at: 3\n", "f.yaml:5: timeline[0]: exactly one of "),
    "two things to do": (HEAD + "  - heal: true\n    clock: 3\n", "f.yaml:5: timeline[0]: exactly one of "),
    "times without every": (HEAD + "  - heal: true\n    times: 2\n", "f.yaml:6: timeline[0].times: needs every"),
    "a stranger": (HEAD + "  - write: {customer: rui}\n", "f.yaml:5: timeline[0].write.customer: 'rui' is not"),
    "no type": (HEAD + "  - write:\n      customer: ana\n      type: smell\n", "f.yaml:7: timeline[0].write.type: "),
    "misspelt": (HEAD + "  - write:\n      customer: ana\n      txet: oi\n", "f.yaml:7: timeline[0].write.txet: "),
    "unknown fault": (HEAD + "  - faults: {weather: {rain: 1}}\n", "f.yaml:5: timeline[0].faults: "),
    "unknown customer field": (
        PEOPLE + "customers:\n  bia: {}\n  ana:\n    fone: 1\n",
        "f.yaml:6: customers.ana.fone: ",
    ),
}


@pytest.mark.parametrize(("text", "problem"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_told_with_its_line_and_field(text: str, problem: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        read_scenario(text, "f.yaml")
    assert str(refused.value).startswith(problem)


@pytest.mark.parametrize(
    ("given", "wanted"), [(3, 3), ("90", None), ("90s", 90), ("1m30s", 90), ("2h", 7200), ("0.5s", 0.5), ("", None)]
)
def test_times(given: float | str, wanted: float | None) -> None:
    if wanted is None:
        with pytest.raises(ValueError, match="is no time"):
            seconds(given)
    else:
        assert seconds(given) == wanted


@pytest.mark.parametrize("name", ["storm", "bad-day"])
def test_the_scenarios_that_come_along_are_whole(name: str) -> None:
    scenario = read_scenario(shipped()[name], name)
    times = [at for at, _ in scenario.occurrences()]
    assert times == sorted(times)
    assert len(times) >= 15
    assert scenario.description


PLAY = """
name: Um pouco de tudo
seed: 3
numbers: [{phone_number_id: "2001", verified_name: Vendas}]
customers:
  ana: {name: Ana, phone: "+5511999999999"}
timeline:
  - write: {customer: ana, type: text, text: oi}
  - at: 1s
    every: 1s
    times: 3
    write: {customer: ana, type: text, text: "alguém?"}
  - at: 2s
    faults: {webhook: {copies: 2}, graph: [{kind: html}]}
  - at: 5s
    heal: true
  - at: 5s
    settings: {window_failure: async}
  - at: 5s
    number: {number: "2001", quality: RED}
  - at: 5s
    template: {name: boas_vindas, status: PAUSED}
  - at: 5s
    notice: {field: account_alerts}
  - at: 5s
    echo: {customer: ana, text: já vamos}
  - at: 5s
    phone: {customer: ana, online: false}
  - at: 5s
    tap: {customer: ana}
  - at: 5s
    clock: 1h
  - at: 6s
    say: Fim
  - at: 6s
    storm: {customers: 2, seconds: 0, seed: 1}
"""


async def test_a_play_does_each_thing_at_its_time(bench: Bench) -> None:
    before = bench.sim.now()
    begun = await bench.control("POST", "/scenarios", {"yaml": PLAY, "speed": 20})
    assert (begun.status_code, begun.json()["steps"]) == (202, 16)
    [play] = bench.sim.stage.all
    await bench.sim.stage.ended(play, 20)
    assert (play.done, play.said, play.problems) == (16, "Fim", ["tap at 5 s: there is nothing to tap"])
    ana = next(iter(bench.sim.world.customers.values()))
    texts = [m.content["text"]["body"] for m in bench.sim.chat(ana)]
    assert texts == ["oi", "alguém?", "alguém?", "alguém?", "já vamos"]
    assert (bench.sim.faults.webhook.copies, bench.sim.faults.graph, ana.online) == (1, [], False)
    assert bench.sim.config.window_failure == "async"
    assert bench.sim.business.numbers["2001"].quality == "RED"
    assert bench.sim.business.first.account.alerts
    assert bench.sim.now() - before >= 3600
    assert len(bench.sim.storms.all) == 1


async def test_a_play_is_given_by_name_or_as_an_object_and_ended(bench: Bench) -> None:
    slow = {"name": "x", "timeline": [{"heal": True}, {"at": "1h", "heal": True}]}
    one = (await bench.control("POST", "/scenarios", {"scenario": slow})).json()
    named = await bench.control("POST", "/scenarios", {"name": "bad-day"})
    assert named.status_code == 202
    [first, second] = bench.sim.stage.all
    await bench.control("DELETE", f"/scenarios/{one['id']}")
    await bench.sim.stage.ended(first, 5)
    assert second.running
    await bench.control("DELETE", "/scenarios")
    await bench.sim.stage.ended(second, 5)
    listed = (await bench.control("GET", "/scenarios")).json()
    assert listed["shipped"] == ["bad-day", "storm"]
    assert [p["running"] for p in listed["plays"]] == [False, False]


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"name": "nope"}, 404), ({"yaml": "a: ["}, 400), ({"name": "storm", "yaml": "x"}, 400)],
)
async def test_what_is_no_scenario_is_refused(bench: Bench, body: dict[str, str], status: int) -> None:
    assert (await bench.control("POST", "/scenarios", body)).status_code == status


def _program(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "plantao_simulator", "--port", "0", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ, check=False)


def test_the_program_tells_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    file = tmp_path / "meu.yaml"
    file.write_text("name: x\ntimeline: [{heal: true, at: soon}]\n")
    done = _program("--scenario", str(file))
    assert done.returncode == 2
    assert "meu.yaml:2: timeline[0].at: 'soon' is no time" in done.stderr


def test_the_program_tells_what_is_wrong_with_a_number() -> None:
    done = _program("--number", "id=1,colour=red")
    assert done.returncode == 2
    assert "'colour' is none of id, account" in done.stderr


async def test_the_program_takes_the_products_list_of_numbers(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    from plantao_simulator.__main__ import _config, _parser

    monkeypatch.setenv("PLANTAO_WHATSAPP_NUMBERS", '[{"phone_number_id": "2001", "name": "Vendas", "bot": true}]')
    config, _ = _config(_parser().parse_args([]))
    assert [(n.phone_number_id, n.verified_name) for n in config.numbers] == [("2001", "Vendas")]
    config, _ = _config(_parser().parse_args(["--number", "id=3001,rate=5,quality=RED"]))
    assert [(n.phone_number_id, n.messages_per_second, n.quality) for n in config.numbers] == [("3001", 5.0, "RED")]
