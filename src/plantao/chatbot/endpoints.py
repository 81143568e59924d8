"""`/chatbot`: asking the bot, and calling a person in its place."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from plantao.chatbot.engine import Engine
from plantao.chatbot.knowledge import Mind
from plantao.chatbot.schemas import ChatbotMessageInput, ChatbotMessageOut, EscalateInput, EscalateOut
from plantao.chatbot.service import Facts, consult, escalate
from plantao.conversations.views import encode_json
from plantao.identity.access import require
from plantao.identity.models import Actor
from plantao.identity.policy import Permission
from plantao.kit.db import Database
from plantao.kit.errors import ErrorCode
from plantao.kit.http.answers import errors
from plantao.kit.http.dependencies import InTransaction, database

router = APIRouter(prefix="/chatbot", tags=["chatbot"])

Staff = Annotated[Actor, Depends(require(Permission.USE_CHATBOT))]


@router.post("/message", response_model=ChatbotMessageOut, responses=errors(403, 404))
async def ask_chatbot(
    body: ChatbotMessageInput, request: Request, actor: Staff, db: Annotated[Database, Depends(database)]
) -> Response:
    """Perguntar ao chatbot o que responderia.

    No contexto da conversa; nada é enviado ao cliente.
    """
    engine: Engine = request.app.state.engine
    known = body.context
    facts = Facts(known.customer_name, known.customer_plan) if known else Facts()
    mind: Mind = request.app.state.mind
    reply = await consult(db, engine, mind.manner, actor, body.conversation_id, body.message, facts)
    answer = {
        "response": reply.response,
        "intent": reply.intent,
        "confidence": round(reply.confidence, 3),
        "should_transfer": reply.should_transfer,
        "suggested_actions": reply.suggested_actions,
    }
    return Response(encode_json(answer), media_type="application/json")


@router.post("/escalate", response_model=EscalateOut, responses=errors(403, 404, ErrorCode.ALREADY_CLOSED))
async def escalate_conversation(body: EscalateInput, request: Request, actor: Staff, tx: InTransaction) -> Response:
    """Escalar a conversa para uma pessoa.

    Põe na fila, e entrega na hora se alguém estiver livre. Repetir não muda nada.
    """
    place = await escalate(tx, actor, body.conversation_id, body.reason, request.app.state.clock)
    answer = {
        "conversation_id": body.conversation_id,
        "status": place.status,
        "position": place.position,
        "estimated_wait_minutes": place.estimated_wait_minutes,
    }
    return Response(encode_json(answer), media_type="application/json")
