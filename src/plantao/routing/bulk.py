"""One action on many conversations: each as its own endpoint would do it, or not, without a word to the others."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from plantao.conversations import repository
from plantao.conversations.repository import Conversation
from plantao.kit.db import Transaction
from plantao.kit.errors import AppError

Act = Callable[[Transaction, UUID], Awaitable[Conversation]]


@dataclass(slots=True)
class Outcome:
    """In the order in which was asked. `failed`: what its own endpoint would have answered."""

    done: list[UUID] = field(default_factory=list)
    failed: list[tuple[UUID, AppError]] = field(default_factory=list)


async def on_each(tx: Transaction, ids: Sequence[UUID], act: Act) -> Outcome:
    """Does `act` with each, in a savepoint of its own.

    All are locked first, in the order of ids: of two that work on the same ones the second waits at the first of
    them. Agents, whom an assignment locks too, come after conversations, as everywhere.
    """
    await repository.lock_all(tx, ids)
    outcome = Outcome()
    for conversation_id in ids:
        try:
            async with tx.savepoint():
                await act(tx, conversation_id)
        except AppError as error:
            outcome.failed.append((conversation_id, error))
        else:
            outcome.done.append(conversation_id)
    return outcome
