"""`/ws/chat`: from the handshake to the last frame of one client."""

import asyncio
from typing import assert_never
from uuid import UUID

import structlog
from starlette.datastructures import State
from starlette.requests import HTTPConnection
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from plantao.conversations.access import access_conversation
from plantao.conversations.courtesy import Courtesy, opened, typed
from plantao.conversations.drafts import ChannelCheck, is_inline, read_wish
from plantao.conversations.events import AgentTyping, announce
from plantao.conversations.reads import mark_read
from plantao.conversations.sending import Fit, send_as_agent
from plantao.conversations.views import encode_frame
from plantao.identity.gate import Gate
from plantao.identity.models import Actor
from plantao.identity.repository.store import StoreUnavailable
from plantao.kit.clock import Clock
from plantao.kit.db import Database, is_transient
from plantao.kit.errors import AppError, ErrorCode, ValidationFailed
from plantao.kit.http.errors import unexpected_error_response
from plantao.kit.http.pacing import Pace
from plantao.realtime import frames
from plantao.realtime.frames import BadFrame, ClientFrame, read_frame, ref_of
from plantao.realtime.saying import read_saying
from plantao.realtime.socket import TOKEN_REVOKED, TRY_AGAIN_LATER, Socket
from plantao.realtime.switchboard import Switchboard

log = structlog.get_logger(__name__)

SUBPROTOCOL = "bearer"
FRAMES_PER_SECOND, FRAME_BURST = 20, 60
MAX_JOINED = 500


def chat_route() -> WebSocketRoute:
    return WebSocketRoute("/ws/chat", Chat())


class Chat:
    """ASGI endpoint, without the framework's wrapper: a frame to each of a thousand sockets passes here."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one client. A bad token closes with 4401 after the handshake: browsers show no refusal's status."""
        await receive()  # websocket.connect
        token, subprotocol = _credentials(HTTPConnection(scope))
        actor = await _authenticate(scope["app"].state.identity.gate, token)
        await send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": []})
        if isinstance(actor, int):
            await send({"type": "websocket.close", "code": actor})
        else:
            await Line(scope["app"].state, receive, send, actor).serve()


async def _authenticate(gate: Gate, token: str) -> Actor | int:
    """Who is there, or the code to close with."""
    try:
        return await gate.authenticate(token)
    except StoreUnavailable:
        return TRY_AGAIN_LATER
    except AppError:
        return TOKEN_REVOKED
    except Exception as error:
        if not is_transient(error):
            raise
        return TRY_AGAIN_LATER


def _credentials(connection: HTTPConnection) -> tuple[str, str | None]:
    """The token, and the subprotocol to confirm. `Sec-WebSocket-Protocol: bearer, <token>` keeps it out of URLs."""
    offered: list[str] = connection.scope.get("subprotocols", [])
    if len(offered) == 2 and offered[0] == SUBPROTOCOL:
        return offered[1], SUBPROTOCOL
    if len(offered) == 1:
        return offered[0], offered[0]
    return connection.query_params.get("token", ""), None


class TooManyJoined(AppError):
    status = 429
    error_code = ErrorCode.RATE_LIMITED


class Line:
    """Reads one client's frames, in order; what they lead to leaves through the `Socket`."""

    def __init__(self, state: State, receive: Receive, send: Send, actor: Actor) -> None:
        self._receive = receive
        self._actor = actor
        self._database: Database = state.database
        self._switchboard: Switchboard = state.switchboard
        self._clock: Clock = state.clock
        self._check_draft: ChannelCheck = state.check_draft
        self._fit: Fit = state.fit_draft
        self._courtesy: Courtesy = state.courtesy
        self._socket = Socket(send, actor, self._database)
        self._pace = Pace(FRAMES_PER_SECOND, FRAME_BURST)

    async def serve(self) -> None:
        try:
            await self._switchboard.add(self._socket)
            await self._converse()
        finally:
            await self._switchboard.remove(self._socket)

    async def _converse(self) -> None:
        """Until the client leaves or the socket is closed from here."""
        reader = asyncio.create_task(self._read_all())
        writer = asyncio.create_task(self._socket.write_all())
        try:
            await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reader, writer):
                task.cancel()
            for outcome in await asyncio.gather(reader, writer, return_exceptions=True):
                if isinstance(outcome, Exception) and not isinstance(outcome, OSError):  # the latter: client gone
                    log.error("socket_failed", exc_info=outcome)

    async def _read_all(self) -> None:
        while (message := await self._receive())["type"] != "websocket.disconnect":
            await self._read_one(message.get("text") or message.get("bytes") or b"")

    async def _read_one(self, data: str | bytes) -> None:
        if not self._pace.allows():
            self._complain("Muitas mensagens em pouco tempo.", ErrorCode.RATE_LIMITED, None)
            return
        try:
            frame = read_frame(data)
        except BadFrame as error:
            self._complain(error.detail, ErrorCode.VALIDATION_ERROR, error.ref)
            return
        await self._answer(frame)

    async def _answer(self, frame: ClientFrame) -> None:
        try:
            await self._act(frame)
        except AppError as error:
            self._complain(error.detail, error.error_code, ref_of(frame))
        except Exception as error:
            body = unexpected_error_response(error)
            log.exception("frame_failed", frame=ref_of(frame), status=body.status_code)
            code = ErrorCode.SERVICE_UNAVAILABLE if body.status_code == 503 else ErrorCode.INTERNAL_ERROR
            self._complain("Não foi possível processar o quadro. Tente novamente.", code, ref_of(frame))

    async def _act(self, frame: ClientFrame) -> None:
        match frame:
            case frames.Ping():
                self._socket.offer(encode_frame(frames.Pong(self._clock.now())))
            case frames.JoinConversation():
                self._join(frame)
            case frames.LeaveConversation():
                self._switchboard.leave(self._socket, frame.conversation_id)
            case frames.SendMessage():
                await self._send(frame)
            case frames.TypingStart():
                await self._typing(frame.conversation_id, is_typing=True)
            case frames.TypingStop():
                await self._typing(frame.conversation_id, is_typing=False)
            case frames.MarkRead():
                async with self._database.transaction() as tx:
                    await mark_read(tx, self._actor, frame.conversation_id, frame.seq)
            case _:
                assert_never(frame)

    def _join(self, frame: frames.JoinConversation) -> None:
        if len(self._socket.joined) >= MAX_JOINED:
            raise TooManyJoined(f"No máximo {MAX_JOINED} conversas por conexão.")
        # First listen, then read: what is said in between waits in the queue behind the reading.
        self._switchboard.join(self._socket, frame.conversation_id)
        self._socket.offer(lambda: self._join_now(frame))

    async def _join_now(self, frame: frames.JoinConversation) -> None:
        try:
            conversation = await self._socket.join(frame.conversation_id, frame.since_seq)
            self._switchboard.look(self._socket, frame.conversation_id)
            opened(self._courtesy, conversation, self._actor)
        except AppError as error:
            self._switchboard.leave(self._socket, frame.conversation_id)
            self._complain(error.detail, error.error_code, ref_of(frame))

    async def _send(self, frame: frames.SendMessage) -> None:
        wish = read_saying(frame)
        if is_inline(wish):
            raise ValidationFailed("Aqui só vão links de arquivos. Envie o arquivo por POST.", field="content")
        draft = read_wish(wish)
        self._check_draft(draft)
        now = self._clock.now()
        async with self._database.transaction() as tx:
            message = await send_as_agent(tx, self._actor, frame.conversation_id, draft, now, self._fit)
        self._socket.offer(encode_frame(frames.MessageAck(frame.client_id, message)))

    async def _typing(self, conversation_id: UUID, *, is_typing: bool) -> None:
        async with self._database.transaction() as tx:
            conversation = await access_conversation(tx, self._actor, conversation_id)
            event = AgentTyping(conversation_id, self._actor.user_id, self._actor.name, is_typing)
            announce(tx, event, assigned_to=conversation.assigned_to, status=conversation.status)
        if is_typing:
            typed(self._courtesy, conversation, self._actor)

    def _complain(self, detail: str, code: ErrorCode, ref: str | None) -> None:
        self._socket.offer(encode_frame(frames.Error(detail, code, ref)))
