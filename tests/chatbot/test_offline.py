"""What the offline engine says: never more than was done, never twice the same question."""

import pytest

from plantao.chatbot.answers import ANSWERS, FOLLOW_UP, HAND_OVER, UNREADABLE, fill
from plantao.chatbot.engine import Context, Intent, Line
from plantao.chatbot.intents_file import parse, shipped
from plantao.chatbot.knowledge import Knowledge, Mind
from plantao.chatbot.offline import OfflineEngine
from plantao.chatbot.policy import needs_person
from plantao.chatbot.speech import is_portuguese, promises
from plantao.chatbot.understanding import learn

CONTEXT = Context("20261123-000001", "João da Silva")
SAID = [text for texts in ANSWERS.values() for text in texts] + [*HAND_OVER, *FOLLOW_UP, *UNREADABLE]


@pytest.fixture(scope="module")
def engine() -> OfflineEngine:
    return OfflineEngine(Mind(Knowledge(learn(parse(shipped(), "intents.yaml")))))


def customer(*texts: str) -> list[Line]:
    return [Line(True, text) for text in texts]


@pytest.mark.parametrize("template", SAID)
def test_no_answer_promises_what_was_not_done(template: str) -> None:
    text = fill(template, name="João", plan="100 Mbps")
    assert not promises(text)
    assert is_portuguese(text)
    assert "{" not in text


def test_every_intent_has_an_answer_and_most_have_several() -> None:
    assert set(ANSWERS) == set(Intent)
    assert all(len(texts) > 1 for texts in ANSWERS.values())


async def test_the_customer_is_called_by_name_and_the_plan_is_known(engine: OfflineEngine) -> None:
    said = set()
    for number in range(20):
        context = Context(f"20261123-{number:06}", "João da Silva", "100 Mbps")
        reply = await engine.reply(customer("Minha internet está lenta"), context)
        assert (reply.intent, reply.should_transfer) == (Intent.TECHNICAL_SUPPORT, False)
        assert reply.suggested_actions == ["verificar_modem", "testar_velocidade"]
        assert reply.confidence > 0.9
        said.add(reply.response)
    assert all("João" in text and "da Silva" not in text for text in said)
    assert any("100 Mbps" in text for text in said)
    assert len(said) > 1


async def test_the_same_turn_says_the_same(engine: OfflineEngine) -> None:
    assert await engine.reply(customer("oi"), CONTEXT) == await engine.reply(customer("oi"), CONTEXT)


@pytest.mark.parametrize("answer", ["vermelha", "sim", "todos", "já fiz isso e nada", "continua sem sinal nenhum"])
async def test_an_answer_to_our_question_goes_to_a_person(engine: OfflineEngine, answer: str) -> None:
    lines = [*customer("caiu a internet"), Line(False, "A luz LOS está vermelha?"), *customer(answer)]
    reply = await engine.reply(lines, CONTEXT)
    assert (reply.intent, reply.should_transfer) == (Intent.NO_CONNECTION, True)


async def test_another_subject_after_our_question_is_answered(engine: OfflineEngine) -> None:
    lines = [*customer("caiu a internet"), Line(False, "A luz LOS está vermelha?"), *customer("manda o boleto")]
    reply = await engine.reply(lines, CONTEXT)
    assert (reply.intent, reply.should_transfer) == (Intent.BILLING, False)


async def test_who_is_not_understood_twice_gets_a_person(engine: OfflineEngine) -> None:
    first = await engine.reply(customer("qwpoei zxmn"), CONTEXT)
    assert (first.intent, first.should_transfer) == (Intent.OUT_OF_SCOPE, False)
    again = await engine.reply(customer("qwpoei zxmn"), Context("x", unsure_count=1))
    assert again.should_transfer


@pytest.mark.parametrize("text", ["quero um atendente", "quero cancelar", "isso é um absurdo, vou no procon"])
async def test_some_intents_always_get_a_person(engine: OfflineEngine, text: str) -> None:
    reply = await engine.reply(customer(text), CONTEXT)
    assert reply.should_transfer
    assert needs_person(reply, 0)


async def test_what_cannot_be_read_gets_a_person(engine: OfflineEngine) -> None:
    assert (await engine.reply(customer(""), CONTEXT)).should_transfer


async def test_names_with_braces_are_names(engine: OfflineEngine) -> None:
    reply = await engine.reply(customer("oi"), Context("x", "{protocol} {0}"))
    assert "{protocol}" in reply.response
