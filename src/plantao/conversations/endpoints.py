"""`/conversations`: listing, reading, answering, noting and closing."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.routing import APIRoute

from plantao.conversations import repository, survey
from plantao.conversations.access import access_conversation, access_for_work
from plantao.conversations.assigning import prioritise
from plantao.conversations.courtesy import WithCourtesy, opened
from plantao.conversations.drafts import ChannelCheck, prepared
from plantao.conversations.listing import Filters
from plantao.conversations.media_endpoints import InMedia
from plantao.conversations.models import MessageType, SentBy
from plantao.conversations.paging import ConversationList
from plantao.conversations.presentation import conversation_out, shown
from plantao.conversations.schemas import (
    CloseInput,
    ConversationChanges,
    ConversationDetail,
    ConversationOut,
    ConversationPage,
    ListQuery,
    MessageInput,
    MessageOut,
    NoteInput,
    SnoozeInput,
)
from plantao.conversations.searching import read_search
from plantao.conversations.sending import Author, Draft, Fit, append, send_as_agent
from plantao.conversations.snoozing import snooze, wake
from plantao.conversations.views import encode_json, message_view
from plantao.identity.access import StaffBodyRoute, actor_of, require
from plantao.identity.models import Actor
from plantao.identity.policy import Permission, may
from plantao.kit.clock import Clock
from plantao.kit.errors import ErrorCode
from plantao.kit.http.answers import errors
from plantao.kit.http.dependencies import InReading, InTransaction
from plantao.kit.http.inputs import read_query

router = APIRouter(prefix="/conversations", tags=["conversations"], route_class=StaffBodyRoute)

# Who serves nobody is refused before anything is said about the body.
Staff = Annotated[Actor, Depends(require(Permission.SERVE_CONVERSATIONS))]


async def _clock(request: Request) -> Clock:
    found: Clock = request.app.state.clock
    return found


Now = Annotated[Clock, Depends(_clock)]


async def _list(request: Request) -> ConversationList:
    found: ConversationList = request.app.state.conversation_list
    return found


InList = Annotated[ConversationList, Depends(_list)]


async def _channel_check(request: Request) -> ChannelCheck:
    found: ChannelCheck = request.app.state.check_draft
    return found


WithChannelCheck = Annotated[ChannelCheck, Depends(_channel_check)]


async def _fit(request: Request) -> Fit:
    found: Fit = request.app.state.fit_draft
    return found


Fitting = Annotated[Fit, Depends(_fit)]


async def _surveys(request: Request) -> bool:
    return bool(request.app.state.surveys)


Surveys = Annotated[bool, Depends(_surveys)]

_SENDING = errors(403, 404, ErrorCode.ALREADY_CLOSED, ErrorCode.OUTSIDE_SERVICE_WINDOW, ErrorCode.STALE_CONVERSATION)


def _json(body: Any, status: int = 200) -> Response:
    """Encoded by msgspec, ten times faster than through the response model, which documents the same shape."""
    return Response(encode_json(body), status, media_type="application/json")


async def list_conversations(actor: Staff, query: Annotated[ListQuery, Query()], conversations: InList) -> Response:
    """Listar conversas, da atividade mais nova à mais antiga.

    Atendentes veem as próprias e as que esperam na fila; administradores e supervisores, todas.
    """
    filters = Filters(
        query.status,
        query.channel,
        query.assigned_to,
        query.start_date,
        query.end_date,
        visible_to=None if may(actor, Permission.SEE_ALL_CONVERSATIONS) else actor.user_id,
        search=None if query.search is None else read_search(query.search),
        unread_by=actor.user_id if query.unread else None,
        tag=query.tag,
        snoozed=query.snoozed,
    )
    offset = (query.page - 1) * query.limit
    page = await conversations.page(filters, limit=query.limit, offset=offset, reader=actor.user_id)
    body = {
        "conversations": [conversation_out(row, row) for row in page.rows],
        "total": page.total,
        "page": query.page,
        "pages": -(-page.total // query.limit),
    }
    return _json(body)


class ListRoute(APIRoute):
    """Nothing is asked as often as the list, and the framework's way to the three arguments takes as long as all the
    rest. The signature tells the document what they are; here they are read, and refused, in the same order."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        async def handle(request: Request) -> Response:
            actor = await actor_of(request, Permission.SERVE_CONVERSATIONS)
            return await list_conversations(actor, read_query(ListQuery, request), await _list(request))

        return handle


router.add_api_route(
    "",
    list_conversations,
    methods=["GET"],
    response_model=ConversationPage,
    responses=errors(403),
    route_class_override=ListRoute,
)


@router.get("/{conversation_id}", response_model=ConversationDetail, responses=errors(403, 404))
async def read_conversation(
    conversation_id: UUID,
    actor: Staff,
    tx: InReading,
    courtesy: WithCourtesy,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    before_seq: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """Obter uma conversa com suas mensagens.

    As `limit` mais novas, ou as anteriores a `before_seq`; da mais antiga à mais nova.
    """
    conversation = await access_conversation(tx, actor, conversation_id)
    if before_seq is None:
        opened(courtesy, conversation, actor)
    # What was said since the row was read is left to the next look: `last_seq` and the messages agree.
    newest = conversation.last_seq + 1
    before = newest if before_seq is None else min(before_seq, newest)
    rows = await repository.page_of_messages(tx, conversation.id, before_seq=before, limit=limit)
    return _json(await shown(tx, conversation, actor.user_id) | {"messages": [message_view(row) for row in rows]})


@router.patch(
    "/{conversation_id}",
    response_model=ConversationOut,
    responses=errors(403, 404, ErrorCode.ALREADY_CLOSED),
)
async def change_conversation(
    conversation_id: UUID, body: ConversationChanges, actor: Staff, tx: InTransaction
) -> Response:
    """Mudar a prioridade de uma conversa aberta.

    A fila é atendida por prioridade, e só depois por tempo de espera.
    """
    after = await prioritise(tx, actor, conversation_id, body.priority)
    return _json(await shown(tx, after, actor.user_id))


@router.post(
    "/{conversation_id}/snooze",
    response_model=ConversationOut,
    responses=errors(403, 404, 409, ErrorCode.ALREADY_CLOSED),
)
async def snooze_conversation(
    conversation_id: UUID, body: SnoozeInput, actor: Staff, tx: InTransaction, clock: Now
) -> Response:
    """Adiar uma conversa até um momento.

    Continua com o atendente que a tem e não ocupa lugar. Volta na hora, ou antes: quando o cliente escreve, quando
    alguém responde, quando é transferida ou encerrada.
    """
    after = await snooze(tx, actor, conversation_id, body.until, clock.now())
    return _json(await shown(tx, after, actor.user_id))


@router.delete("/{conversation_id}/snooze", response_model=ConversationOut, responses=errors(403, 404))
async def wake_conversation(conversation_id: UUID, actor: Staff, tx: InTransaction) -> Response:
    """Acordar uma conversa adiada. A que não dorme fica como está."""
    return _json(await shown(tx, await wake(tx, actor, conversation_id), actor.user_id))


@router.post("/{conversation_id}/messages", status_code=201, response_model=MessageOut, responses=_SENDING)
async def send_message(
    conversation_id: UUID,
    body: MessageInput,
    actor: Staff,
    media: InMedia,
    clock: Now,
    check: WithChannelCheck,
    fit: Fitting,
    idempotency_key: Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=100)] = None,
) -> Response:
    """Enviar uma mensagem ao cliente.

    Fica na fila de envio; o `status` conta o que foi dela. Com `client_id` (ou `Idempotency-Key`) repetir não envia
    outra vez. Fora da janela de 24 horas só vai um template.
    """
    wish, now = body.wish(idempotency_key), clock.now()
    async with prepared(wish, check, media, actor.user_id) as draft, media.database.transaction() as tx:
        message = await send_as_agent(tx, actor, conversation_id, draft, now, fit)
    return _json(message, 201)


@router.post("/{conversation_id}/notes", status_code=201, response_model=MessageOut, responses=errors(403, 404))
async def add_note(conversation_id: UUID, body: NoteInput, actor: Staff, tx: InTransaction, clock: Now) -> Response:
    """Escrever uma nota interna, que o cliente nunca vê."""
    conversation = await access_for_work(tx, actor, conversation_id)
    draft = Draft(body.content, MessageType.NOTE)
    return _json(await append(tx, conversation, draft, Author(SentBy.AGENT, actor.user_id), clock.now()), 201)


@router.post(
    "/{conversation_id}/close",
    response_model=ConversationOut,
    responses=errors(403, 404, ErrorCode.ALREADY_CLOSED),
)
async def close_conversation(
    conversation_id: UUID, body: CloseInput, actor: Staff, tx: InTransaction, clock: Now, surveys: Surveys
) -> Response:
    """Encerrar a conversa, e pedir uma nota ao cliente.

    O que o cliente escrever depois começa outra conversa; até 24 horas depois de `resolved`, reabre esta.
    """
    after = await survey.close_and_ask(tx, actor, conversation_id, body.ending(), clock.now(), surveys=surveys)
    return _json(await shown(tx, after, actor.user_id))
