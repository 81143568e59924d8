"""The engine that needs nobody: asks back, then hands over, and promises nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantao.chatbot.answers import ACTIONS, ANSWERS, FOLLOW_UP, HAND_OVER, UNREADABLE, fill
from plantao.chatbot.engine import Context, Intent, Line, Reply
from plantao.chatbot.offline import OfflineEngine
from plantao.chatbot.policy import ALWAYS_TRANSFERRED, SURE, is_unsure, needs_person

CONTEXT = Context("20261123-000001", "João da Silva")
# What would be a lie: the engine has only read.
PROMISES = re.compile(
    r"já resolvi|agendad|agendei|enviei|envia(?:do|mos)|estou enviando|resolvemos|foi resolvid|"
    r"abri(?:mos)? (?:um )?chamado|"
    r"vai voltar|em \d+ (?:minutos|horas)|desbloque(?:ei|ado)|cancel(?:ei|ado)|técnico (?:vai|está)|garant",
    re.IGNORECASE,
)
ALL_ANSWERS = [*(a for answers in ANSWERS.values() for a in answers), FOLLOW_UP, HAND_OVER, UNREADABLE]


def customer(*texts: str) -> list[Line]:
    return [Line(from_customer=True, text=text) for text in texts]


BOT_SAID = Line(from_customer=False, text="…")


async def reply(*lines: Line, context: Context = CONTEXT) -> Reply:
    return await OfflineEngine().reply(lines, context)


@pytest.mark.parametrize("answer", ALL_ANSWERS)
def test_no_answer_promises_what_was_not_done(answer: str) -> None:
    assert not PROMISES.search(answer)


@pytest.mark.parametrize("answer", ALL_ANSWERS)
def test_an_answer_reads_well_with_and_without_a_name(answer: str) -> None:
    for name in ("João da Silva", None, "  ", "{protocol}"):
        text = fill(answer, name=name, protocol="P-1")
        assert "  " not in text
        assert " ," not in text
        assert "{name}" not in text
    assert "P-1" in fill(answer, name=None, protocol="P-1") or "{protocol}" not in answer


def test_every_intent_has_an_answer_and_every_hand_over_names_the_protocol() -> None:
    assert set(ANSWERS) == set(Intent)
    assert set(ACTIONS) <= set(Intent)
    for intent in ALWAYS_TRANSFERRED:
        assert all("{protocol}" in answer for answer in ANSWERS[intent])
    assert all("{protocol}" in answer for answer in (FOLLOW_UP, HAND_OVER, UNREADABLE))


async def test_a_first_strange_text_is_asked_back_and_a_second_handed_over() -> None:
    first = await reply(*customer("asdfgh"))
    assert (first.intent, first.should_transfer, is_unsure(first)) == (Intent.OUT_OF_SCOPE, False, True)
    assert not needs_person(first, 1)
    again = Context(CONTEXT.protocol, unsure_count=1)
    second = await reply(*customer("asdfgh"), BOT_SAID, *customer("qwerty"), context=again)
    assert second.should_transfer
    assert CONTEXT.protocol in second.response


@pytest.mark.parametrize("text", ["quero um atendente", "quero cancelar", "isso é um absurdo"])
async def test_some_wishes_are_for_people_only(text: str) -> None:
    found = await reply(*customer(text))
    assert found.should_transfer
    assert CONTEXT.protocol in found.response


async def test_a_burst_is_read_whole() -> None:
    found = await reply(*customer("oi", "bom dia", "estou sem internet"))
    assert found.intent is Intent.NO_CONNECTION


async def test_only_what_came_since_our_last_word_counts() -> None:
    found = await reply(*customer("estou sem internet"), BOT_SAID, *customer("obrigado"))
    assert found.intent is Intent.THANKS


async def test_the_answer_to_our_question_goes_to_a_person() -> None:
    found = await reply(*customer("estou sem internet"), BOT_SAID, *customer("vermelha piscando"))
    assert (found.intent, found.should_transfer) == (Intent.NO_CONNECTION, True)
    assert found.confidence >= SURE


async def test_a_photo_alone_is_for_a_person() -> None:
    found = await reply(*customer(""))
    assert found.should_transfer


async def test_a_photo_with_words_is_read_by_its_words() -> None:
    assert (await reply(*customer("", "preciso do boleto"))).intent is Intent.BILLING


async def test_the_customer_is_called_by_the_first_name() -> None:
    assert " João" in (await reply(*customer("oi"))).response
    assert "Silva" not in (await reply(*customer("oi"))).response


async def test_a_turn_that_is_computed_again_says_the_same() -> None:
    lines = customer("oi")
    assert len({(await reply(*lines)).response for _ in range(5)}) == 1
    others = [Context(f"20261123-{n:06}") for n in range(30)]
    assert len({(await reply(*lines, context=one)).response for one in others}) > 1


lines = st.lists(st.builds(Line, st.booleans(), st.text(max_size=80)), max_size=8)
contexts = st.builds(Context, st.text(max_size=20), st.none() | st.text(max_size=30), unsure_count=st.integers(0, 3))


@given(lines, contexts)
async def test_nothing_that_is_written_upsets_it(said: list[Line], context: Context) -> None:
    found = await reply(*said, context=context)
    assert found.response.strip()
    assert 0 <= found.confidence <= 1
    assert not needs_person(found, 0) or found.should_transfer
