"""How far somebody has read, for all of the user's windows, on whatever machine."""

from uuid import UUID

import msgspec
from sqlalchemy import text

from plantao.conversations.access import access_conversation
from plantao.conversations.events import ConversationRead
from plantao.conversations.views import encode_frame
from plantao.identity.models import Actor
from plantao.kit.db import Transaction

TOPIC = "conversation.read"

# Nobody has read what has not been said. A mark that does not rise writes nothing, and answers no row.
RAISE_MARK = text("""
    INSERT INTO conversation_reads AS known (user_id, conversation_id, seq)
    SELECT :user_id, id, least(:seq, last_seq) FROM conversations WHERE id = :conversation_id AND last_seq > 0
    ON CONFLICT (user_id, conversation_id) DO UPDATE SET seq = excluded.seq WHERE known.seq < excluded.seq
    RETURNING seq
""")


class ReadMark(msgspec.Struct, frozen=True, array_like=True):
    """`frame`, encoded once, for the sockets of one user in every process."""

    user_id: int
    frame: str


_encode = msgspec.msgpack.Encoder().encode
read_mark = msgspec.msgpack.Decoder(ReadMark).decode


async def mark_read(tx: Transaction, actor: Actor, conversation_id: UUID, seq: int) -> None:
    """Up to and with `seq`; the mark only rises. Raises as `access_conversation`."""
    conversation = await access_conversation(tx, actor, conversation_id)
    parameters = {"user_id": actor.user_id, "conversation_id": conversation.id, "seq": seq}
    raised = await tx.first(RAISE_MARK, parameters)
    if raised is not None:
        frame = encode_frame(ConversationRead(conversation.id, raised.seq))
        tx.publish(TOPIC, _encode(ReadMark(actor.user_id, frame)))
