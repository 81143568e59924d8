"""Prints docs/settings.md: `.venv/bin/python scripts/settings_doc.py > docs/settings.md`."""

from pydantic import SecretStr

from plantao.settings import PREFIX, WITHOUT_EFFECT, Settings, SettingsError, require_for_serving

HEAD = f"""# Settings

Written by `scripts/settings_doc.py` from `plantao.settings`: change that, and run the script again.
Settings are environment variables; an empty one counts as not set. `plantao serve` and `plantao worker` do not start
without the required ones.

| `{PREFIX}...` | default | meaning |\n|---|---|---|\n"""
TAIL = f"""
`{{names}}` belong to parts that are [not built yet](api.md#not-built-yet): they are ignored, with a warning
when `plantao serve` or `plantao worker` starts. `{PREFIX}AUTH_DATABASE_URL` is refused by both.
"""


def is_required(name: str) -> bool:
    others = {other: SecretStr("abcdefghijkl" * 3) for other in Settings.model_fields if other != name}
    try:
        require_for_serving(Settings.model_construct(None, **others))
    except SettingsError:
        return True
    return False


def page() -> str:
    table = ""
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, ()) else f"`{field.default}`"
        table += f"| `{name.upper()}` | {default} | {field.description}{' **Required.**' * is_required(name)} |\n"
    return HEAD + table + TAIL.format(names="`, `".join(WITHOUT_EFFECT))


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - its output is the page
