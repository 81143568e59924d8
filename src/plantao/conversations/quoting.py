"""The message that another one quotes or reacts to, by the channel's own id."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text

from plantao.conversations.models import MessageType
from plantao.kit.db import Transaction
from plantao.kit.errors import ValidationFailed

REACT_WITHIN: Final = timedelta(days=30)  # Meta's

QUOTED = text("SELECT external_id, type, sent_at FROM messages WHERE id = :id AND conversation_id = :conversation_id")


def read_message_id(value: str) -> UUID:
    """`msg-0199d2a4-...` as an id. Raises `ValidationFailed` on `reply_to`."""
    try:
        return UUID(value.removeprefix("msg-"))
    except ValueError:
        raise _refused("Informe o id de uma mensagem desta conversa, que começa com msg-.") from None


async def external_id_of(
    tx: Transaction, conversation_id: UUID, quoted: UUID, quoting: MessageType, now: datetime
) -> str:
    """Raises `ValidationFailed` on `reply_to`, the same for what does not exist and what is another conversation's."""
    row = await tx.first(QUOTED, {"id": quoted, "conversation_id": conversation_id})
    if row is None:
        raise _refused("A mensagem citada não é desta conversa.")
    if row.external_id is None:
        raise _refused("A mensagem citada não está no WhatsApp.")
    if quoting is MessageType.REACTION:
        _check_reacting(row.type, row.sent_at, now)
    return str(row.external_id)


def _check_reacting(kind: str, sent_at: datetime, now: datetime) -> None:
    if kind == MessageType.REACTION:
        raise _refused("Não se reage a uma reação.")
    if now - sent_at > REACT_WITHIN:
        raise _refused(f"Só se reage a mensagens dos últimos {REACT_WITHIN.days} dias.")


def _refused(detail: str) -> ValidationFailed:
    return ValidationFailed(detail, field="reply_to")
