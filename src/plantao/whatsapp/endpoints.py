"""`/whatsapp`: Meta's verification call, and sending to a phone number."""

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from plantao.conversations.drafts import prepared
from plantao.conversations.media_endpoints import InMedia
from plantao.conversations.media_store import MediaStore
from plantao.conversations.models import MessageStatus, MessageType
from plantao.conversations.schemas import Components, MessageFields, Text
from plantao.conversations.views import encode_json
from plantao.conversations.wishes import Wish
from plantao.customers.phones import InvalidPhone, parse_phone
from plantao.identity.access import StaffBodyRoute, require
from plantao.identity.models import Actor
from plantao.identity.policy import Permission
from plantao.kit.errors import ErrorCode, Forbidden, ValidationFailed
from plantao.kit.http.answers import errors
from plantao.whatsapp.numbers import Number
from plantao.whatsapp.outreach import send_to_phone

router = APIRouter(prefix="/whatsapp", tags=["whatsapp"], route_class=StaffBodyRoute)

MAX_CHALLENGE = 1000
Sender = Annotated[Actor, Depends(require(Permission.SEND_WHATSAPP))]


class SendInput(MessageFields):
    """Como em uma conversa. `content`: o texto, ou um arquivo como link https, data URI ou base64."""

    to: Text = Field(max_length=40, examples=["+5511999999999"])
    phone_number_id: Text | None = Field(None, max_length=40, examples=["106540352242922"])

    def wish(self) -> Wish:
        return Wish(**self.fields())


class TemplateInput(BaseModel):
    """`components`: objetos da própria Meta, com os valores das variáveis do template."""

    model_config = ConfigDict(extra="forbid")

    to: Text = Field(max_length=40, examples=["+5511999999999"])
    template_name: Text = Field(min_length=1, max_length=512, examples=["boas_vindas"])
    language: Text = Field("pt_BR", max_length=20, examples=["pt_BR"])
    components: Components | None = Field(
        None, examples=[[{"type": "body", "parameters": [{"type": "text", "text": "João"}]}]]
    )
    phone_number_id: Text | None = Field(None, max_length=40, examples=["106540352242922"])

    def wish(self) -> Wish:
        return Wish(
            MessageType.TEMPLATE,
            template_name=self.template_name,
            language=self.language,
            components=self.components,
        )


class SendOut(BaseModel):
    """Aceita e gravada; o `status` da mensagem conta a entrega."""

    message_id: str
    conversation_id: str
    status: MessageStatus


@router.get("/webhook", response_class=PlainTextResponse, responses=errors(403))
async def verify_webhook(
    request: Request,
    mode: Annotated[str, Query(alias="hub.mode")] = "",
    token: Annotated[str, Query(alias="hub.verify_token")] = "",
    challenge: Annotated[str, Query(alias="hub.challenge", max_length=MAX_CHALLENGE)] = "",
) -> Response:
    """Verificação do endereço pela Meta.

    Devolve `hub.challenge` como texto, se o token for o configurado; senão, 403.
    """
    expected: str | None = request.app.state.verify_token
    matches = expected is not None and hmac.compare_digest(token.encode(), expected.encode())
    if mode != "subscribe" or not matches:
        raise Forbidden("Token de verificação inválido.")
    return PlainTextResponse(challenge)


@router.post(
    "/send", status_code=202, response_model=SendOut, responses=errors(403, 404, ErrorCode.OUTSIDE_SERVICE_WINDOW)
)
async def send(body: SendInput, request: Request, actor: Sender, media: InMedia) -> Response:
    """Enviar uma mensagem a um número de telefone.

    Acha ou abre a conversa do cliente. Precisa da janela de 24 horas aberta.
    """
    return await _send(request, actor, media, body)


@router.post("/send-template", status_code=202, response_model=SendOut, responses=errors(403, 404))
async def send_template(body: TemplateInput, request: Request, actor: Sender, media: InMedia) -> Response:
    """Enviar um template aprovado a um número de telefone.

    Dentro ou fora da janela de 24 horas.
    """
    return await _send(request, actor, media, body)


async def _send(request: Request, actor: Actor, media: MediaStore, body: SendInput | TemplateInput) -> Response:
    try:
        phone = parse_phone(body.to)
    except InvalidPhone:
        raise ValidationFailed("Informe um telefone válido com DDI e DDD.", field="to") from None
    state = request.app.state
    number: Number | None = state.numbers.of(body.phone_number_id)
    if number is None:
        raise ValidationFailed("Este número não está configurado.", field="phone_number_id")
    ours, now, rules = number.phone_number_id, state.clock.now(), state.intake_rules
    database, check = media.database, state.check_draft
    async with prepared(body.wish(), check, media, actor.user_id) as draft, database.transaction() as tx:
        found = await send_to_phone(tx, actor, phone, ours, draft, now, rules, state.fit_draft)
    conversation_id, message = found
    answer: dict[str, Any] = {
        "message_id": message.id,
        "conversation_id": conversation_id,
        "status": message.status,
    }
    return Response(encode_json(answer), 202, media_type="application/json")
