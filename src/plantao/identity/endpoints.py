"""`/auth` and `/users`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from plantao.identity.access import ActorsOrigin, CurrentActor, Identity, StrangersOrigin, require
from plantao.identity.accounts import MAX_USER_ID
from plantao.identity.models import Actor, Role, UserChanges
from plantao.identity.policy import Permission, check_may_change_user, check_may_see_user
from plantao.identity.schemas import (
    DetailAnswer,
    LogInAnswer,
    LogInBody,
    NewUserBody,
    RefreshBody,
    RegistrationBody,
    SessionsAnswer,
    SessionsEnded,
    UserAnswer,
    UserChangesBody,
    UserPageAnswer,
)
from plantao.kit.errors import ErrorCode
from plantao.kit.http.answers import errors

auth_router = APIRouter(prefix="/auth", tags=["auth"])
users_router = APIRouter(prefix="/users", tags=["users"])

UserManager = Annotated[Actor, Depends(require(Permission.MANAGE_USERS))]
# Told in the document only: a number that no user can have answers 404, as one that no user happens to have.
UserId = Annotated[int, Path(json_schema_extra={"minimum": 1, "maximum": MAX_USER_ID})]


async def never_cached(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


@auth_router.post(
    "/login",
    responses=errors(400, ErrorCode.INVALID_CREDENTIALS, ErrorCode.SECOND_FACTOR_REQUIRED, 429, 503),
    dependencies=[Depends(never_cached)],
)
async def log_in(body: LogInBody, identity: Identity, origin: StrangersOrigin) -> LogInAnswer:
    """Autenticar usuário e obter tokens. `code`: para quem ativou a verificação em duas etapas."""
    return LogInAnswer.of(await identity.log_in(body.email, body.password, body.code, origin))


async def _while_registration_is_open(identity: Identity) -> None:
    identity.check_registration()


@auth_router.post(
    "/register",
    status_code=201,
    responses=errors(400, ErrorCode.REGISTRATION_CLOSED, 409, 429, 503),
    dependencies=[Depends(_while_registration_is_open)],
)
async def register(body: RegistrationBody, identity: Identity, origin: StrangersOrigin) -> UserAnswer:
    """Criar a própria conta, do papel `user`: sem acesso ao atendimento até um administrador mudar o papel."""
    return UserAnswer.of(await identity.register(body.email, body.password, name=body.nome, origin=origin))


@auth_router.post(
    "/refresh",
    responses=errors(400, 401, ErrorCode.TOKEN_REUSED),
    dependencies=[Depends(never_cached)],
)
async def refresh(body: RefreshBody, identity: Identity) -> LogInAnswer:
    """Trocar o token de renovação por um novo par. Usar o mesmo duas vezes encerra a sessão."""
    return LogInAnswer.of(await identity.refresh(body.refresh_token))


@auth_router.post("/logout", responses=errors(401))
async def log_out(actor: CurrentActor, identity: Identity) -> DetailAnswer:
    """Encerrar a sessão: revoga o token atual e o de renovação."""
    await identity.log_out(actor)
    return DetailAnswer(detail="Sessão encerrada.")


@auth_router.get("/sessions", responses=errors(401))
async def list_sessions(actor: CurrentActor, identity: Identity) -> SessionsAnswer:
    """As próprias sessões abertas, da mais nova à mais antiga."""
    return SessionsAnswer.of(await identity.open_sessions(actor), actor.session_id)


@auth_router.delete("/sessions", responses=errors(401))
async def end_other_sessions(actor: CurrentActor, identity: Identity) -> SessionsEnded:
    """Encerrar na hora todas as próprias sessões, menos a atual."""
    ended = await identity.end_other_sessions(actor)
    return SessionsEnded(detail=f"{ended} {'sessão encerrada' if ended == 1 else 'sessões encerradas'}.", ended=ended)


@auth_router.delete("/sessions/{session_id}", responses=errors(400, 401, 404))
async def end_session(session_id: UUID, actor: CurrentActor, identity: Identity) -> DetailAnswer:
    """Encerrar na hora uma das próprias sessões, inclusive a atual."""
    await identity.end_session(actor, session_id)
    return DetailAnswer(detail="Sessão encerrada.")


@auth_router.get("/me", responses=errors(401))
async def me(actor: CurrentActor, identity: Identity) -> UserAnswer:
    """O usuário autenticado."""
    return UserAnswer.of(await identity.accounts.get_user(actor.user_id))


@users_router.get("", responses=errors(400, 401, 403))
async def list_users(
    _actor: UserManager,
    identity: Identity,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    role: Role | None = None,
    is_active: bool | None = None,
) -> UserPageAnswer:
    """Listar usuários, do mais antigo ao mais novo (somente administradores)."""
    found = await identity.accounts.list_users(page=page, limit=limit, role=role, is_active=is_active)
    return UserPageAnswer.of(found)


@users_router.post("", status_code=201, responses=errors(400, 401, 403, 409, 503))
async def create_user(body: NewUserBody, _actor: UserManager, identity: Identity, origin: ActorsOrigin) -> UserAnswer:
    """Criar usuário (somente administradores)."""
    user = await identity.accounts.create_user(body.email, body.password, name=body.nome, role=body.role, origin=origin)
    return UserAnswer.of(user)


@users_router.get("/{user_id}", responses=errors(400, 401, 403, 404))
async def get_user(user_id: UserId, actor: CurrentActor, identity: Identity) -> UserAnswer:
    """Obter um usuário: o próprio, ou qualquer um para administradores."""
    check_may_see_user(actor, user_id)
    return UserAnswer.of(await identity.accounts.get_user(user_id))


@users_router.put("/{user_id}", responses=errors(400, 401, 403, 404, 409, 503))
async def change_user(
    user_id: UserId, body: UserChangesBody, actor: CurrentActor, identity: Identity, origin: ActorsOrigin
) -> UserAnswer:
    """Atualizar um usuário: `nome` e `password` do próprio, ou tudo para administradores.

    Nova senha, novo papel ou desativação encerram na hora todas as sessões do usuário.
    """
    changes = body.changes()
    check_may_change_user(actor, user_id, changes)
    return UserAnswer.of(await identity.accounts.change_user(user_id, changes, origin))


@users_router.delete("/{user_id}", responses=errors(400, 401, 403, 404, 409))
async def deactivate_user(user_id: UserId, _actor: UserManager, identity: Identity, origin: ActorsOrigin) -> UserAnswer:
    """Desativar um usuário; ele continua existindo, sem acesso (somente administradores)."""
    return UserAnswer.of(await identity.accounts.change_user(user_id, UserChanges(is_active=False), origin))
