"""Prints docs/settings.md: `.venv/bin/python scripts/settings_doc.py > docs/settings.md`."""

from pydantic import SecretStr

from plantao.settings import PREFIX, Settings, SettingsError, require_for_serving

# For parts that are not built yet. A test finds out when the code begins to read one of these.
WITHOUT_EFFECT = frozenset(("registration", "auth_database_url", "whatsapp_business_account_id", "gemini_api_key",
    "gemini_model", "gemini_base_url", "rate_limit_api", "rate_limit_login", "rate_limit_register",
    "rate_limit_whatsapp_send", "trusted_proxies"))  # fmt: skip
HEAD = f"""# Settings

Written by `scripts/settings_doc.py` from `plantao.settings.Settings`: change that, and run the script again.
Settings are environment variables; an empty one counts as not set. `plantao serve` and `plantao worker` do not start
without the required ones. "No effect yet" belongs to a part that is [not built yet](api.md#not-built-yet).

| `{PREFIX}...` | default | meaning |\n|---|---|---|\n"""


def is_required(name: str) -> bool:
    others = {other: SecretStr("abcdefgh" * 4) for other in Settings.model_fields if other != name}
    try:
        require_for_serving(Settings.model_construct(None, **others))
    except SettingsError:
        return True
    return False


def page() -> str:
    table = ""
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, ()) else f"`{field.default}`"
        notes = " **Required.**" * is_required(name) + " *No effect yet.*" * (name in WITHOUT_EFFECT)
        table += f"| `{name.upper()}` | {default} | {field.description}{notes} |\n"
    return HEAD + table


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - its output is the page
