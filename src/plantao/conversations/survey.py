"""Asking customers for a grade, once, after a person has closed their conversation; and hearing the answer.

An answer belongs to the conversation that was asked about. It neither opens nor reopens anything, and the bot does
not take it for a question.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy import Row, text

from plantao.conversations import repository
from plantao.conversations.assigning import Ending, close
from plantao.conversations.intake import OpenConversation
from plantao.conversations.models import Channel, ConversationStatus, MessageType, Resolution
from plantao.conversations.policy import whole_second, window_is_open
from plantao.conversations.repository import Conversation
from plantao.conversations.sending import SYSTEM, Draft, append
from plantao.customers.models import CustomerId
from plantao.identity.models import Actor
from plantao.kit.db import Transaction

ANSWER_WITHIN = timedelta(hours=24)  # for a bare number; a row of the list says by itself what it answers
ASKED_AFTER: Final = (Resolution.RESOLVED, Resolution.UNRESOLVED)
QUESTION: Final = (
    "Como foi o nosso atendimento? Toque em Avaliar, ou responda com uma nota de 1 a 5. Protocolo: {protocol}"
)
BUTTON: Final = "Avaliar"
GRADES: Final = {5: "5 - Ótimo", 4: "4 - Bom", 3: "3 - Regular", 2: "2 - Ruim", 1: "1 - Péssimo"}
THANKS: Final = "Obrigado pela sua avaliação! Ela nos ajuda a melhorar."

_ROW: Final = re.compile(r"survey:([0-9a-f-]{36}):([1-5])")
_BARE: Final = re.compile(r"\s*([1-5])\s*", re.ASCII)

MARK_ASKED = text("UPDATE conversations SET surveyed_at = :now WHERE id = :id AND surveyed_at IS NULL")

# The conversations that rows of a list name, and the customers' latest ones; in the order of ids, as always.
ASKED = text("""
    SELECT id, customer_id, status, handled_by, assigned_to, last_seq, surveyed_at, satisfaction,
           coalesce(phone_number_id, CAST(:first AS text)) AS number
    FROM conversations
    WHERE surveyed_at IS NOT NULL AND customer_id = ANY(CAST(:customers AS uuid[])) AND (
        id = ANY(CAST(:ids AS uuid[])) OR id IN (
            SELECT DISTINCT ON (customer_id, coalesce(phone_number_id, :first)) id FROM conversations
            WHERE customer_id = ANY(CAST(:customers AS uuid[])) AND channel = :channel
            ORDER BY customer_id, coalesce(phone_number_id, :first), started_at DESC, id DESC
        )
    )
    ORDER BY id FOR UPDATE
""")

GRADE = text("UPDATE conversations SET satisfaction = :grade WHERE id = :id AND satisfaction IS NULL")


class Said(Protocol):
    """An incoming message, as far as it may be an answer."""

    @property
    def customer_id(self) -> CustomerId: ...
    @property
    def external_id(self) -> str: ...
    @property
    def type(self) -> MessageType: ...
    @property
    def content(self) -> str: ...
    @property
    def reply_id(self) -> str | None: ...
    @property
    def sent_at(self) -> datetime: ...
    @property
    def opens(self) -> bool: ...
    @property
    def number(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """`conversation`: the one that was asked about, locked; open again or not."""

    conversation: OpenConversation
    grade: int


async def close_and_ask(
    tx: Transaction, actor: Actor, conversation_id: UUID, ending: Ending, now: datetime, *, surveys: bool
) -> Conversation:
    """Ends a conversation, and asks for a grade if that is done here. Raises as `close`."""
    after = await close(tx, actor, conversation_id, ending, now)
    return await ask(tx, after, ending.resolution, now) if surveys else after


async def ask(tx: Transaction, conversation: Conversation, resolution: Resolution, now: datetime) -> Conversation:
    """Queues the question for a conversation that has just been closed, if it is to be asked; answers the row after."""
    wanted = resolution in ASKED_AFTER and conversation.channel == Channel.WHATSAPP
    if not wanted or not window_is_open(conversation.window_expires_at, now):
        return conversation
    if (await tx.run(MARK_ASKED, {"id": conversation.id, "now": now})).rowcount:
        await append(tx, conversation, _question(conversation), SYSTEM, now)
    return await repository.find(tx, conversation.id) or conversation


def _question(conversation: Conversation) -> Draft:
    rows = [{"id": f"survey:{conversation.id}:{grade}", "title": title} for grade, title in GRADES.items()]
    content = QUESTION.format(protocol=conversation.protocol)
    payload = {"kind": "list", "button": BUTTON, "sections": [{"rows": rows}]}
    return Draft(content, MessageType.INTERACTIVE, payload=payload)


async def find_answers(
    tx: Transaction, messages: Sequence[Said], channel: Channel, first_number: str
) -> dict[str, Answer]:
    """Those of `messages` (in their order) that answer a survey, by external id. Costs a query only if one may."""
    maybe = [message for message in messages if _row_of(message) or _bare(message)]
    if not maybe:
        return {}
    named = [row[0] for message in maybe if (row := _row_of(message))]
    parameters = {"customers": list({m.customer_id for m in maybe}), "ids": named, "channel": channel}
    parameters["first"] = first_number
    asked = await tx.rows(ASKED, parameters)
    return _match(messages, asked) if asked else {}


def _match(messages: Sequence[Said], asked: Sequence[Row[Any]]) -> dict[str, Answer]:
    """A row of the list answers whenever it comes; a bare number only as the first thing said after the question."""
    by_id = {row.id: row for row in asked}
    waiting = {(row.customer_id, row.number): row for row in asked if _waits(row)}
    answers: dict[str, Answer] = {}
    for message in messages:
        row, grade = None, 0
        if (tapped := _row_of(message)) is not None:
            row, grade = by_id.get(tapped[0]), tapped[1]
        elif (bare := _bare(message)) and (question := waiting.get((message.customer_id, message.number))) is not None:
            row, grade = (question, bare) if _in_time(question, message.sent_at) else (None, 0)
        if row is not None and row.customer_id == message.customer_id:
            answers[message.external_id] = Answer(_conversation(row), grade)
        if message.opens:
            waiting.pop((message.customer_id, message.number), None)
    return answers


def _waits(row: Row[Any]) -> bool:
    return row.satisfaction is None and row.status in (ConversationStatus.RESOLVED, ConversationStatus.CLOSED)


def _in_time(question: Row[Any], sent_at: datetime) -> bool:
    return bool(whole_second(question.surveyed_at) <= sent_at <= question.surveyed_at + ANSWER_WITHIN)


def _row_of(message: Said) -> tuple[UUID, int] | None:
    found = _ROW.fullmatch(message.reply_id or "")
    try:
        return (UUID(found[1]), int(found[2])) if found else None
    except ValueError:
        return None


def _bare(message: Said) -> int:
    found = _BARE.fullmatch(message.content) if message.type is MessageType.TEXT and len(message.content) < 10 else None
    return int(found[1]) if found else 0


def _conversation(row: Row[Any]) -> OpenConversation:
    return OpenConversation(
        row.id, row.customer_id, row.status, row.handled_by, row.assigned_to, row.last_seq, row.number
    )


async def record(tx: Transaction, answers: Iterable[Answer], now: datetime) -> None:
    """Keeps the first grade of each conversation, and says thanks for it."""
    for answer in answers:
        result = await tx.run(GRADE, {"id": answer.conversation.id, "grade": answer.grade})
        conversation = await repository.lock(tx, answer.conversation.id) if result.rowcount else None
        if conversation is not None:
            await append(tx, conversation, Draft(THANKS), SYSTEM, now)
