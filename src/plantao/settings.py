"""All settings, from the environment. docs/settings.md is this class as a page; a test holds them together."""

import ipaddress
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AnyHttpUrl, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "PLANTAO_"
MIN_SECRET_LENGTH = 32
WEAK_WORDS = ("changeme", "secret", "password", "senha", "plantao", "12345678")


class SettingsError(Exception):
    """A wrong setting, as one line that names it."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    data_dir: Path = Field(Path("data"), description="Where the embedded database and files live.")
    database_url: SecretStr | None = Field(
        None,
        description="postgresql://user:password@host/name. Unset: the embedded PostgreSQL in the data directory.",
    )
    auth_database_url: SecretStr | None = Field(
        None, description="Database of users and sessions. Unset: the same PostgreSQL."
    )
    redis_url: SecretStr | None = Field(
        None,
        description="redis://host:6379/0, for several processes. Unset: live events stay in the process.",
    )
    jwt_secret: SecretStr | None = Field(
        None,
        description="Key that signs access tokens, at least 32 characters. `serve` refuses to start without it.",
    )
    admin_email: str | None = Field(None, description="The first start creates an administrator with this e-mail.")
    admin_password: SecretStr | None = Field(None, description="That administrator's first password.")
    registration: Literal["closed", "open"] = Field("closed", description="Whether strangers may register.")

    whatsapp_graph_url: AnyHttpUrl = Field(
        AnyHttpUrl("https://graph.facebook.com"),
        description="Meta's Graph API; the simulator's address in tests.",
    )
    whatsapp_graph_version: str = Field("v26.0", pattern=r"^v\d{1,3}\.\d$", description="Graph API version.")
    whatsapp_phone_number_id: str | None = Field(None, pattern=r"^\d+$", description="Our number's id at Meta.")
    whatsapp_business_account_id: str | None = Field(None, pattern=r"^\d+$", description="Our account's id at Meta.")
    whatsapp_access_token: SecretStr | None = Field(None, description="System user token for the Graph API.")
    whatsapp_app_secret: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="App secret that signs webhooks; several, comma separated, while one is replaced."
    )
    whatsapp_verify_token: SecretStr | None = Field(None, description="Token of Meta's webhook verification call.")

    gemini_api_key: SecretStr | None = Field(None, description="Unset: the offline engine answers.")
    gemini_model: str = Field("gemini-3.8-flash", description="Gemini model.")
    gemini_base_url: AnyHttpUrl | None = Field(None, description="Another address for the Gemini API.")

    bot_debounce_seconds: float = Field(
        1.5, ge=0, le=30, description="How long the bot waits for the rest of a burst of short messages."
    )
    timezone: str = Field("America/Sao_Paulo", description="Where a day begins and ends.")

    rate_limit_api: str = Field("100/minute", description="Requests per client address.")
    rate_limit_login: str = Field("5/15 minutes", description="Failed log-ins per client address.")
    rate_limit_register: str = Field("3/hour", description="Registrations per client address.")
    rate_limit_whatsapp_send: str = Field("100/minute", description="POST /whatsapp/send per client address.")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses or networks whose X-Forwarded-For is believed, comma separated."
    )
    metrics_token: SecretStr | None = Field(None, description="Bearer token for /metrics. Unset: loopback only.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")
    log_format: Literal["json", "console"] = Field("json", description="One JSON object a line, or text for people.")
    simulator_port: int = Field(8090, ge=0, le=65535, description="Port of the stand-in for Meta.")

    @field_validator("whatsapp_app_secret", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _check_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ipaddress.ip_network(network, strict=False)
        return value

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is no time zone") from error
        return value


def read_settings(**overrides: object) -> Settings:
    """Reads the environment. Raises `SettingsError` for the first wrong value."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type] # pydantic checks them, that is the point
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise SettingsError(f"{name}: {first['msg']}") from None


def require_for_serving(settings: Settings) -> None:
    """What `serve` and `worker` cannot do without. Raises `SettingsError` for the first that is missing or weak."""
    needed = {
        "whatsapp_phone_number_id": settings.whatsapp_phone_number_id,
        "whatsapp_access_token": settings.whatsapp_access_token,
        "whatsapp_app_secret": settings.whatsapp_app_secret,
        "whatsapp_verify_token": settings.whatsapp_verify_token,
    }
    for name, value in needed.items():
        if not value:
            raise SettingsError(f"{PREFIX}{name.upper()}: is required")
    _require_strong(settings.jwt_secret)


def _require_strong(secret: SecretStr | None) -> None:
    name = f"{PREFIX}JWT_SECRET"
    if secret is None:
        raise SettingsError(f"{name}: is required (for example the output of: openssl rand -hex 32)")
    value = secret.get_secret_value()
    if len(value) < MIN_SECRET_LENGTH or len(set(value)) < 8:
        raise SettingsError(f"{name}: must have at least {MIN_SECRET_LENGTH} characters and not be a repetition")
    if any(word in value.lower() for word in WEAK_WORDS):
        raise SettingsError(f"{name}: contains a well-known word; take a random value (openssl rand -hex 32)")
