"""The page about the simulator names everything there is."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from plantao_simulator import create_simulator
from plantao_simulator.contents import FIELDS
from plantao_simulator.faults import GraphFault, Weather, WebhookFaults
from plantao_simulator.inbound import MEDIA_TYPES
from plantao_simulator.notices import OF_A_NUMBER
from plantao_simulator.requests import SettingsBody
from plantao_simulator.samples import notice_sample
from plantao_simulator.scenario import Step, read_scenario, shipped

PAGE = (Path(__file__).parents[2] / "docs/simulator.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([a-z_]+)`", PAGE))


def _routes() -> list[tuple[str, str]]:
    app = create_simulator().app
    assert isinstance(app, Starlette)
    routes = [route for route in app.routes if isinstance(route, Route) and route.path.startswith("/_sim")]
    return [(verb, route.path) for route in routes for verb in sorted(route.methods or ()) if verb != "HEAD"]


def test_every_endpoint_is_there() -> None:
    documented = {(verb, re.sub(r"{\w+}", "{}", path)) for verb, path in re.findall(r"`([A-Z]+) (/_sim[^`]*)`", PAGE)}
    existing = {(verb, re.sub(r"{\w+}", "{}", path)) for verb, path in _routes()}
    assert existing - documented == set()
    assert documented - existing == {("POST", "/_sim/gemini")}  # on the other stand-in's address


@pytest.mark.parametrize("kind", [WebhookFaults, GraphFault, Weather, SettingsBody, Step])
def test_every_fault_setting_and_step_is_there(kind: type[msgspec.Struct]) -> None:
    shown = NAMED | set(re.findall(r"^\s+(\w+):", PAGE, re.MULTILINE)) | set(re.findall(r"- (\w+):", PAGE))
    assert set(kind.__struct_fields__) - shown == set()


def test_every_kind_of_writing_is_there() -> None:
    fields = {field for each in FIELDS.values() for field in each.split()}
    assert (set(FIELDS) | set(MEDIA_TYPES) | fields) - NAMED == set()


def test_every_sample_of_news_and_every_scenario_is_there() -> None:
    first = create_simulator().business.first
    with pytest.raises(ValueError, match="Samples") as told:
        notice_sample("nothing", first, first.account, 0)
    samples = str(told.value).partition("Samples: ")[2].split(", ")
    assert set(samples) - NAMED == set()
    assert OF_A_NUMBER & set(samples)
    assert [name for name in shipped() if f"`{name}`" not in PAGE] == []


def test_the_example_of_a_scenario_is_one() -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert len(read_scenario(example).occurrences()) == 7
