"""What the offline engine understands, how sure it is, and how fast."""

import time
from pathlib import Path

import pytest

from plantao.chatbot.choice import build_engine, evaluate_offline, open_mind
from plantao.chatbot.classifier import Classifier
from plantao.chatbot.engine import Engine, Intent
from plantao.chatbot.evaluation import Judged, calibration_error, evaluate
from plantao.chatbot.features import normalise, words
from plantao.chatbot.intents_file import IntentsFileError, parse, read_file, shipped
from plantao.chatbot.policy import SURE
from plantao.chatbot.rules import hard_intent
from plantao.chatbot.understanding import Understanding, learn
from plantao.settings import Settings, SettingsError

TRAINING = parse(shipped(), "intents.yaml")
EVALUATION = parse(shipped("evaluation.yaml"), "evaluation.yaml")
NEARLY = 0.7  # of the letters' triples in common


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return learn(TRAINING)


def settings(data_dir: Path) -> Settings:
    return Settings.model_validate({"data_dir": data_dir})


def engine(data_dir: Path) -> Engine:
    return build_engine(settings(data_dir), open_mind(settings(data_dir)))


def triples(text: str) -> set[str]:
    plain = normalise(text)
    return {plain[start : start + 3] for start in range(len(plain) - 2)} or {plain}


def test_there_are_enough_sentences_of_every_intent() -> None:
    trained, evaluated = [intent for intent, _ in TRAINING], [intent for intent, _ in EVALUATION]
    assert min(trained.count(intent) for intent in Intent) >= 60
    assert min(evaluated.count(intent) for intent in Intent) >= 15


def test_no_sentence_of_the_evaluation_was_learnt() -> None:
    learnt = [triples(text) for _, text in TRAINING]
    for _, text in EVALUATION:
        own = triples(text)
        assert max(len(own & other) / len(own | other) for other in learnt) < NEARLY, text


def test_it_understands_what_it_has_not_seen(tmp_path: Path) -> None:
    evaluation = evaluate_offline(settings(tmp_path), None)
    # Below what was measured, so that an edit of one line does not break it.
    assert evaluation.macro_f1 >= 0.9
    assert evaluation.calibration_error <= 0.08
    assert min(score.f1 for score in evaluation.scores.values()) >= 0.75


@pytest.mark.parametrize("text", ["asdkjh", "qwpoei zxmn", "kjshdf kjsdhf lkjsd", "...", "?!", "sim", "не работает"])
def test_what_is_no_sentence_is_not_understood(understanding: Understanding, text: str) -> None:
    assert understanding.classify(text)[1] < SURE


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("VOU NO PROCON", Intent.COMPLAINT),
        ("me passa pra um ATENDENTE agora", Intent.HUMAN),
        ("oi\nminha internet caiu\nquero falar com um atendente", Intent.HUMAN),
        ("quero cancelar, boa tarde, e a segunda via do boleto?", Intent.CANCELLATION),
        ("quero cancelar a visita do técnico", None),
        ("não quero cancelar, só diminuir o plano", None),
        ("minha internet está lenta", None),
        ("obrigada pelo atendimento", None),
        ("cadê o atendente", Intent.HUMAN),
        ("o atendente foi grosso comigo", None),
        ("quero uma vaga de atendente", None),
        ("quero elogiar o atendente de ontem", None),
        ("em vez de cancelar dá pra mudar de endereço?", None),
    ],
)
def test_hard_words_are_never_missed(text: str, intent: Intent | None) -> None:
    assert hard_intent(text) is intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("👍", Intent.THANKS),
        ("👋", Intent.GREETING),
        ("😡😡", Intent.COMPLAINT),
        ("VLWWWW", Intent.THANKS),
        ("bdia", Intent.GREETING),
        ("manda 2ª via do boleto, cpf 111.222.333-44", Intent.BILLING),
        ("o atendente foi grosso comigo", Intent.COMPLAINT),
    ],
)
def test_pictures_slang_and_numbers_are_read(understanding: Understanding, text: str, intent: Intent) -> None:
    found, confidence = understanding.classify(text)
    assert found is intent
    assert confidence > SURE


def test_of_long_numbers_only_their_length_tells() -> None:
    assert words("CPF 123.456.789-00, dia 5") == words("cpf 987.654.321-11 dia 5")
    assert words("dia 5") != words("dia 6")


def test_it_is_fast(understanding: Understanding) -> None:
    started = time.process_time()
    for _, text in EVALUATION:
        understanding.classify(text)
    assert (time.process_time() - started) / len(EVALUATION) < 0.002


def test_a_message_of_any_length_costs_little(understanding: Understanding) -> None:
    started = time.process_time()
    understanding.classify("internet lenta " * 5000)
    understanding.classify("a" * 60_000)
    assert time.process_time() - started < 1


def test_it_learns_the_same_twice() -> None:
    first, second = Classifier.train(TRAINING), Classifier.train(TRAINING)
    assert all(first.probabilities(text) == second.probabilities(text) for _, text in EVALUATION)


def test_one_sentence_more_leaves_the_others_as_they_were(understanding: Understanding) -> None:
    """Else nobody could tell whether what was taught made it better or worse."""
    more = learn([*TRAINING, (Intent.NO_CONNECTION, "a bruzunga tá encarnada")])
    changed = [text for _, text in EVALUATION if more.classify(text)[0] is not understanding.classify(text)[0]]
    assert len(changed) <= 1


def test_the_figures_of_an_evaluation() -> None:
    judged = [
        Judged("a", Intent.BILLING, Intent.BILLING, 0.95),
        Judged("b", Intent.BILLING, Intent.SALES, 0.95),
        Judged("c", Intent.SALES, Intent.SALES, 0.45),
    ]
    evaluation = evaluate(judged)
    billing = evaluation.scores[Intent.BILLING]
    assert (billing.precision, billing.recall, billing.support) == (1.0, 0.5, 2)
    assert evaluation.scores[Intent.SALES].f1 == pytest.approx(2 / 3)
    assert evaluation.confusion[Intent.BILLING, Intent.SALES] == 1
    assert calibration_error(judged) == pytest.approx((2 * 0.45 + 0.55) / 3)
    assert evaluation.unsure == pytest.approx(1 / 3)


SMALL = "\n".join(f"{intent}:\n" + "\n".join(f"  - {intent} {n}" for n in "abcde") for intent in Intent)


def test_a_file_of_the_provider_takes_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "chatbot").mkdir()
    own = tmp_path / "chatbot/intents.yaml"
    own.write_text(SMALL.replace("financeiro a", "no").replace("financeiro b", "2024"), encoding="utf-8")
    assert {(Intent.BILLING, "no"), (Intent.BILLING, "2024")} <= set(read_file(own))
    assert engine(tmp_path).name == "offline"
    own.write_text(SMALL.replace("financeiro:", "finanseiro:"), encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"^{own}, line 19: there is no intent 'finanseiro'"):
        engine(tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "f.yaml, line 1: must be a mapping"),
        ("- a", "f.yaml, line 1: must be a mapping"),
        ("saudacao:\n  - oi\n  - [", "f.yaml, line 4: "),
        ("saudacao:\n\t- oi", "f.yaml, line 2: found character"),
        ("saudacao: oi", "f.yaml, line 1: saudacao must have a list of sentences"),
        ("saudacao:\n  - oi\n  - valor: 10", "f.yaml, line 3: must be a sentence; put it in quotes"),
        ("saudacao:\n  - oi\n  - ' '", "f.yaml, line 3: is empty"),
        ("saudacao:\n  - oi\nfinanceiro:\n  - Oi!", "f.yaml, line 4: stands on line 2 as saudacao already"),
        ("saudacao:\n  - oi", "f.yaml: saudacao needs at least 5 sentences"),
        (SMALL + "\nsaudacao:\n  - x\n  - \x00", "f.yaml: "),
    ],
)
def test_a_wrong_file_is_one_line_with_the_place(text: str, told: str) -> None:
    with pytest.raises(IntentsFileError) as raised:
        parse(text, "f.yaml")
    assert str(raised.value).startswith(told)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_no_text_is_one_line_too(tmp_path: Path) -> None:
    path = tmp_path / "intents.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(IntentsFileError, match=rf"^{path}: cannot be read: "):
        read_file(path)
