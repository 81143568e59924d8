"""The examples that the classifier learns from: a YAML file of our own, or the provider's in its place."""

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import yaml

from plantao.chatbot.classifier import Example
from plantao.chatbot.engine import Intent
from plantao.chatbot.features import normalise

OWN_FILE = Path("chatbot/intents.yaml")  # below the data directory
MIN_EXAMPLES = 5
# libyaml where it is there: ten times as fast.
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class IntentsFileError(Exception):
    """One line: the file, the place in it, what is wrong there."""


def shipped(name: str = "intents.yaml") -> str:
    """The text of a file that comes with the package."""
    return files("plantao.chatbot").joinpath(name).read_text(encoding="utf-8")


def read_examples(data_dir: Path) -> list[Example]:
    """The provider's examples if there are any, else the shipped ones. Raises `IntentsFileError`."""
    own = data_dir / OWN_FILE
    return read_file(own) if own.is_file() else list(_shipped_examples())


@lru_cache
def _shipped_examples() -> tuple[Example, ...]:
    return tuple(parse(shipped(), "intents.yaml"))


def read_file(path: Path) -> list[Example]:
    """The examples of a file. Raises `IntentsFileError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise IntentsFileError(f"{path}: cannot be read: {error}") from None
    return parse(text, str(path))


def parse(text: str, name: str) -> list[Example]:
    """Every intent with its sentences, as they stand. Raises `IntentsFileError`."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise IntentsFileError(f"{name}, line {line}: {error.problem or 'no YAML'}") from None
    except yaml.YAMLError as error:
        raise IntentsFileError(f"{name}: {str(error).splitlines()[0]}") from None
    if not isinstance(root, yaml.MappingNode):
        raise IntentsFileError(f"{name}, line 1: must be a mapping of intents to lists of sentences")
    examples = list(_examples(root, name))
    _check_complete([intent for intent, _ in examples], name)
    return examples


def _examples(root: yaml.MappingNode, name: str) -> Iterator[Example]:
    places: dict[str, tuple[int, str]] = {}
    for key, value in root.value:
        intent = _intent(key, name)
        if not isinstance(value, yaml.SequenceNode):
            raise IntentsFileError(f"{name}, line {_line(key)}: {intent} must have a list of sentences")
        for node in value.value:
            text = _sentence(node, name)
            before, whose = places.setdefault(normalise(text) or text, (_line(node), intent.value))
            if whose != intent:
                raise IntentsFileError(f"{name}, line {_line(node)}: stands on line {before} as {whose} already")
            yield intent, text


def _intent(node: yaml.Node, name: str) -> Intent:
    value = str(node.value)
    if value not in tuple(Intent):
        raise IntentsFileError(
            f"{name}, line {_line(node)}: there is no intent {value!r}; there are {', '.join(Intent)}"
        )
    return Intent(value)


def _sentence(node: yaml.Node, name: str) -> str:
    # Every scalar counts as it is written: `no` and `2024` are sentences, not a truth value and a number.
    if not isinstance(node, yaml.ScalarNode):
        raise IntentsFileError(f"{name}, line {_line(node)}: must be a sentence; put it in quotes if it has a colon")
    if not node.value.strip():
        raise IntentsFileError(f"{name}, line {_line(node)}: is empty")
    return str(node.value)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _check_complete(found: list[Intent], name: str) -> None:
    for intent in Intent:
        if found.count(intent) < MIN_EXAMPLES:
            raise IntentsFileError(f"{name}: {intent} needs at least {MIN_EXAMPLES} sentences")
