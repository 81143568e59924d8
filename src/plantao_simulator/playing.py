"""Plays scenarios: each step at its time, several scenarios side by side."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from plantao_simulator.config import NumberConfig
from plantao_simulator.notices import told_by
from plantao_simulator.requests import set_fields
from plantao_simulator.scenario import Scenario, Step, seconds
from plantao_simulator.state import Customer
from plantao_simulator.storm import Storms
from plantao_simulator.wire import JsonObject

if TYPE_CHECKING:
    from plantao_simulator.simulator import Simulator  # which holds what is defined here


@dataclass(slots=True, kw_only=True)
class Play:
    """How far a scenario is. A step that goes wrong is told in `problems`; the others go on."""

    id: str
    name: str
    steps: int
    speed: float
    running: bool = True
    done: int = 0
    started: float = 0.0
    said: str = ""
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> JsonObject:
        return {name: getattr(self, name) for name in self.__slots__}


class Stage:
    """Starts scenarios and remembers them."""

    def __init__(self, sim: Simulator, storms: Storms) -> None:
        self._sim, self._storms = sim, storms
        self._numbers = itertools.count(1)
        self._works: dict[str, asyncio.Task[None]] = {}
        self.all: list[Play] = []

    def begin(self, scenario: Scenario, speed: float = 1.0) -> Play:
        """Under way when this returns; the customers and numbers are there. ValueError if one of them can not be."""
        sim = self._sim
        if scenario.seed is not None:
            sim.dice.seed(scenario.seed)
        for number in scenario.numbers:
            sim.add_number(NumberConfig(**set_fields(number)))
        people = {key: _person(sim, given) for key, given in scenario.customers.items()}
        steps = scenario.occurrences()
        play = Play(id=f"p{next(self._numbers)}", name=scenario.name, steps=len(steps), speed=speed, started=sim.now())
        self.all.append(play)
        self._works[play.id] = sim.spawn(self._run(play, steps, _Actor(sim, self._storms, people, play)))
        return play

    async def _run(self, play: Play, steps: list[tuple[float, Step]], actor: _Actor) -> None:
        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            for at, step in steps:
                await asyncio.sleep(max(0.0, start + at / play.speed - loop.time()))
                try:
                    await actor.act(step)
                except (ValueError, KeyError) as error:  # what the step asks for is not possible now
                    play.problems.append(f"{step.action} at {at:g} s: {error}")
                play.done += 1
                self._sim.bus.publish("scenario", play.as_json())
        finally:
            play.running = False
            self._sim.bus.publish("scenario", play.as_json())

    async def ended(self, play: Play, timeout: float) -> None:
        """Waits until all steps are done; TimeoutError else."""
        await self._sim.bus.until(lambda: None if play.running else play, timeout)

    def end(self, play_id: str | None = None) -> None:
        """Stops one scenario, or all. What they changed stays."""
        for key in [play_id] if play_id else list(self._works):
            if work := self._works.pop(key, None):
                work.cancel()


def _person(sim: Simulator, given: Any) -> Customer:
    customer = sim.customer(
        given.name, phone=given.phone, wa_id=given.wa_id, user_id=given.user_id, username=given.username
    )
    customer.on_whatsapp = given.on_whatsapp
    return customer


class _Actor:
    """Does what one step says."""

    def __init__(self, sim: Simulator, storms: Storms, people: dict[str, Customer], play: Play) -> None:
        self._sim, self._storms, self._people, self._play = sim, storms, people, play
        self._acts: dict[str, Callable[[Any], Awaitable[None]]] = {
            "write": self._write,
            "echo": self._echo,
            "tap": self._tap,
            "phone": self._phone,
            "faults": self._faults,
            "heal": self._heal,
            "storm": self._storm,
            "notice": self._notice,
            "template": self._template,
            "number": self._number,
            "settings": self._settings,
            "clock": self._clock,
            "say": self._say,
        }

    async def act(self, step: Step) -> None:
        await self._acts[step.action](getattr(step, step.action))

    async def _write(self, writing: dict[str, Any]) -> None:
        await self._sim.write(self._people[writing["customer"]], _without_customer(writing))

    async def _echo(self, writing: dict[str, Any]) -> None:
        await self._sim.echo(self._people[writing["customer"]], _without_customer(writing))

    async def _tap(self, asked: Any) -> None:
        customer = self._people[asked.customer]
        for message in reversed(self._sim.chat(customer)):
            names = [str(option.get("id") or option.get("payload")) for option in message.options]
            if names and asked.option in {None, *names}:
                await self._sim.tap(customer, message.id, asked.option or names[0])
                return
        message_text = "there is nothing to tap"
        raise ValueError(message_text)

    async def _phone(self, asked: Any) -> None:
        customer = self._people[asked.customer]
        if asked.wa_id is not None:
            customer.wa_id = asked.wa_id
        if asked.online is not None:
            self._sim.set_online(customer, asked.online)
        if asked.chat_open is not None:
            (self._sim.open_chat if asked.chat_open else self._sim.close_chat)(customer)

    async def _faults(self, asked: Any) -> None:
        self._sim.faults.change(msgspec.to_builtins(asked))

    async def _heal(self, heal: bool) -> None:
        if heal:
            self._sim.faults.clear()

    async def _storm(self, asked: Any) -> None:
        self._storms.begin(asked.customers, asked.seconds / self._play.speed, asked.seed, asked.number)

    async def _notice(self, asked: Any) -> None:
        business = self._sim.business
        number = business.find_number(asked.number) if asked.number else None
        account = told_by(business, asked.account) if asked.account else None
        self._sim.notices.tell(asked.field, asked.value, account=account, number=number)

    async def _template(self, asked: Any) -> None:
        self._sim.set_template_status(asked.name, asked.language, asked.status)

    async def _number(self, asked: Any) -> None:
        changes = set_fields(asked)
        self._sim.change_number(self._sim.business.find_number(changes.pop("number", None)), changes)

    async def _settings(self, asked: Any) -> None:
        self._sim.change_settings(set_fields(asked))

    async def _clock(self, given: float | str) -> None:
        self._sim.advance_clock(seconds(given))

    async def _say(self, text: str) -> None:
        self._play.said = text


def _without_customer(writing: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in writing.items() if key != "customer"}
