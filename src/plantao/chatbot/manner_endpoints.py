"""`/chatbot/settings`: how the provider wants the bot to be."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from plantao.chatbot import manner_store
from plantao.chatbot.answers import ANSWERS, fill
from plantao.chatbot.manner import OFF_MESSAGE, Manner
from plantao.chatbot.manner_schemas import BotSettingsInput, BotSettingsOut
from plantao.chatbot.manner_store import Saved
from plantao.identity.access import require
from plantao.identity.models import Actor
from plantao.identity.policy import Permission
from plantao.kit.errors import Conflict
from plantao.kit.http.answers import errors
from plantao.kit.http.dependencies import InReading, InTransaction

router = APIRouter(prefix="/chatbot/settings", tags=["chatbot"])

Lead = Annotated[Actor, Depends(require(Permission.MANAGE_BOT))]


@router.get("", dependencies=[Depends(require(Permission.MANAGE_BOT))], responses=errors(403))
async def read_bot_settings(request: Request, tx: InReading) -> BotSettingsOut:
    """Como o robô atende: ligado ou não, seus textos, links e limites."""
    return _out(await manner_store.read(tx), request)


@router.put("", responses=errors(403, 409))
async def change_bot_settings(
    body: BotSettingsInput, request: Request, actor: Lead, tx: InTransaction
) -> BotSettingsOut:
    """Mudar.

    Todos os processos usam a mudança em segundos, sem reinício.
    """
    manner = Manner(**body.model_dump(exclude={"version"}))
    saved = await manner_store.save(tx, manner, body.version, actor.user_id, request.app.state.clock.now())
    if saved is None:
        raise Conflict("Outra pessoa mudou o robô enquanto isso. Leia de novo e repita a mudança.", field="version")
    return _out(saved, request)


def _out(saved: Saved, request: Request) -> BotSettingsOut:
    manner = saved.manner
    default = request.app.state.school.default_debounce
    return BotSettingsOut(
        enabled=manner.enabled,
        provider_name=manner.provider_name,
        off_message=manner.off_message,
        answers=manner.answers,
        confidence_threshold=manner.confidence_threshold,
        debounce_seconds=manner.debounce(default).total_seconds(),
        invoice_url=manner.invoice_url,
        status_url=manner.status_url,
        version=saved.version,
        saved_at=saved.saved_at.replace(microsecond=0) if saved.saved_at else None,
        saved_by=saved.saved_by,
        default_answers={intent: [fill(text, name="{nome}") for text in texts] for intent, texts in ANSWERS.items()},
        default_off_message=OFF_MESSAGE,
    )
