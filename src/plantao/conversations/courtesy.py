"""Letting customers know that they are read, and that somebody writes to them.

A channel's courtesy never waits, never fails and may be left out. Only what the conversation's owner does counts: a
supervisor who looks over a shoulder has promised nobody an answer.
"""

from typing import Annotated, Protocol

from fastapi import Depends, Request

from plantao.conversations.repository import Conversation
from plantao.identity.models import Actor


class Courtesy(Protocol):
    def seen(self, conversation: Conversation) -> None:
        """What the customer wrote so far has been read."""

    def types(self, conversation: Conversation) -> None:
        """An answer is being written; and so the question has been read."""


async def _courtesy(request: Request) -> Courtesy:
    found: Courtesy = request.app.state.courtesy
    return found


WithCourtesy = Annotated[Courtesy, Depends(_courtesy)]


def opened(courtesy: Courtesy, conversation: Conversation, actor: Actor) -> None:
    """Somebody looks at the newest messages of a conversation."""
    if _owns(conversation, actor):
        courtesy.seen(conversation)


def typed(courtesy: Courtesy, conversation: Conversation, actor: Actor) -> None:
    if _owns(conversation, actor):
        courtesy.types(conversation)


def _owns(conversation: Conversation, actor: Actor) -> bool:
    return conversation.is_open and conversation.assigned_to == actor.user_id
