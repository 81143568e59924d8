"""The beginning of a WebSocket, with what uvicorn leaves open closed.

uvicorn hands the request on to the websockets library, which takes less than HTTP does: lines of up to 8 KiB, 128
headers, only GET. What it cannot read uvicorn neither answers nor closes, so that such a connection would stay for
good; what it can read and refuses, it refuses in a body of its own.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State

from plantao.kit.http.refusals import NOT_HTTP

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent


@lru_cache(maxsize=8)
def _framed(text: str) -> bytes:
    """As it goes out: a server's frames are not masked, and ours not compressed, so that all get the same bytes."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


class GuardedSocketProtocol(WebSocketsSansIOProtocol):
    """Answers every handshake that cannot succeed with a 400 in the common body, and closes.

    What is said to a thousand sockets is put into a frame once.
    """

    async def send(self, message: "ASGISendEvent") -> None:
        text = message.get("text") if message["type"] == "websocket.send" else None
        if isinstance(text, str) and self._is_simply_open():
            self.transport.write(_framed(text))
        else:
            await super().send(message)

    def _is_simply_open(self) -> bool:
        """Neither beginning, ending nor full."""
        opened = self.handshake_complete and not self.close_sent and not self.disconnected
        return opened and self.writable.is_set() and self.conn.state is State.OPEN and not self.conn.extensions

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # The whole head comes at once, from the HTTP protocol: what has begun nothing by now never will.
        if not self.handshake_initiated and not self.transport.is_closing():
            self._refuse()

    def handle_connect(self, event: Request) -> None:
        if self.conn.accept(event).status_code == 101:
            super().handle_connect(event)
        else:
            self.handshake_initiated = True
            self._refuse()

    def _refuse(self) -> None:
        self.close_sent = self.handshake_complete = True
        self.transport.write(NOT_HTTP)
        self.transport.close()
