"""Scenario files: a timeline in YAML of what customers, network and Meta do. Errors name the line and the field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml

from plantao_simulator.faults import Faults, GraphFault
from plantao_simulator.inbound import fields_of
from plantao_simulator.requests import (
    Closed,
    CustomerBody,
    NoticeBody,
    NumberBody,
    NumberChange,
    SettingsBody,
    StormBody,
    TemplateBody,
)
from plantao_simulator.wire import JsonObject

_SHIPPED = Path(__file__).parent / "scenarios"
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?")
_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>\$.*)`)?$", re.DOTALL)
_UNKNOWN = re.compile(r"unknown field `(?P<field>[^`]+)`")
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_LONGEST = 1024 * 1024
Trail = list[str | int]
"""Keys and indices from the top of the file to what is meant."""


class ScenarioError(ValueError):
    """A file that is not a scenario; the text says where and why."""


class FaultsStep(Closed):
    """As the body of `POST /_sim/faults`."""

    webhook: dict[str, Any] = msgspec.field(default_factory=dict)
    weather: dict[str, Any] = msgspec.field(default_factory=dict)
    graph: list[GraphFault] = msgspec.field(default_factory=list)


class PersonStep(Closed):
    """Whose phone, and what is done with it."""

    customer: str
    online: bool | None = None
    chat_open: bool | None = None
    wa_id: str | None = None


class TapStep(Closed):
    """Presses a button or list row of the newest message that has it; without `option` the first one."""

    customer: str
    option: str | None = None


class TemplateStep(TemplateBody, kw_only=True):
    name: str


class NumberStep(NumberChange):
    number: str | None = None


class Step(Closed):
    """One line of the timeline: when, how often, and exactly one of the other fields."""

    at: float | str = 0.0
    every: float | str | None = None
    times: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1
    write: dict[str, Any] | None = None
    echo: dict[str, Any] | None = None
    tap: TapStep | None = None
    phone: PersonStep | None = None
    faults: FaultsStep | None = None
    heal: bool | None = None
    storm: StormBody | None = None
    notice: NoticeBody | None = None
    template: TemplateStep | None = None
    number: NumberStep | None = None
    settings: SettingsBody | None = None
    clock: float | str | None = None
    say: str | None = None

    @property
    def action(self) -> str:
        return self.actions()[0]

    def actions(self) -> list[str]:
        return [name for name in self.__struct_fields__[3:] if getattr(self, name) is not None]


class Scenario(Closed):
    """A file. `customers` by the names the timeline calls them."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    timeline: Annotated[list[Step], msgspec.Meta(min_length=1, max_length=1000)]
    description: str = ""
    seed: int | None = None
    numbers: list[NumberBody] = msgspec.field(default_factory=list)
    customers: dict[str, CustomerBody] = msgspec.field(default_factory=dict)

    def occurrences(self) -> list[tuple[float, Step]]:
        """All steps with their time in seconds from the start, in order; those at one time as the file has them."""
        found = [
            (seconds(step.at) + turn * seconds(step.every or 0.0), step)
            for step in self.timeline
            for turn in range(step.times)
        ]
        return sorted(found, key=lambda one: one[0])


def seconds(given: float | str) -> float:
    """`90`, `90s`, `1m30s` or `2h` in seconds. ValueError for anything else."""
    if not isinstance(given, str):
        number = float(given)
    else:
        match = _DURATION.fullmatch(given.strip())
        if match is None or not any(match.groups()):
            message = f"{given!r} is no time: write 90, 90s, 1m30s or 2h"
            raise ValueError(message)
        hours, minutes, rest = (float(part or 0) for part in match.groups())
        number = hours * 3600 + minutes * 60 + rest
    if number < 0:
        message = "a time may not be negative"
        raise ValueError(message)
    return number


def shipped() -> dict[str, str]:
    """The scenarios that come along: name to YAML."""
    return {path.stem: path.read_text("utf-8") for path in sorted(_SHIPPED.glob("*.yaml"))}


def read_scenario(text: str, source: str = "scenario") -> Scenario:
    """Raises ScenarioError: `storm.yaml:12: timeline[3].storm.customers: Expected `int`, got `str``."""
    try:
        if len(text) > _LONGEST:
            message = "the file is too large"
            raise ScenarioError(f"{source}: {message}")
        tree, data = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line + 1) if error.problem_mark else 1
        raise ScenarioError(f"{source}:{line}: {error.problem or error.context}") from None
    try:
        scenario = msgspec.convert(data, Scenario)
    except msgspec.ValidationError as error:
        raise ScenarioError(_placed(str(error), tree, source)) from None
    for path, problem in _problems(scenario):
        raise ScenarioError(_located(source, tree, path, problem))
    return scenario


def read_given(given: JsonObject) -> Scenario:
    """The same from JSON."""
    return read_scenario(msgspec.json.encode(given).decode())


def _problems(scenario: Scenario) -> Iterator[tuple[Trail, str]]:
    """What the types do not say."""
    for index, step in enumerate(scenario.timeline):
        path: Trail = ["timeline", index]
        if len(step.actions()) != 1:
            yield path, f"exactly one of {', '.join(step.__struct_fields__[3:])} is required"
        if step.times > 1 and step.every is None:
            yield [*path, "times"], "needs every"
        for name in ("at", "every", "clock"):
            if problem := _time_problem(getattr(step, name)):
                yield [*path, name], problem
        yield from _people_problems(scenario, step, path)
        if step.faults is not None and (problem := _faults_problem(step.faults)):
            yield [*path, "faults"], problem


def _time_problem(given: float | str | None) -> str | None:
    try:
        seconds(given or 0.0)
    except ValueError as error:
        return str(error)
    return None


def _faults_problem(asked: FaultsStep) -> str | None:
    try:
        Faults().change(msgspec.to_builtins(asked))
    except msgspec.ValidationError as error:
        return str(error)
    return None


def _people_problems(scenario: Scenario, step: Step, path: Trail) -> Iterator[tuple[Trail, str]]:
    for name in ("write", "echo", "tap", "phone"):
        asked = getattr(step, name)
        if asked is None:
            continue
        named = asked.get("customer") if isinstance(asked, dict) else asked.customer
        if named not in scenario.customers:
            yield [*path, name, "customer"], f"{named!r} is not one of the customers"
        if isinstance(asked, dict):
            yield from _writing_problems(asked, [*path, name])


def _writing_problems(writing: dict[str, Any], path: Trail) -> Iterator[tuple[Trail, str]]:
    kind = str(writing.get("type", "text"))
    fields = fields_of(kind)
    if "content" in writing:
        return
    if fields is None:
        yield [*path, "type"], f"{kind!r} is not a type of message"
        return
    for name in writing:
        if name not in fields and name != "customer":
            yield [*path, name], f"a {kind} message has no field {name!r}"


def _placed(problem: str, tree: yaml.Node | None, source: str) -> str:
    """msgspec's message with the line of what it means."""
    match = _PLACE.match(problem)
    what, path = (match["what"], match["path"]) if match else (problem, None)
    steps: Trail = [int(i) if i.isdigit() else (n or i) for n, i in _STEP.findall((path or "$")[1:])]
    if unknown := _UNKNOWN.search(what):
        steps.append(unknown["field"])
    return _located(source, tree, steps, what)


def _located(source: str, tree: yaml.Node | None, path: Trail, problem: str) -> str:
    shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
    return f"{source}:{_line(tree, path)}: {f'{shown}: ' if shown else ''}{problem}"


def _line(node: yaml.Node | None, path: Trail) -> int:
    """The line of the deepest part of the path that is there, from 1."""
    line = node.start_mark.line + 1 if node else 1
    for step in path:
        key, node = _child(node, step)
        if node is None:
            return line
        line = (key or node).start_mark.line + 1
    return line


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node | None, yaml.Node | None]:
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(step)), (None, None))
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return None, node.value[step]
    return None, None
