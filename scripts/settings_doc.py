"""Prints docs/settings.md: `.venv/bin/python scripts/settings_doc.py > docs/settings.md`."""

from pydantic import SecretStr

from plantao.settings import PREFIX, Settings, SettingsError, require_for_serving

# For parts that are not built yet. A test finds out when the code begins to read one of these.
WITHOUT_EFFECT = {
    "auth_database_url", "registration", "whatsapp_business_account_id", "gemini_api_key", "gemini_model",
    "gemini_base_url", "rate_limit_api", "rate_limit_login", "rate_limit_register", "rate_limit_whatsapp_send",
    "trusted_proxies",
}  # fmt: skip

HEAD = f"""# Settings

Written by `scripts/settings_doc.py` from `plantao.settings.Settings`: change that, and run the script again.

All settings are environment variables. An empty one counts as not set. A wrong one is one line that names it, and exit
code 2. "Required" means that `plantao serve` and `plantao worker` do not start without it. "No effect yet" belongs to
a part that is [not built yet](api.md#not-built-yet).

| `{PREFIX}...` | default | meaning |
|---|---|---|"""


def required() -> set[str]:
    given: dict[str, SecretStr] = {}
    while True:
        try:
            require_for_serving(Settings.model_construct(None, **given))
        except SettingsError as error:
            name = str(error).partition(":")[0].removeprefix(PREFIX).lower()
            given[name] = SecretStr("0123456789abcdef" * 2)
        else:
            return set(given)


def page() -> str:
    rows, needed = [HEAD], required()
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, ()) else f"`{field.default}`"
        notes = " **Required.**" * (name in needed) + " *No effect yet.*" * (name in WITHOUT_EFFECT)
        rows.append(f"| `{name.upper()}` | {default} | {field.description}{notes} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - its output is the page
