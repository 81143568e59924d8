"""Runs the simulator as a real HTTP server, in a program or inside a test's event loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from plantao_simulator.simulator import Simulator


class _Server(uvicorn.Server):
    """Says when it listens; `signals=False` leaves SIGINT and SIGTERM to the host program."""

    def __init__(self, config: uvicorn.Config, sim: Simulator, *, signals: bool) -> None:
        super().__init__(config)
        self.begin: Callable[[], object] | None = None
        self.listening = asyncio.Event()
        self._sim = sim
        self._signals = signals

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        if not self._signals:
            yield
            return
        with super().capture_signals():
            yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._sim.break_connection = self._break
        self.listening.set()
        if self.begin:
            self.begin()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends the event streams first: uvicorn would wait for them."""
        self._sim.bus.close()
        await super().shutdown(sockets=sockets)

    def _break(self, client: tuple[str, int]) -> bool:
        """Cuts the connection of this client without a byte; False if it is not found."""
        for connection in list(self.server_state.connections):
            transport = connection.transport
            if transport.get_extra_info("peername")[:2] == client:
                transport.abort()
                return True
        return False


def _server(sim: Simulator, *, signals: bool, level: str) -> _Server:
    config = uvicorn.Config(
        sim.app, log_level=level, access_log=False, lifespan="on", ws="none", timeout_graceful_shutdown=1
    )
    return _Server(config, sim, signals=signals)


def open_listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=2048)


def address_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@asynccontextmanager
async def run_server(sim: Simulator, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serves until the block ends; gives the base URL. Port 0 takes a free one. Starts and stops `sim` too."""
    with open_listener(host, port) as listener:
        sim.base_url = address_of(listener)
        server = _server(sim, signals=False, level="warning")
        task = asyncio.create_task(server.serve(sockets=[listener]))
        listening = asyncio.create_task(server.listening.wait())
        await asyncio.wait({task, listening}, return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()
        try:
            yield sim.base_url
        finally:
            server.should_exit = True
            await task


async def serve_forever(sim: Simulator, host: str, port: int, begin: Callable[[], object] | None = None) -> None:
    """Serves until SIGINT or SIGTERM; calls `begin` once it listens. OSError if the address is taken."""
    with open_listener(host, port) as listener:
        sim.base_url = address_of(listener)
        server = _server(sim, signals=True, level="warning")
        server.begin = begin
        await server.serve(sockets=[listener])
