"""Prints docs/errors.md: `.venv/bin/python scripts/errors_doc.py > docs/errors.md`."""

from typing import Any

from plantao.app import build_parts, create_app
from plantao.kit.http.answers import CODES
from plantao.settings import Settings

HEAD = """# What each operation may answer

Written by `scripts/errors_doc.py` from the OpenAPI document: change an endpoint's `responses`, and run it again.
What the codes mean stands in [the API](api.md#errors). Every operation may also answer 500 `INTERNAL_ERROR` and 503
`SERVICE_UNAVAILABLE`; every path answers 405 `METHOD_NOT_ALLOWED` to a method that it does not have.

| operation | success | errors |\n|---|---|---|\n"""


def document() -> dict[str, Any]:
    """No connection is made for it."""
    settings = Settings.model_validate({"jwt_secret": "x" * 32, "whatsapp_access_token": "x"})
    return create_app(build_parts(settings, "postgresql+asyncpg://x/y")).openapi()


def row(method: str, path: str, answers: dict[str, Any]) -> str:
    success = ", ".join(status for status in answers if status < "400")
    told = [
        f"{status} {' '.join(f'`{code}`' for code in answer[CODES])}"
        for status, answer in answers.items()
        if CODES in answer and status < "500"
    ]
    return f"| `{method.upper()} {path}` | {success} | {', '.join(told)} |\n"


def page() -> str:
    paths = document()["paths"].items()
    return HEAD + "".join(row(m, path, op["responses"]) for path, methods in paths for m, op in methods.items())


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - its output is the page
