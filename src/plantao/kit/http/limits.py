"""Rates of requests, before anything of the application runs."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plantao.kit.http.clients import Clients
from plantao.kit.http.security import ANSWER_HEADERS
from plantao.kit.rates.attempts import Attempt, FailureLimit
from plantao.kit.rates.limiter import RateLimiter, Window
from plantao.kit.rates.rate import Rate

Endpoint = tuple[str, str]  # method, path
LOG_IN = "login"
_LINK = b"link="  # what stands for the header in the address of a file


@dataclass(frozen=True, slots=True)
class Limit:
    """`name` is the first part of the key. `per_user`: users at one address are counted each for themselves."""

    name: str
    rate: Rate
    per_user: bool = True


@dataclass(frozen=True, slots=True)
class LimitTable:
    """What is limited how. `free` paths never are; whatever is not named shares `api`.

    `media`: what asks for files, as a method, a space and a path.
    """

    api: Limit
    log_in: Endpoint
    log_in_failures: Rate
    own: Mapping[Endpoint, Limit]
    media: tuple[re.Pattern[str], Limit]
    free: frozenset[str]


class RateLimits:
    """ASGI middleware. Sockets pass: after a restart everybody comes back at once, and frames have a pace of their own.

    A user is counted at each address apart: an office behind one address does not share one limit, and who holds an
    old token of somebody cannot use up that person's requests elsewhere.
    """

    def __init__(
        self,
        app: ASGIApp,
        limiter: RateLimiter,
        table: LimitTable,
        clients: Clients,
        user_of: Callable[[str], int | None],
    ) -> None:
        """`user_of`: whose an access token is, by its signature alone; None for one that is not ours."""
        self._app = app
        self._limiter = limiter
        self._table = table
        self._clients = clients
        self._user_of = user_of
        self._log_ins = FailureLimit(limiter, table.log_in_failures, LOG_IN)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self._table.free:
            await self._app(scope, receive, send)
            return
        endpoint = (scope["method"], scope["path"])
        address = self._clients.address(scope)
        if endpoint == self._table.log_in:
            await self._log_in(address, scope, receive, send)
            return
        limit = self._limit_of(endpoint)
        user = self._user(scope) if limit.per_user else None
        window = await self._limiter.hit(limit.rate, limit.name, address, str(user or "-"))
        _note(scope, window)
        await self._app(scope, receive, send)

    def _limit_of(self, endpoint: Endpoint) -> Limit:
        asks_for_files, media = self._table.media
        if asks_for_files.fullmatch(" ".join(endpoint)):
            return media
        return self._table.own.get(endpoint, self._table.api)

    async def _log_in(self, address: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Failures count; a success costs nothing. What was no attempt (a bad body) counts as any request does."""
        rest = await self._limiter.look(self._table.api.rate, "login_refused", address)
        if rest.remaining <= 0:
            raise self._limiter.refusal(rest, "login_refused")
        async with self._log_ins.attempt(address) as attempt:

            async def watch(message: Message) -> None:
                if message["type"] == "http.response.start":
                    await self._count(attempt, address, message["status"])
                    _note(scope, attempt.window)
                await send(message)

            _note(scope, attempt.window)
            await self._app(scope, receive, watch)

    async def _count(self, attempt: Attempt, address: str, status: int) -> None:
        if status == 401:
            await attempt.fail()
        elif 400 <= status < 500:
            await self._limiter.count(self._table.api.rate, "login_refused", address)

    def _user(self, scope: Scope) -> int | None:
        for name, value in scope["headers"]:
            if name == b"authorization":
                scheme, _, token = str(value, "latin-1").partition(" ")
                return self._user_of(token.strip()) if scheme.lower() == "bearer" else None
        query: bytes = scope["query_string"]
        return self._user_of(str(query[len(_LINK) :], "latin-1")) if query.startswith(_LINK) else None


def _note(scope: Scope, window: Window) -> None:
    """On the answer, whoever writes it."""
    scope[ANSWER_HEADERS] = [(name.lower().encode(), value.encode()) for name, value in window.headers().items()]
