"""`/whatsapp`: Meta's verification call, and sending to a phone number."""

import hmac
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from plantao.conversations.models import MessageStatus, MessageType
from plantao.conversations.schemas import Text, text_draft
from plantao.conversations.views import encode_json
from plantao.customers.phones import InvalidPhone, parse_phone
from plantao.identity.access import CurrentActor
from plantao.identity.policy import Permission, check_may
from plantao.kit.errors import Forbidden, ValidationFailed
from plantao.kit.http.dependencies import InTransaction
from plantao.kit.http.errors import ErrorBody
from plantao.whatsapp.outreach import send_to_phone

router = APIRouter(prefix="/whatsapp", tags=["whatsapp"])

MAX_CHALLENGE = 1000


class SendInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    to: Text = Field(max_length=40, examples=["+5511999999999"])
    type: Literal[MessageType.TEXT] = MessageType.TEXT
    content: Text = Field(examples=["Olá! Esta é uma mensagem de teste."])


class SendOut(BaseModel):
    """Accepted and durable; delivery is told by the message's status."""

    message_id: str
    conversation_id: str
    status: MessageStatus


@router.get("/webhook", response_class=PlainTextResponse, responses={403: {"model": ErrorBody}})
async def verify_webhook(
    request: Request,
    mode: Annotated[str, Query(alias="hub.mode")] = "",
    token: Annotated[str, Query(alias="hub.verify_token")] = "",
    challenge: Annotated[str, Query(alias="hub.challenge", max_length=MAX_CHALLENGE)] = "",
) -> Response:
    """Meta's check of the address: echoes the challenge, as plain text, if the token is ours."""
    expected: str | None = request.app.state.verify_token
    matches = expected is not None and hmac.compare_digest(token.encode(), expected.encode())
    if mode != "subscribe" or not matches:
        raise Forbidden("Token de verificação inválido.")
    return PlainTextResponse(challenge)


@router.post("/send", status_code=202, response_model=SendOut, responses={409: {"model": ErrorBody}})
async def send(body: SendInput, request: Request, actor: CurrentActor, tx: InTransaction) -> Response:
    """Sends a text to a phone number; finds or opens the conversation. Needs an open 24-hour window."""
    check_may(actor, Permission.SEND_WHATSAPP)
    draft = text_draft(body.content, body.type, None, None)
    try:
        phone = parse_phone(body.to)
    except InvalidPhone:
        raise ValidationFailed("Informe um telefone válido com DDI e DDD.", field="to") from None
    state = request.app.state
    conversation_id, message = await send_to_phone(tx, actor, phone, draft, state.clock.now(), state.intake_rules)
    answer: dict[str, Any] = {
        "message_id": message.id,
        "conversation_id": conversation_id,
        "status": message.status,
    }
    return Response(encode_json(answer), 202, media_type="application/json")
