"""What a conversation becomes by the messages that came: pure, told to the database as one row a conversation."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from plantao.conversations.arrivals import Numbered
from plantao.conversations.intake import OpenConversation
from plantao.conversations.models import ConversationStatus, HandledBy
from plantao.conversations.policy import SERVICE_WINDOW, whole_second


@dataclass(frozen=True, slots=True)
class Advance:
    """`answered`: by a person elsewhere, which silences the bot; `queued`: afterwards the customer went on, and now
    waits for a person here. `wakes`: it had been put aside. `status`: the conversation's after it."""

    conversation_id: UUID
    status: str
    last_seq: int
    added: int
    last_message_at: datetime
    window_expires_at: datetime | None
    bot_due_at: datetime | None
    answered: bool
    silenced: bool
    queued: bool
    wakes: bool

    def row(self) -> dict[str, Any]:
        return {
            "advanced": self.conversation_id,
            "last_seq": self.last_seq,
            "added": self.added,
            "last_message_at": self.last_message_at,
            "window_expires_at": self.window_expires_at,
            "bot_due_at": self.bot_due_at,
            "answered": self.answered,
            "silenced": self.silenced,
            "queued": self.queued,
            "wakes": self.wakes,
        }


def advances(numbered: Sequence[Numbered], bot_due_at: datetime) -> list[Advance]:
    """One for each conversation; within one, `numbered` is in the order of `seq`."""
    groups: dict[UUID, list[Numbered]] = defaultdict(list)
    for item in numbered:
        groups[item.conversation.id].append(item)
    return [_advance(id_, group, bot_due_at) for id_, group in groups.items()]


def _advance(conversation_id: UUID, group: Sequence[Numbered], bot_due_at: datetime) -> Advance:
    written = [item.message.sent_at for item in group if item.message.opens and not item.message.echo]
    # Reopened or queued while a survey's answer was being looked for: the later look at the row counts.
    before = next((item.conversation for item in group if item.conversation.queued), group[0].conversation)
    answered = any(item.is_answer for item in group)
    silenced = answered and before.handled_by == HandledBy.BOT and before.status == ConversationStatus.IN_PROGRESS
    queued = _is_queued(before, group)
    return Advance(
        conversation_id=conversation_id,
        status=ConversationStatus.QUEUE if queued else before.status,
        last_seq=group[-1].seq,
        added=len(group),
        last_message_at=max(whole_second(item.message.sent_at) for item in group),
        window_expires_at=max(written) + SERVICE_WINDOW if written else None,
        bot_due_at=bot_due_at if any(item.is_turn for item in group) else None,
        answered=answered,
        silenced=silenced,
        queued=queued,
        wakes=_wakes(group),
    )


def _wakes(group: Sequence[Numbered]) -> bool:
    """Whether it was put aside, and something was said: the grade of a survey, or a reaction, lets it sleep."""
    asleep = any(item.conversation.snoozed_until is not None for item in group)
    return asleep and any(item.is_turn or item.is_answer for item in group)


def _is_queued(before: OpenConversation, group: Sequence[Numbered]) -> bool:
    """Whether the customer goes on where a person answered elsewhere, so that nobody here has the conversation."""
    nobody = before.handled_by == HandledBy.NONE
    for item in group:
        if item.is_answer and before.handled_by == HandledBy.BOT:
            nobody = True
        if item.is_turn and nobody:
            return before.status == ConversationStatus.IN_PROGRESS
    return False
