"""Settings, links and commands: what the pages name is there."""

import ast
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
import typer.main
from tests.docs.pages import FENCE, ROOT, anchors, pages, read

from plantao.cli import app
from plantao.settings import PREFIX, Settings

COMMANDS = ["install", "demo", "test", "lint", "bench", "help"]  # promised to everybody's scripts
# Variables that only the simulator reads.
SIMULATORS = {"SIMULATOR_HOST", "SIMULATOR_WEBHOOK_URL", "SIMULATOR_DISPLAY_PHONE", "WHATSAPP_BUSINESS_ACCOUNT_ID"}


@pytest.mark.parametrize("name", ["settings", "errors", "whatsapp_errors"])
def test_a_generated_page_is_what_its_script_makes(name: str) -> None:
    made: str = runpy.run_path(str(ROOT / f"scripts/{name}_doc.py"))["page"]()
    path = f"docs/{name.replace('_', '-')}.md"
    assert read(path) == made, f"run: .venv/bin/python scripts/{name}_doc.py > {path}"


def attributes_read() -> set[str]:
    """Every attribute name that the product's code reads, outside the settings themselves."""
    sources = [path for path in (ROOT / "src/plantao").rglob("*.py") if path.name != "settings.py"]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sources]
    return {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_every_setting_is_read_or_said_to_have_no_effect() -> None:
    assert set(Settings.model_fields) - attributes_read() == set()


@pytest.mark.parametrize("page", pages(), ids=str)
def test_settings_that_pages_name_exist(page: Path) -> None:
    known = {name.upper() for name in Settings.model_fields} | {"TEST_SQLSERVER_URL"} | SIMULATORS
    assert set(re.findall(rf"\b{PREFIX}([A-Z][A-Z_]*[A-Z])\b", read(str(page)))) <= known


@pytest.mark.parametrize("page", pages(), ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", read(str(page)))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page.parent / path).resolve() if path else ROOT / page
        assert target.exists(), f"{page}: {link}"
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), f"{page}: {link}"


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):(?!=)", read("Makefile"), re.MULTILINE))


def test_the_promised_commands_of_make_exist() -> None:
    assert set(COMMANDS) <= make_targets()


@pytest.mark.parametrize("page", pages(), ids=str)
def test_commands_of_make_exist(page: Path) -> None:
    said = re.findall(r"(?:`|^ *|&& )make ((?:[A-Z]+=\S+ )*)([a-z-]+)", read(str(page)), re.MULTILINE)
    assert {target for _, target in said} <= make_targets()


def command_lines() -> set[str]:
    """`serve`, `users create` ..."""
    group: Any = typer.main.get_command(app)  # a group, for there are several commands
    names: set[str] = set()
    for name, command in group.commands.items():
        names |= {name} | {f"{name} {below}" for below in getattr(command, "commands", ())}
    return names


@pytest.mark.parametrize("page", pages(), ids=str)
def test_commands_of_plantao_exist(page: Path) -> None:
    known = command_lines()
    for name, below in re.findall(r"(?:bin/|`)plantao ([a-z]+)(?: ([a-z-]+))?", read(str(page))):
        assert name in known, f"{page}: plantao {name}"
        is_group = any(other.startswith(f"{name} ") for other in known)
        assert not (is_group and below) or f"{name} {below}" in known, f"{page}: plantao {name} {below}"


def test_the_two_readmes_name_the_same_files_and_log_ins() -> None:
    english, portuguese = read("README.md"), read("README.pt-BR.md")
    secrets = re.compile(r"`([\w.]+@[\w.]+\.example|admin@email\.com|Plantao-123|admin123)`")
    assert set(secrets.findall(english)) == set(secrets.findall(portuguese))
    tests = re.compile(r"\((tests/[\w/.]+)\)")
    assert set(tests.findall(portuguese)) <= set(tests.findall(english))


def test_every_story_is_named_in_the_readme() -> None:
    stories = {f"tests/stories/{path.name}" for path in (ROOT / "tests/stories").glob("test_*.py")}
    assert {story for story in stories if story not in read("README.md")} == set()
