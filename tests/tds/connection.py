"""One TDS connection: PRELOGIN, LOGIN7, then requests until the client goes."""

import asyncio
import ssl
import struct
from collections.abc import Callable
from contextlib import suppress

import asyncpg
from tests.tds import backend, errors, tokens
from tests.tds.buffer import Buffer
from tests.tds.calls import call
from tests.tds.errors import SqlError
from tests.tds.login import Login, parse_login, prelogin_answer
from tests.tds.packets import DEFAULT_SIZE, Message, PacketType, packets, read_message
from tests.tds.rpc import parse_calls
from tests.tds.session import DONE, Session
from tests.tds.tls import Stream
from tests.tds.tokens import Answer, Done

_BEGIN, _COMMIT, _ROLLBACK, _SAVE = 5, 7, 8, 9
_LARGEST = 32767


class Connection:
    """`accepts` checks a login and raises `SqlError`; `record` hears every statement; `awake` is unset to hang."""

    def __init__(
        self,
        stream: Stream,
        *,
        postgres_url: str,
        spid: int,
        accepts: Callable[[Login], None],
        record: Callable[[str], None],
        awake: asyncio.Event,
        tls: ssl.SSLContext | None,
    ) -> None:
        self._stream = stream
        self._postgres_url = postgres_url
        self._spid = spid
        self._accepts = accepts
        self._record = record
        self._awake = awake
        self._tls = tls
        self._size = DEFAULT_SIZE

    async def serve(self) -> None:
        """Until the client has gone. PostgreSQL rolls back what it leaves open."""
        try:
            login = await self._login()
        except (EOFError, UnicodeDecodeError, struct.error):
            return  # no client of ours
        if login is None:
            return
        postgres = await backend.connect(self._postgres_url)
        try:
            session = Session(postgres, login.database, self._spid)
            await session.open()
            await self._greet(login)
            await self._requests(session)
        finally:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await postgres.close(timeout=5)  # which returns when it has rolled back; else it is cut off

    def drop(self) -> None:
        """The client sees a reset."""
        self._stream.reset()

    async def _login(self) -> Login | None:
        while True:
            message = await read_message(self._stream)
            await self._awake.wait()
            if message.type == PacketType.PRELOGIN:
                await self._send(prelogin_answer(encrypted=self._tls is not None))
                if self._tls is not None:
                    await self._stream.start_tls(self._tls)
                continue
            login = parse_login(message.data)
            try:
                self._accepts(login)
            except SqlError as refusal:
                await self._refuse(login, refusal)
                return None
            return login

    async def _refuse(self, login: Login, refusal: SqlError) -> None:
        answer = Answer([tokens.error(refusal)])
        if refusal.number == 4060:
            answer.add(tokens.error(errors.login_failed(login.user)))
        answer.add(Done(DONE, tokens.FAILED))
        await self._send(answer.render())

    async def _greet(self, login: Login) -> None:
        size = min(login.packet_size or DEFAULT_SIZE, _LARGEST)
        text = f"Changed database context to '{login.database}'."
        answer = Answer([
            tokens.database_change(login.database), tokens.info(5701, text), tokens.collation_change(),
            tokens.language_change(), tokens.info(5703, "Changed language setting to us_english."),
            tokens.login_ack(), tokens.packet_size_change(size), Done(DONE),
        ])  # fmt: skip
        await self._send(answer.render())
        self._size = size

    async def _requests(self, session: Session) -> None:
        """While one request is at work the next message is awaited already, for it may be an attention."""
        coming = asyncio.ensure_future(read_message(self._stream))
        try:
            while True:
                message = await coming
                coming = asyncio.ensure_future(read_message(self._stream))
                await self._awake.wait()
                work = asyncio.ensure_future(self._handle(session, message))
                coming = await self._answer(work, coming)
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)

    async def _answer(self, work: asyncio.Task[bytes], coming: asyncio.Task[Message]) -> asyncio.Task[Message]:
        """Sends what `work` answers, unless the client cancels it or goes. Returns the read to go on with."""
        try:
            await asyncio.wait((work, coming), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                await self._send(work.result())
                return coming
            message = coming.result()  # raises when the client has gone
        finally:
            if not work.done():
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)
        if message.type != PacketType.ATTENTION:
            raise ConnectionError("a request while another is at work")
        await self._send(Answer([Done(DONE, tokens.ATTENTION)]).render())
        return asyncio.ensure_future(read_message(self._stream))

    async def _handle(self, session: Session, message: Message) -> bytes:
        answer = Answer()
        if message.reset:
            await session.reset()
        try:
            await self._dispatch(session, message, answer)
        except SqlError as error:
            answer.add(tokens.error(error), Done(DONE, tokens.FAILED))
        if not answer.parts:
            answer.add(Done(DONE))
        return answer.render()

    async def _dispatch(self, session: Session, message: Message, answer: Answer) -> None:
        match message.type:
            case PacketType.BATCH:
                buffer = Buffer(message.data)
                buffer.skip_all_headers()
                text = buffer.take(buffer.left).decode("utf-16-le")
                self._record(text)
                await session.batch(text, {}, answer)
            case PacketType.RPC:
                for made in parse_calls(message.data):
                    self._record(f"{made.procedure}: {[each.value.value for each in made.arguments]}")
                    await call(session, made, answer)
            case PacketType.TRANSACTION_MANAGER:
                answer.add(*await self._transaction(session, message.data), Done(DONE))
            case PacketType.ATTENTION:
                answer.add(Done(DONE, tokens.ATTENTION))
            case _:
                raise errors.syntax(f"request of type {message.type}")

    async def _transaction(self, session: Session, data: bytes) -> list[bytes]:
        buffer = Buffer(data)
        buffer.skip_all_headers()
        match buffer.u16():
            case 5:
                return session.transactions.begin()
            case 7:
                return await session.transactions.commit()
            case 8:
                return await session.transactions.rollback(buffer.b_varchar().lower())
            case 9:
                await session.transactions.save(buffer.b_varchar().lower())
                return []
            case other:
                raise errors.syntax(f"transaction manager request {other}")

    async def _send(self, data: bytes) -> None:
        await self._awake.wait()
        await self._stream.send(packets(data, self._size, process=self._spid))
