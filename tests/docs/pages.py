"""Reading our Markdown, and what of the code it has to tell."""

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)


@cache
def pages() -> list[Path]:
    """All Markdown files of the project, without those of hidden directories and installed packages."""
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*.md"))
    own = [p for p in found if not any(part.startswith(".") or part == "node_modules" for part in p.parts)]
    return sorted(own)


@cache
def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """What stands below `heading`, up to the next heading of the same level or above."""
    level = len(heading.split(maxsplit=1)[0])
    _, found, after = text.partition(f"\n{heading}\n")
    assert found, f"no heading {heading!r}"
    return re.split(rf"^#{{1,{level}}} ", after, maxsplit=1, flags=re.MULTILINE)[0]


def first_column(text: str) -> list[str]:
    """The code words that begin the rows of the tables in `text`."""
    return re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)


def code_words(text: str) -> set[str]:
    """Everything that stands in backticks, outside code blocks."""
    return set(re.findall(r"`([^`\n]+)`", FENCE.sub("", text)))


def anchors(text: str) -> set[str]:
    """The names by which GitHub links to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
