"""The console's types are those of this very server."""

from scripts import console_types


def test_the_types_are_current() -> None:
    for path, content in console_types.written().items():
        assert path.read_text() == content, f"run .venv/bin/python scripts/console_types.py: {path.name} is not current"
