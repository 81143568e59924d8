"""How an endpoint learns who is asking: dependencies over the bearer token.

All of them are `async`, though few wait: FastAPI would send each plain function through its thread pool.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from plantao.identity.errors import InvalidToken
from plantao.identity.models import Actor, Origin
from plantao.identity.policy import Permission, check_may
from plantao.identity.service import IdentityService
from plantao.kit.http.clients import Clients
from plantao.kit.http.large_bodies import LargeBodyRoute
from plantao.kit.log import current_request_id

# auto_error would answer with FastAPI's own body; ours is raised below.
_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="O `access_token` de `POST /auth/login`.")


async def _identity(connection: HTTPConnection) -> IdentityService:
    found: IdentityService = connection.app.state.identity
    return found


Identity = Annotated[IdentityService, Depends(_identity)]


async def _current_actor(
    identity: Identity, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Actor:
    if credentials is None:
        raise InvalidToken
    return await identity.gate.authenticate(credentials.credentials)


CurrentActor = Annotated[Actor, Depends(_current_actor)]


async def _file_reader(
    identity: Identity,
    media_id: UUID,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    link: Annotated[str | None, Query(max_length=2000, description="De `POST /media/{media_id}/link`.")] = None,
) -> Actor:
    if credentials is None and link is not None:
        return await identity.follow(link, media_id)
    return await _current_actor(identity, credentials)


# Who reads the file `media_id`: by the header, or by a link to that file alone.
FileReader = Annotated[Actor, Depends(_file_reader)]


async def _strangers_origin(request: Request) -> Origin:
    clients: Clients = request.app.state.clients
    return Origin(None, clients.exact_address(request.scope), current_request_id.get())


StrangersOrigin = Annotated[Origin, Depends(_strangers_origin)]


async def _actors_origin(actor: CurrentActor, origin: StrangersOrigin) -> Origin:
    return replace(origin, actor_id=actor.user_id)


ActorsOrigin = Annotated[Origin, Depends(_actors_origin)]


class StaffBodyRoute(LargeBodyRoute):
    """A large body is read for who serves customers, before anybody else could fill our memory."""

    @staticmethod
    async def admit(request: Request) -> None:
        await actor_of(request, Permission.SERVE_CONVERSATIONS)


async def actor_of(request: Request, permission: Permission) -> Actor:
    """What `require` yields, for a route that does without the framework's dependencies."""
    actor = await _current_actor(request.app.state.identity, await _bearer(request))
    check_may(actor, permission)
    return actor


def require(permission: Permission) -> Callable[[Actor], Awaitable[Actor]]:
    """A dependency that yields the actor, or answers 403: `Annotated[Actor, Depends(require(Permission.X))]`."""

    async def permitted(actor: CurrentActor) -> Actor:
        check_may(actor, permission)
        return actor

    return permitted
