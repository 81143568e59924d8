"""What was learnt is kept between starts, and never mistaken for something else."""

from pathlib import Path

import pytest

from plantao.chatbot import memory
from plantao.chatbot.classifier import Classifier, Example
from plantao.chatbot.engine import Intent

EXAMPLES: list[Example] = [
    (intent, f"{intent.value.replace('_', ' ')} {word}") for intent in Intent for word in ("agora", "hoje", "por favor")
]
TEXT = "reclamacao hoje"


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many examples were learnt from, each time that it was done."""
    seen: list[int] = []
    train = vars(Classifier)["train"].__func__

    def counting(cls: type[Classifier], examples: list[Example]) -> Classifier:
        seen.append(len(examples))
        made: Classifier = train(cls, examples)
        return made

    monkeypatch.setattr(Classifier, "train", classmethod(counting))
    return seen


def files(directory: Path) -> list[Path]:
    return sorted(directory.iterdir())


def test_the_second_start_knows_the_same_without_learning(tmp_path: Path, trained: list[int]) -> None:
    first, second = memory.learn(EXAMPLES, tmp_path), memory.learn(EXAMPLES, tmp_path)
    assert trained == [len(EXAMPLES)]
    assert first.probabilities(TEXT) == second.probabilities(TEXT)
    assert first.familiarity(TEXT) == second.familiarity(TEXT) > 0
    assert len(files(tmp_path)) == 1


def test_what_is_in_use_outlives_what_was_tried(tmp_path: Path, trained: list[int]) -> None:
    memory.learn(EXAMPLES, tmp_path)
    [shipped] = files(tmp_path)
    for number in range(memory.KEPT + 2):
        memory.learn([*EXAMPLES, (Intent.GREETING, f"opa {number}")], tmp_path)
        memory.learn(EXAMPLES, tmp_path)
    assert trained == [len(EXAMPLES)] + [len(EXAMPLES) + 1] * (memory.KEPT + 2)
    assert len(files(tmp_path)) == memory.KEPT
    assert shipped in files(tmp_path)


def test_other_code_is_another_classifier(tmp_path: Path, trained: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    memory.learn(EXAMPLES, tmp_path)
    monkeypatch.setattr(memory, "_MADE_BY", ("classifier.py",))
    memory.learn(EXAMPLES, tmp_path)
    assert len(trained) == 2


@pytest.mark.parametrize("damage", [b"", b"\x00", b"\x83\xa8features\x90\xa7squares\xc4\x00\xa7weights\x90", None])
def test_a_damaged_file_is_as_if_it_were_not_there(tmp_path: Path, trained: list[int], damage: bytes | None) -> None:
    first = memory.learn(EXAMPLES, tmp_path)
    [path] = files(tmp_path)
    path.write_bytes(path.read_bytes()[:-8] if damage is None else damage)
    assert memory.learn(EXAMPLES, tmp_path).probabilities(TEXT) == first.probabilities(TEXT)
    assert len(trained) == 2
    memory.learn(EXAMPLES, tmp_path)
    assert len(trained) == 2


def test_a_place_that_cannot_be_written_costs_time_only(tmp_path: Path, trained: list[int]) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    for directory in (blocked / "below", tmp_path / "no data directory" / "learnt"):
        for _ in range(2):
            assert memory.learn(EXAMPLES, directory).probabilities(TEXT)
    assert len(trained) == 4
    assert files(tmp_path) == [blocked]
