"""A storm: the network of a provider fails, and its customers write as people do.

They arrive on a curve (few, then many, then fewer), write several short messages, some with a photo of the modem or a
voice note. Some answer what they are asked, some repeat themselves when nothing comes, some say that it works again.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plantao_simulator.inbound import Writing
from plantao_simulator.state import ChatMessage, Customer
from plantao_simulator.voices import Kind, voices
from plantao_simulator.wire import JsonObject

_USUAL_SECONDS = 300
_HURRY = 0.02
"""However short the storm, people take this share of their usual time to type and to lose patience."""

if TYPE_CHECKING:
    from plantao_simulator.simulator import Simulator  # which holds what is defined here


@dataclass(slots=True, kw_only=True)
class Storm:
    """What was asked, and how far it is. Counts are of this storm's customers."""

    id: str
    customers: int
    seconds: float
    seed: int
    number: str | None = None
    running: bool = True
    arrived: int = 0
    messages: int = 0
    answered: int = 0
    nudges: int = 0
    replies: int = 0
    taps: int = 0
    closed: int = 0
    waiting: int = 0
    people: list[str] = field(default_factory=list)
    """Ids of the customers, in order of arrival."""

    def as_json(self) -> JsonObject:
        return {name: getattr(self, name) for name in self.__slots__}


class Storms:
    """Starts storms and remembers them. All of them end with the simulator or a reset."""

    def __init__(self, sim: Simulator) -> None:
        self._sim = sim
        self._numbers = itertools.count(1)
        self._works: dict[str, asyncio.Task[None]] = {}
        self.all: list[Storm] = []

    def begin(self, customers: int, seconds: float, seed: int | None, number: str | None = None) -> Storm:
        """Under way when this returns. Without a seed one is made up, and told."""
        if number is not None:
            self._sim.business.find_number(number)
        seed = secrets.randbelow(2**31) if seed is None else seed
        storm = Storm(id=f"s{next(self._numbers)}", customers=customers, seconds=seconds, seed=seed, number=number)
        self.all.append(storm)
        self._works[storm.id] = self._sim.spawn(_Weathering(self._sim, storm).run())
        return storm

    async def arrival(self, storm: Storm) -> list[str]:
        """Waits until everybody has written once; ids of the customers."""
        await self._sim.bus.until(lambda: storm.people if self._all_here(storm) else None, storm.seconds + 60)
        return storm.people

    def _all_here(self, storm: Storm) -> bool:
        return storm.arrived >= storm.customers or not storm.running

    def end(self) -> None:
        """Nobody writes any more."""
        for work in self._works.values():
            work.cancel()
        self._works.clear()


class _Weathering:
    """One storm from the first customer to the last word."""

    def __init__(self, sim: Simulator, storm: Storm) -> None:
        self._sim, self._storm = sim, storm
        self._dice = random.Random(storm.seed)  # noqa: S311 - chance in a play, not in a lock
        self._pace = max(storm.seconds / _USUAL_SECONDS, _HURRY)
        self._inboxes: dict[str, asyncio.Queue[ChatMessage]] = {}
        self._quiet = deque(c for c in sim.world.customers.values() if not sim.world.chat(c.id))

    async def run(self) -> None:
        storm = self._storm
        offsets = sorted(self._dice.betavariate(2, 4) * storm.seconds for _ in range(storm.customers))
        seeds = [self._dice.randrange(2**62) for _ in offsets]
        listener = self._sim.sending.listen(self._heard)
        try:
            async with asyncio.TaskGroup() as group:
                previous = 0.0
                for offset, seed in zip(offsets, seeds, strict=True):
                    await asyncio.sleep(offset - previous)
                    previous = offset
                    group.create_task(self._person(random.Random(seed)))  # noqa: S311 - as above
        finally:
            storm.running = False
            listener()
            self._told()

    def _heard(self, message: ChatMessage) -> None:
        if inbox := self._inboxes.get(message.customer_id):
            inbox.put_nowait(message)

    async def _person(self, dice: random.Random) -> None:
        customer, kind = self._somebody(dice), voices().kind(dice)
        inbox = self._inboxes.setdefault(customer.id, asyncio.Queue())
        self._storm.people.append(customer.id)
        for index, line in enumerate(kind.opening(dice)):
            if index:
                await self._types(dice)
            await self._write(customer, line)
            self._storm.arrived += index == 0
            self._told()
        await self._shows(customer, kind, dice)
        self._storm.waiting += 1
        await self._talks(customer, kind, dice, inbox)

    def _somebody(self, dice: random.Random) -> Customer:
        """Who is known and has not written yet writes first; else somebody new."""
        sim = self._sim
        while self._quiet:
            known = self._quiet.popleft()
            if not sim.world.chat(known.id):
                return known
        name = voices().name(dice)
        for _ in range(100):
            phone = voices().phone(dice)
            if sim.world.by_number(phone[1:]) is None:
                return sim.customer(name, phone=phone)
        return sim.customer(name)

    async def _shows(self, customer: Customer, kind: Kind, dice: random.Random) -> None:
        """A photo of the modem, or a voice note."""
        luck = dice.random()
        if luck < kind.photo:
            await self._types(dice)
            await self._write(customer, {"type": "image", "caption": dice.choice(kind.more)})
        elif luck < kind.photo + kind.voice:
            await self._types(dice)
            await self._write(customer, {"type": "audio", "voice": True})

    async def _talks(
        self, customer: Customer, kind: Kind, dice: random.Random, inbox: asyncio.Queue[ChatMessage]
    ) -> None:
        """Up to so many rounds of answers; patience ends it sooner, after a nudge or two."""
        nudges, rounds, heard = dice.choice((0, 1, 1, 2)), dice.choice((1, 2, 2, 3, 4)), False
        while rounds:
            answer = await self._awaits(inbox, dice.uniform(*kind.patience) * self._pace)
            if answer is None and not nudges:
                break
            if answer is None:
                nudges -= 1
                self._storm.nudges += 1
                await self._write(customer, dice.choice(kind.nudges))
                continue
            if not heard:
                heard = True
                self._storm.answered += 1
                self._storm.waiting -= 1
            rounds -= 1
            await self._types(dice)
            await self._reacts(customer, kind, dice, answer, last=not rounds)

    async def _awaits(self, inbox: asyncio.Queue[ChatMessage], seconds: float) -> ChatMessage | None:
        """The newest of what has come; None if nothing does in time."""
        try:
            message = await asyncio.wait_for(inbox.get(), seconds)
        except TimeoutError:
            return None
        while not inbox.empty():
            message = inbox.get_nowait()
        return message

    async def _reacts(
        self, customer: Customer, kind: Kind, dice: random.Random, answer: ChatMessage, *, last: bool
    ) -> None:
        options = answer.options
        if options and dice.random() < 0.6:
            self._storm.taps += 1
            await self._write(customer, dice.choice(options) | {"reply_to": answer.id})
        elif last and dice.random() < 0.5:
            self._storm.closed += 1
            await self._write(customer, dice.choice(kind.closings))
        elif dice.random() < 0.8:
            self._storm.replies += 1
            await self._write(customer, dice.choice(kind.replies))

    async def _types(self, dice: random.Random) -> None:
        await asyncio.sleep(dice.uniform(1.5, 12) * self._pace)

    async def _write(self, customer: Customer, writing: Writing) -> None:
        described = {"type": "text", "text": writing} if isinstance(writing, str) else dict(writing)
        if self._storm.number:
            described["number"] = self._storm.number
        await self._sim.write(customer, described)
        self._storm.messages += 1

    def _told(self) -> None:
        self._sim.bus.publish("storm", self._storm.as_json() | {"people": len(self._storm.people)})
