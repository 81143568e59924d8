"""Prints docs/settings.md: `.venv/bin/python scripts/settings_doc.py > docs/settings.md`."""

from pydantic import SecretStr

from plantao.settings import PREFIX, Settings, SettingsError, require_for_serving

HEAD = f"""# Settings

Written by `scripts/settings_doc.py` from `plantao.settings`: change that, and run the script again.
Settings are environment variables; an empty one counts as not set. `plantao serve` and `plantao worker` do not start
without the required ones.

| `{PREFIX}...` | default | meaning |\n|---|---|---|\n"""


def is_required(name: str) -> bool:
    good = SecretStr("abcdefghijkl" * 3)
    given = dict.fromkeys(Settings.model_fields, (good,)) | {"auth_database_url": None, name: None}
    try:
        require_for_serving(Settings.model_construct(None, **given))
    except SettingsError:
        return True
    return False


def page() -> str:
    table = ""
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, ()) else f"`{field.default}`"
        table += f"| `{name.upper()}` | {default} | {field.description}{' **Required.**' * is_required(name)} |\n"
    return HEAD + table


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - its output is the page
