"""`/conversations`: listing, reading, answering, noting and closing."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from plantao.conversations import listing, repository, survey
from plantao.conversations.access import access_conversation, access_for_work
from plantao.conversations.assigning import close
from plantao.conversations.drafts import ChannelCheck, prepared
from plantao.conversations.listing import Filters
from plantao.conversations.models import MessageType, SentBy
from plantao.conversations.presentation import conversation_out
from plantao.conversations.schemas import (
    CloseInput,
    ConversationDetail,
    ConversationOut,
    ConversationPage,
    ListQuery,
    MessageInput,
    MessageOut,
    NoteInput,
)
from plantao.conversations.sending import Author, Draft, append, send_as_agent
from plantao.conversations.views import encode_json, message_view
from plantao.identity.access import CurrentActor, StaffBodyRoute
from plantao.identity.policy import Permission, check_may, may
from plantao.kit.clock import Clock
from plantao.kit.http.dependencies import InDatabase, InTransaction
from plantao.kit.http.errors import ErrorBody

CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": ErrorBody}}
router = APIRouter(prefix="/conversations", tags=["conversas"], route_class=StaffBodyRoute)


async def _clock(request: Request) -> Clock:
    found: Clock = request.app.state.clock
    return found


Now = Annotated[Clock, Depends(_clock)]


async def _channel_check(request: Request) -> ChannelCheck:
    found: ChannelCheck = request.app.state.check_draft
    return found


WithChannelCheck = Annotated[ChannelCheck, Depends(_channel_check)]


async def _surveys(request: Request) -> bool:
    return bool(request.app.state.surveys)


Surveys = Annotated[bool, Depends(_surveys)]


def _json(body: Any, status: int = 200) -> Response:
    """Encoded by msgspec, ten times faster than through the response model, which documents the same shape."""
    return Response(encode_json(body), status, media_type="application/json")


@router.get("", response_model=ConversationPage)
async def list_conversations(actor: CurrentActor, query: Annotated[ListQuery, Query()], tx: InTransaction) -> Response:
    """The newest activity first. Attendants see their own conversations and those that wait."""
    check_may(actor, Permission.SERVE_CONVERSATIONS)
    filters = Filters(
        query.status,
        query.channel,
        query.assigned_to,
        query.start_date,
        query.end_date,
        visible_to=None if may(actor, Permission.SEE_ALL_CONVERSATIONS) else actor.user_id,
    )
    rows = await listing.page(tx, filters, limit=query.limit, offset=(query.page - 1) * query.limit)
    total = await listing.count(tx, filters)
    body = {
        "conversations": [conversation_out(row) for row in rows],
        "total": total,
        "page": query.page,
        "pages": -(-total // query.limit),
    }
    return _json(body)


@router.get("/{conversation_id}", response_model=ConversationDetail)
async def read_conversation(
    conversation_id: UUID,
    actor: CurrentActor,
    tx: InTransaction,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    before_seq: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """The conversation with its newest `limit` messages, or those before `before_seq`; oldest first."""
    conversation = await access_conversation(tx, actor, conversation_id)
    # What was said since the row was read is left to the next look: `last_seq` and the messages agree.
    newest = conversation.last_seq + 1
    before = newest if before_seq is None else min(before_seq, newest)
    rows = await repository.page_of_messages(tx, conversation.id, before_seq=before, limit=limit)
    return _json(conversation_out(conversation) | {"messages": [message_view(row) for row in rows]})


@router.post("/{conversation_id}/messages", status_code=201, response_model=MessageOut, responses=CONFLICT)
async def send_message(
    conversation_id: UUID,
    body: MessageInput,
    actor: CurrentActor,
    database: InDatabase,
    clock: Now,
    check: WithChannelCheck,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=100)] = None,
) -> Response:
    """Queues a message to the customer. `client_id` (or `Idempotency-Key`) makes a repetition harmless."""
    check_may(actor, Permission.SERVE_CONVERSATIONS)
    wish, now = body.wish(idempotency_key), clock.now()
    async with prepared(wish, check, database, now) as draft, database.transaction() as tx:
        message = await send_as_agent(tx, actor, conversation_id, draft, now)
    return _json(message, 201)


@router.post("/{conversation_id}/notes", status_code=201, response_model=MessageOut)
async def add_note(
    conversation_id: UUID, body: NoteInput, actor: CurrentActor, tx: InTransaction, clock: Now
) -> Response:
    """Writes an internal note, which the customer never sees."""
    conversation = await access_for_work(tx, actor, conversation_id)
    draft = Draft(body.content, MessageType.NOTE)
    return _json(await append(tx, conversation, draft, Author(SentBy.AGENT, actor.user_id), clock.now()), 201)


@router.post("/{conversation_id}/close", response_model=ConversationOut, responses=CONFLICT)
async def close_conversation(
    conversation_id: UUID, body: CloseInput, actor: CurrentActor, tx: InTransaction, clock: Now, surveys: Surveys
) -> Response:
    """Ends the conversation, and asks the customer for a grade. What the customer writes next begins a new one."""
    after = await close(tx, actor, conversation_id, body.resolution, body.notes, clock.now())
    if surveys:
        after = await survey.ask(tx, after, body.resolution, clock.now())
    return _json(conversation_out(after))
