"""`whatsapp_alert` and `whatsapp_alerts_closed`: what Meta says of the account, to those who may see it."""

from collections.abc import Callable, Collection

import msgspec

from plantao.conversations.views import encode_frame
from plantao.kit.hub import Hub
from plantao.realtime.frames import WhatsappAlert, WhatsappAlertsClosed
from plantao.realtime.socket import Socket
from plantao.whatsapp.account.alerts import CLOSED, TOPIC
from plantao.whatsapp.account.models import AlertView

_decode = msgspec.json.Decoder(AlertView).decode
_decode_ids = msgspec.json.Decoder(list[int]).decode


class AlertFeed:
    """Who was not connected reads the open ones from `GET /whatsapp/number`."""

    def __init__(self, hub: Hub, leads: Callable[[], Collection[Socket]]) -> None:
        """`leads`: the sockets of this process that may see alerts."""
        self._leads = leads
        self._unsubscribe = hub.subscribe(self._hear)

    def stop(self) -> None:
        self._unsubscribe()

    def _hear(self, topic: str, message: bytes) -> None:
        if topic == TOPIC:
            self._tell(WhatsappAlert(_decode(message)))
        elif topic == CLOSED:
            self._tell(WhatsappAlertsClosed(_decode_ids(message)))

    def _tell(self, said: WhatsappAlert | WhatsappAlertsClosed) -> None:
        frame = encode_frame(said)
        for socket in self._leads():
            socket.offer(frame)
