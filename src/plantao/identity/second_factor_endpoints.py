"""`/auth/second-factor`, and what an administrator may do about another's."""

from fastapi import APIRouter, Depends

from plantao.identity.access import ActorsOrigin, CurrentActor, Identity
from plantao.identity.endpoints import UserId, UserManager, never_cached
from plantao.identity.schemas import DetailAnswer
from plantao.identity.second_factor_schemas import (
    ConfirmationBody,
    EnrolmentAnswer,
    EnrolmentBody,
    RecoveryCodesAnswer,
    RemovalBody,
    SecondFactorAnswer,
)
from plantao.kit.http.answers import errors

router = APIRouter()
PATH = "/auth/second-factor"


@router.get(PATH, tags=["auth"], responses=errors(401))
async def show_second_factor(actor: CurrentActor, identity: Identity) -> SecondFactorAnswer:
    """A própria verificação em duas etapas: se está ativa, se é exigida, e quantos códigos de recuperação restam."""
    return SecondFactorAnswer.of(await identity.second_factors.state(actor))


@router.post(PATH, tags=["auth"], responses=errors(400, 401, 409, 429, 503), dependencies=[Depends(never_cached)])
async def start_second_factor(body: EnrolmentBody, actor: CurrentActor, identity: Identity) -> EnrolmentAnswer:
    """Obter um segredo para o aplicativo autenticador. Só vale depois de confirmado."""
    return EnrolmentAnswer.of(await identity.second_factors.start(actor, body.password))


@router.post(
    f"{PATH}/confirm", tags=["auth"], responses=errors(400, 401, 409, 429), dependencies=[Depends(never_cached)]
)
async def confirm_second_factor(
    body: ConfirmationBody, actor: CurrentActor, identity: Identity, origin: ActorsOrigin
) -> RecoveryCodesAnswer:
    """Ativar a verificação com um código do aplicativo. As outras sessões são encerradas."""
    return RecoveryCodesAnswer(recovery_codes=await identity.second_factors.confirm(actor, body.code, origin))


@router.post(f"{PATH}/disable", tags=["auth"], responses=errors(400, 401, 409, 429, 503))
async def disable_second_factor(
    body: RemovalBody, actor: CurrentActor, identity: Identity, origin: ActorsOrigin
) -> DetailAnswer:
    """Desativar a própria verificação, com a senha e um código."""
    await identity.second_factors.disable(actor, body.password, body.code, origin)
    return DetailAnswer(detail="Verificação em duas etapas desativada.")


@router.delete("/users/{user_id}/second-factor", tags=["users"], responses=errors(400, 401, 403, 404, 409))
async def reset_second_factor(
    user_id: UserId, _actor: UserManager, identity: Identity, origin: ActorsOrigin
) -> DetailAnswer:
    """Remover a verificação de quem perdeu o aparelho e os códigos; encerra as sessões dessa pessoa."""
    await identity.accounts.reset_second_factor(user_id, origin)
    return DetailAnswer(detail="Verificação em duas etapas removida.")
