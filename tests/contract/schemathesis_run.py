"""Schemathesis as its users run it: a configuration, a process, an exit code and what it says."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from tests.contract.conformance import Json


def toml(value: Any) -> str:
    """As TOML, in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def write_config(config: Json, file: Path) -> None:
    file.write_text("".join(f"{key} = {toml(value)}\n" for key, value in config.items()))


async def run_schemathesis(url: str, file: Path, *options: str) -> tuple[int, str]:
    """The exit code (0: nothing was found) and the output. Needs no network but the loopback."""
    command = [str(Path(sys.executable).parent / "st"), "--config-file", str(file), "run", f"{url}/openapi.json"]
    process = await asyncio.create_subprocess_exec(
        *command, *options, cwd=file.parent, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()
