"""The control API's side of what runs by itself: storms and scenarios."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from plantao_simulator.control_http import Table, read
from plantao_simulator.playing import Stage
from plantao_simulator.requests import OutageBody, ScenarioBody, StormBody
from plantao_simulator.scenario import Scenario, read_given, read_scenario, shipped
from plantao_simulator.storm import Storms


class PlaysControl:
    """One method per endpoint."""

    def __init__(self, storms: Storms, stage: Stage) -> None:
        self.storms, self.stage = storms, stage

    def table(self) -> Table:
        return [
            ("POST", "/storm", self.begin_storm),
            ("GET", "/storm", self.storms_so_far),
            ("DELETE", "/storm", self.end_storms),
            ("POST", "/outage", self.outage),
            ("POST", "/scenarios", self.begin_scenario),
            ("GET", "/scenarios", self.scenarios),
            ("DELETE", "/scenarios", self.end_scenarios),
            ("DELETE", "/scenarios/{play}", self.end_scenarios),
        ]

    async def begin_storm(self, request: Request) -> Response:
        asked = await read(request, StormBody)
        storm = self.storms.begin(asked.customers, asked.seconds, asked.seed, asked.number)
        return JSONResponse(storm.as_json(), 202)

    async def storms_so_far(self, _request: Request) -> Response:
        """All storms since the start, the newest last."""
        return JSONResponse({"storms": [storm.as_json() for storm in self.storms.all]})

    async def end_storms(self, request: Request) -> Response:
        self.storms.end()
        return await self.storms_so_far(request)

    async def outage(self, request: Request) -> Response:
        """A storm; answers when everybody has written once."""
        asked = await read(request, OutageBody)
        storm = self.storms.begin(asked.customers, asked.seconds, None)
        return JSONResponse({"customers": await self.storms.arrival(storm)}, 201)

    async def begin_scenario(self, request: Request) -> Response:
        asked = await read(request, ScenarioBody)
        return JSONResponse(self.stage.begin(_asked_for(asked), asked.speed).as_json(), 202)

    async def scenarios(self, _request: Request) -> Response:
        """What can be played by name, and what was."""
        return JSONResponse({"shipped": list(shipped()), "plays": [play.as_json() for play in self.stage.all]})

    async def end_scenarios(self, request: Request) -> Response:
        self.stage.end(request.path_params.get("play"))
        return await self.scenarios(request)


def _asked_for(asked: ScenarioBody) -> Scenario:
    if sum(given is not None for given in (asked.name, asked.yaml, asked.scenario)) != 1:
        message = "exactly one of name, yaml and scenario is required"
        raise ValueError(message)
    if asked.yaml is not None:
        return read_scenario(asked.yaml)
    if asked.scenario is not None:
        return read_given(asked.scenario)
    if asked.name not in shipped():
        raise HTTPException(404, "no such scenario")
    return read_scenario(shipped()[asked.name], f"{asked.name}.yaml")
