"""uvicorn as a library, with what it leaves open closed: requests that never finish their head."""

import asyncio
import socket
from asyncio import TimerHandle
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 8.0  # from a request's first byte, or a connection's beginning, to the end of its headers
BODY_SECONDS = 20.0  # from there to the end of its body, or to each further BODY_PROGRESS of it
BODY_PROGRESS = 1024 * 1024  # bytes: a large file over a slow line may take its time, a trickle may not
LINGER_SECONDS = 5.0  # in which the rest of a refused body may still come
MAX_HEAD_BYTES = 64 * 1024
MAX_FRAME_BYTES = 64 * 1024
KEEP_ALIVE_SECONDS = 20
GRACE_SECONDS = 15  # for requests in flight when the process is told to stop
BACKLOG = 2048


class GuardedProtocol(HttpToolsProtocol):
    """Closes a connection whose request does not arrive in time, or whose head is too large.

    A request that comes whole in one packet, as most do, costs no timer. What is still sent of a body after its
    answer is read and dropped for a moment: closing at once would reset the connection, and the client would never
    see the answer.
    """

    _timer: TimerHandle | None = None
    _head_bytes = 0
    _head_open = True  # since the connection's beginning, or a request's first byte
    _body_open = False
    _body_bytes = 0  # since the timer began
    _answered = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in the base
        super().connection_made(transport)
        self._allow(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head_open:
            self._check_head(len(data))
        elif self._body_open and not self._answered:
            self._check_body(len(data))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_open = self._body_open = True
        self._body_bytes, self._answered = 0, False

    def on_headers_complete(self) -> None:
        self._head_open = False
        self._stop_timer()
        self._head_bytes = 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._body_open = False
        self._stop_timer()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._answered = True
        if self._body_open:
            self.flow.resume_reading()
            self._stop_timer()
            self._allow(LINGER_SECONDS)

    def _check_head(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES:
            self._stop_timer()
            self.send_400_response("Request head too large.")
        elif self._timer is None:
            self._allow(HEAD_SECONDS)

    def _check_body(self, size: int) -> None:
        self._body_bytes += size
        if self._body_bytes > BODY_PROGRESS:
            self._stop_timer()
            self._body_bytes = 0
        if self._timer is None:
            self._allow(BODY_SECONDS)

    def _allow(self, seconds: float) -> None:
        self._timer = self.loop.call_later(seconds, self.transport.close)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError; port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=BACKLOG, reuse_port=False)
    listener.setblocking(False)
    return listener


def build_server(app: Any, **overrides: Any) -> uvicorn.Server:
    """A server of an ASGI application, for the sockets given to its `serve`."""
    config = uvicorn.Config(
        app,
        **{
            "loop": "uvloop",
            "http": GuardedProtocol,
            "ws": "websockets-sansio",
            "ws_max_size": MAX_FRAME_BYTES,
            # Compression halves the speed and triples the memory of a socket, for messages of a few hundred bytes.
            "ws_per_message_deflate": False,
            "ws_ping_interval": 20.0,
            "ws_ping_timeout": 20.0,
            "timeout_keep_alive": KEEP_ALIVE_SECONDS,
            "timeout_graceful_shutdown": GRACE_SECONDS,
            "access_log": False,
            "log_config": None,
            "server_header": False,
            "proxy_headers": False,
            "lifespan": "on",
            **overrides,
        },
    )
    return uvicorn.Server(config)
