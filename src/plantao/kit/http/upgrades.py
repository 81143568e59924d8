"""The beginning of a WebSocket, with what uvicorn leaves open closed.

uvicorn hands the request on to the websockets library, which takes less than HTTP does: lines of up to 8 KiB, 128
headers, only GET. What it cannot read uvicorn neither answers nor closes, so that such a connection would stay for
good; what it can read and refuses, it refuses in a body of its own.
"""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from plantao.kit.http.refusals import NOT_HTTP


class GuardedSocketProtocol(WebSocketsSansIOProtocol):
    """Answers every handshake that cannot succeed with a 400 in the common body, and closes."""

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
