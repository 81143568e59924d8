"""Whose file is it? A message's is for those who see the conversation; a loose one for who brought it."""

from uuid import UUID

from sqlalchemy import text

from plantao.conversations import media_files
from plantao.conversations.access import access_conversation
from plantao.conversations.media_files import StoredFile
from plantao.identity.models import Actor
from plantao.kit.db import Transaction
from plantao.kit.errors import NotFound

CONVERSATION_OF = text("""
    SELECT m.conversation_id FROM media_files f JOIN messages m ON m.id = f.message_id WHERE f.id = :id
""")


async def access_file(tx: Transaction, actor: Actor, file_id: UUID) -> StoredFile:
    """A file that is wholly here. Raises `Forbidden`, and `NotFound` alike for what is not and what is another's."""
    file = await media_files.find(tx, file_id)
    if file is None:
        raise _not_found()
    if file.conversation_id is None:
        if file.uploaded_by != actor.user_id:
            raise _not_found()
    else:
        await _check_conversation(tx, actor, file.conversation_id)
    return file


async def check_sees(tx: Transaction, actor: Actor, file_id: UUID) -> None:
    """As `access_file`, of a message's file that may not be here yet."""
    row = await tx.first(CONVERSATION_OF, {"id": file_id})
    if row is None:
        raise _not_found()
    await _check_conversation(tx, actor, row.conversation_id)


async def _check_conversation(tx: Transaction, actor: Actor, conversation_id: UUID) -> None:
    try:
        await access_conversation(tx, actor, conversation_id)
    except NotFound:
        raise _not_found() from None


def _not_found() -> NotFound:
    return NotFound("Arquivo não encontrado.")
