"""What every part of the simulator stands on."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from plantao_simulator.business import Business
from plantao_simulator.config import Clock, SimulatorConfig
from plantao_simulator.events import Bus, Tasks
from plantao_simulator.faults import Faults
from plantao_simulator.state import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One simulator's settings, company, world, faults, events, tasks, dice and present time."""

    config: SimulatorConfig
    now: Clock
    business: Business
    dice: random.Random
    world: World = field(default_factory=World)
    faults: Faults = field(default_factory=Faults)
    bus: Bus = field(default_factory=Bus)
    tasks: Tasks = field(default_factory=Tasks)
