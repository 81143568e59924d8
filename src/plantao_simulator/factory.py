"""Puts the simulator together with its HTTP side."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from plantao_simulator.config import Clock, SimulatorConfig
from plantao_simulator.control import ControlApi
from plantao_simulator.errors import GraphError
from plantao_simulator.gate import render_graph_error
from plantao_simulator.graph import GraphApi
from plantao_simulator.page import page_routes
from plantao_simulator.simulator import Simulator


def create_simulator(config: SimulatorConfig | None = None, clock: Clock = time.time) -> Simulator:
    """A simulator with an ASGI app, not started. `clock` answers Unix seconds; delays always run in real time."""
    return Simulator(config or SimulatorConfig(), _build_app, clock)


def _build_app(sim: Simulator) -> Starlette:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await sim.start()
        try:
            yield
        finally:
            await sim.stop()

    return Starlette(
        routes=[*page_routes(), *ControlApi(sim).routes(), *GraphApi(sim).routes()],
        exception_handlers={GraphError: render_graph_error, HTTPException: _refused},
        lifespan=lifespan,
    )


def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"error": error.detail}, error.status_code)
