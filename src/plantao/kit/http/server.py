"""uvicorn as a library, with what it leaves open closed: requests that never finish, connections without a bound."""

import resource
import socket
from asyncio import TimerHandle
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from plantao.kit import metrics
from plantao.kit.http.refusals import FULL, NOT_HTTP
from plantao.kit.http.upgrades import GuardedSocketProtocol

HEAD_SECONDS = 8.0  # from a request's first byte, or a connection's beginning, to the end of its headers
BODY_SECONDS = 20.0  # from there to the end of its body, or to each further BODY_PROGRESS of it
BODY_PROGRESS = 1024 * 1024  # bytes: a large file over a slow line may take its time, a trickle may not
LINGER_SECONDS = 5.0  # in which the rest of a refused body may still come
MAX_HEAD_BYTES = 64 * 1024
MAX_FRAME_BYTES = 64 * 1024
KEEP_ALIVE_SECONDS = 20
GRACE_SECONDS = 15  # for requests in flight when the process is told to stop
BACKLOG = 2048
REFUSED_SECONDS = 2.0  # which a connection beyond the bound lives, to be told so
MAX_REFUSED = 500  # such connections at once; those beyond are not even told
SPARE_FILES = 250  # for the database, Redis, Meta, logs and those who are told


class GuardedProtocol(HttpToolsProtocol):
    """Closes a connection whose request does not arrive in time, or whose head is too large, or that is one too many.

    A request that comes whole in one packet, as most do, costs no timer. What is still sent of a body after its
    answer is read and dropped for a moment: closing at once would reset the connection, and the client would never
    see the answer.
    """

    _timer: TimerHandle | None = None
    _head_bytes = 0  # before what has just come
    _just_come = 0
    _head_open = True  # since the connection's beginning, or a request's first byte
    _body_open = False
    _refused = False
    _told = False
    _body_bytes = 0  # since the timer began
    _answered = False

    def connection_made(self, transport: Any) -> None:  # a Transport, which asyncio's own annotation does not promise
        super().connection_made(transport)
        self._allow(HEAD_SECONDS)
        # The bound is kept here, for all connections. The base would look at each request, those of the connections
        # that it has long let in too, and answer in a body of its own.
        bound, self.limit_concurrency = self.limit_concurrency, None
        if bound is not None and len(self.connections) > bound:
            self._refuse(beyond=len(self.connections) - bound)

    def _refuse(self, beyond: int) -> None:
        metrics.CONNECTIONS_REFUSED.inc()
        self._refused = True
        self._stop_timer()
        if beyond > MAX_REFUSED:
            self.transport.abort()
        else:
            self._allow(REFUSED_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            self._tell_and_drop()
            return
        self._just_come = len(data)
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
        if self._head_bytes + self._just_come > MAX_HEAD_BYTES:
            self._check_whole_head()
        self._head_bytes = 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._body_open = False
        self._stop_timer()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        answered_early = self._body_open and self.cycle.response_complete
        super().on_response_complete()
        if answered_early:
            self._answered = True
            self.flow.resume_reading()
            self._stop_timer()
            self._allow(LINGER_SECONDS)

    def send_400_response(self, msg: str) -> None:
        """In the common body. `msg` is the base's word for it, in English."""
        del msg
        self.transport.write(NOT_HTTP)
        self.transport.close()

    def _tell_and_drop(self) -> None:
        """Once, then reads what else comes until the timer: closing at once would reset what was just said."""
        if not self._told:
            self._told = True
            self.transport.write(FULL)
            self.transport.write_eof()

    def _check_head(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES:
            self._stop_timer()
            self.send_400_response("Request head too large.")
        elif self._timer is None:
            self._allow(HEAD_SECONDS)

    def _check_whole_head(self) -> None:
        """Of a head that came together with its end. What is raised within the parser becomes a 400."""
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > MAX_HEAD_BYTES:
            raise ValueError("request head too large")

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


def connections_bound(wanted: int) -> int:
    """As many of `wanted` as this process may hold open files for; raises its limit where that is allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + MAX_REFUSED + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else max(10, min(wanted, soft - MAX_REFUSED - SPARE_FILES))


def build_server(app: Any, **overrides: Any) -> uvicorn.Server:
    """A server of an ASGI application, for the sockets given to its `serve`.

    `limit_concurrency` is how many connections may be open at once.
    """
    config = uvicorn.Config(
        app,
        **{
            "loop": "uvloop",
            "http": GuardedProtocol,
            "ws": GuardedSocketProtocol,
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
