"""What a burst makes of a conversation: who is silenced by it, and when somebody has to be found."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantao.conversations.advances import Advance, advances
from plantao.conversations.arrivals import Incoming, Numbered
from plantao.conversations.intake import OpenConversation
from plantao.conversations.models import MessageType
from plantao.customers.models import CustomerId
from plantao.kit.ids import uuid7

START = datetime(2026, 11, 24, 10, tzinfo=UTC)
DUE = START + timedelta(minutes=1)
WHO = CustomerId(uuid7())

BOT, AGENT, ELSEWHERE, WAITING, ENDED = STATES = (
    ("in_progress", "bot"), ("in_progress", "agent"), ("in_progress", "none"), ("queue", "none"), ("resolved", "none"),
)  # fmt: skip
# What is said: a customer's turn and remark, an answer and a remark from elsewhere.
TURN, REMARK, ECHO, ECHOED_REMARK = "t", "R", "e", "E"
SAID = TURN + REMARK + ECHO + ECHOED_REMARK


def advance(state: tuple[str, str], said: str) -> Advance:
    status, handled_by = state
    conversation = OpenConversation(UUID(int=1), WHO, status, handled_by, 7 if handled_by == "agent" else None, 3, "1")
    numbered = [Numbered(message(number, kind), conversation, uuid7(), 4 + number) for number, kind in enumerate(said)]
    [found] = advances(numbered, DUE)
    return found


def message(number: int, kind: str) -> Incoming:
    at = START + timedelta(seconds=number)
    return Incoming(
        WHO, str(number), MessageType.TEXT, "oi", at, opens=kind in (TURN, ECHO), echo=kind in (ECHO, ECHOED_REMARK)
    )


@pytest.mark.parametrize(
    ("state", "said", "silenced", "queued"),
    [
        (BOT, TURN, False, False),
        (BOT, ECHO, True, False),
        (BOT, ECHOED_REMARK, False, False),
        (BOT, TURN + ECHO, True, False),
        (BOT, ECHO + TURN, True, True),
        (BOT, ECHO + REMARK, True, False),
        (BOT, TURN + ECHO + TURN, True, True),
        (ELSEWHERE, TURN, False, True),
        (ELSEWHERE, REMARK, False, False),
        (ELSEWHERE, ECHO, False, False),
        (ELSEWHERE, TURN + ECHO, False, True),
        (AGENT, ECHO + TURN, False, False),
        (WAITING, ECHO + TURN, False, False),
        (ENDED, REMARK + ECHOED_REMARK, False, False),
    ],
)
def test_an_answer_elsewhere_silences_the_bot_and_the_next_turn_looks_for_a_person(
    state: tuple[str, str], said: str, silenced: bool, queued: bool
) -> None:
    found = advance(state, said)
    assert (found.silenced, found.queued) == (silenced, queued)
    assert found.status == ("queue" if queued else state[0])


@given(st.sampled_from(STATES), st.text(SAID, min_size=1, max_size=8))
def test_in_one_burst_or_one_by_one_the_conversation_ends_alike(state: tuple[str, str], said: str) -> None:
    """Except that a closed one gets remarks only: whatever opens finds or makes another."""
    if state == ENDED:
        said = said.replace(TURN, REMARK).replace(ECHO, ECHOED_REMARK)
    step = state
    for kind in said:
        step = after(step, advance(step, kind))
    assert after(state, advance(state, said)) == step


def after(state: tuple[str, str], found: Advance) -> tuple[str, str]:
    return found.status, "none" if found.silenced else state[1]


@given(st.sampled_from(STATES), st.text(SAID, min_size=1, max_size=8))
def test_only_customers_renew_the_window_and_move_the_bot(state: tuple[str, str], said: str) -> None:
    found = advance(state, said)
    last = said.rfind(TURN)
    expires = START + timedelta(seconds=last, hours=24) if last >= 0 else None
    assert found.window_expires_at == expires
    assert found.bot_due_at == (DUE if last >= 0 else None)
    assert (found.last_seq, found.added) == (3 + len(said), len(said))
