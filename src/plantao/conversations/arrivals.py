"""What a channel brings, before and after it has found its place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from plantao.conversations.intake import Occasion, OpenConversation
from plantao.conversations.models import Direction, MessageStatus, MessageType, SentBy
from plantao.conversations.survey import Answer
from plantao.customers.models import CustomerId


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message of a customer; or, as an `echo`, one to a customer that was written outside of this system.

    `external_id` is the channel's own: the same one is stored once.
    `payload`: the content for programs. `reply_to`: the external id of the message that it quotes or reacts to.

    `opens`: whether it is something to be served (a text, a photo), rather than a note on what is there already
    (a reaction, a changed number): only the former opens a conversation, renews the window and moves the bot.
    """

    customer_id: CustomerId
    external_id: str
    type: MessageType
    content: str
    sent_at: datetime
    opens: bool = True
    caption: str | None = None
    media: dict[str, Any] | None = None
    payload: dict[str, Any] | None = None
    reply_to: str | None = None
    reply_id: str | None = None  # behind a pressed button or list row
    error: dict[str, Any] | None = None
    sent_by: SentBy = SentBy.CUSTOMER
    echo: bool = False
    number: str = ""  # of ours, that it was written to or from

    @property
    def occasion(self) -> Occasion:
        if not self.opens:
            return Occasion.REMARK
        return Occasion.ECHO if self.echo else Occasion.TURN

    @property
    def direction(self) -> Direction:
        return Direction.OUTGOING if self.echo else Direction.INCOMING

    @property
    def status(self) -> MessageStatus:
        return MessageStatus.SENT if self.echo else MessageStatus.DELIVERED


@dataclass(frozen=True, slots=True)
class Numbered:
    """`answer`: the grade of a survey, when the message is one. Such a message neither opens nor moves anything."""

    message: Incoming
    conversation: OpenConversation
    id: UUID
    seq: int
    answer: Answer | None = None

    @property
    def is_turn(self) -> bool:
        """The customer's: something that is to be served."""
        return self.message.opens and not self.message.echo and self.answer is None

    @property
    def is_answer(self) -> bool:
        """Given by a person elsewhere."""
        return self.message.opens and self.message.echo
