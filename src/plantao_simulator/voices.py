"""Who writes in a storm, and how: the lines of `samples/vozes.yaml`, by kinds of people."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
import yaml

_FILE = Path(__file__).parent / "samples" / "vozes.yaml"
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Lines = Annotated[list[str], msgspec.Meta(min_length=1)]


class Kind(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One kind of people. `share` is how many of them there are beside the others, `patience` seconds from and to."""

    kind: str
    share: int
    patience: tuple[float, float]
    photo: Share
    voice: Share
    openings: Annotated[list[str | list[str]], msgspec.Meta(min_length=1)]
    more: Lines
    nudges: Lines
    replies: Lines
    closings: Lines

    def opening(self, dice: random.Random) -> list[str]:
        """One to four short messages."""
        begun = dice.choice(self.openings)
        burst = [begun] if isinstance(begun, str) else list(begun)
        return burst + dice.sample(self.more, dice.choice((0, 0, 0, 1, 1, 2)))[: 4 - len(burst)]

    def lines(self) -> Iterator[str]:
        for opening in self.openings:
            yield from [opening] if isinstance(opening, str) else opening
        for part in (self.more, self.nudges, self.replies, self.closings):
            yield from part


class Voices(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Everybody, and what they are called."""

    names: Lines
    surnames: Lines
    area_codes: Lines
    people: Annotated[list[Kind], msgspec.Meta(min_length=1)]

    def name(self, dice: random.Random) -> str:
        return f"{dice.choice(self.names)} {dice.choice(self.surnames)}"

    def phone(self, dice: random.Random) -> str:
        return f"+55{dice.choice(self.area_codes)}9{dice.randrange(65_000_000, 95_000_000)}"

    def kind(self, dice: random.Random) -> Kind:
        return dice.choices(self.people, weights=[kind.share for kind in self.people])[0]


@cache
def voices() -> Voices:
    return msgspec.convert(yaml.safe_load(_FILE.read_text("utf-8")), Voices)
