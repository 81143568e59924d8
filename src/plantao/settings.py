"""All settings, from the environment. docs/settings.md is this class as a page; a test holds them together."""

import importlib.util
import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from plantao.kit.blobs import Blobs
from plantao.kit.rates.rate import parse_rate

PREFIX = "PLANTAO_"
AUTH_DRIVERS = {"mssql+mssqlpython": "mssql_python", "mssql+pymssql": "pymssql"}  # scheme: module
MIN_SECRET_LENGTH, MIN_DIFFERENT = 32, 10


class SettingsError(Exception):
    """A wrong setting, as one line that names it."""


class NumberSettings(BaseModel):
    """One more business number, beside the one of the plain settings, from which it takes what it does not say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    phone_number_id: str = Field(pattern=r"^\d+$")
    business_account_id: str | None = Field(None, pattern=r"^\d+$")
    access_token: SecretStr | None = None
    name: str | None = Field(None, min_length=1, max_length=60)
    bot: bool = True


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
        None,
        description="mssql+mssqlpython://user:password@host:1433/name, or mssql+pymssql://...: users, sessions and "
        "tokens in a SQL Server. Unset: in the database of everything else.",
    )
    redis_url: SecretStr | None = Field(
        None,
        description="redis://host:6379/0, for several processes. Unset: live events stay in the process.",
    )
    media_url: str | None = Field(
        None,
        description="Where the files of messages are kept: `file:///path`, or `s3://bucket/prefix`. Unset: `media` in "
        "the data directory.",
    )
    media_s3_endpoint: AnyHttpUrl | None = Field(None, description="Address of a bucket that is not Amazon's.")
    media_s3_region: str = Field("us-east-1", pattern=r"^[\w-]+$", description="The bucket's region.")
    media_s3_access_key: SecretStr | None = Field(
        None, description="Key of the bucket. Unset: AWS' own variables, or the machine's role."
    )
    media_s3_secret_key: SecretStr | None = Field(None, description="The secret of that key.")
    jwt_secret: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="Key that signs access tokens, at least 32 characters; several, comma separated, while one is "
        "replaced: the first signs, all are believed.",
    )
    admin_email: str | None = Field(None, description="The first start creates an administrator with this e-mail.")
    admin_password: SecretStr | None = Field(None, description="That administrator's first password.")

    registration: Literal["closed", "open"] = Field(
        "closed", description="`open` lets anybody make an account of the role `user`, which may do nothing yet."
    )
    second_factor: Literal["optional", "admins", "staff"] = Field(
        "optional",
        description="Who must have a second factor: `optional` (nobody), `admins`, or `staff` (all but `user`).",
    )
    rate_limit_api: str = Field("100/minute", description="Requests of a client, or of a user at one address.")
    rate_limit_media: str = Field(
        "600/minute", description="Files, thumbnails and links to them that a user asks for at one address."
    )
    rate_limit_login: str = Field(
        "5/15 minutes", description="Failed log-ins of a client address; an account has four times as many."
    )
    rate_limit_register: str = Field("3/hour", description="Registrations of a client address, refused ones too.")
    rate_limit_whatsapp_send: str = Field("100/minute", description="Uses of `POST /api/v1/whatsapp/send` by a user.")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses and networks, comma separated, whose `X-Forwarded-For` and `-Proto` are believed."
    )
    max_connections: int = Field(
        12_000, ge=10, description="Open connections of one process, sockets included; more are answered 503."
    )

    whatsapp_graph_url: AnyHttpUrl = Field(
        AnyHttpUrl("https://graph.facebook.com"),
        description="Meta's Graph API; the simulator's address in tests.",
    )
    whatsapp_graph_version: str = Field("v26.0", pattern=r"^v\d{1,3}\.\d$", description="Graph API version.")
    whatsapp_phone_number_id: str | None = Field(None, pattern=r"^\d+$", description="Our number's id at Meta.")
    whatsapp_business_account_id: str | None = Field(
        None, pattern=r"^\d+$", description="The id of our WhatsApp Business account: needed for templates."
    )
    whatsapp_access_token: SecretStr | None = Field(None, description="System user token for the Graph API.")
    whatsapp_access_token_file: Path | None = Field(
        None,
        description="A file with that token instead, read again when it changes: a new token needs no restart.",
    )
    whatsapp_app_secret: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="App secret that signs webhooks; several, comma separated, while one is replaced."
    )
    whatsapp_verify_token: SecretStr | None = Field(None, description="Token of Meta's webhook verification call.")
    whatsapp_numbers: tuple[NumberSettings, ...] = Field(
        (),
        description='More numbers, as JSON: `[{"phone_number_id": "...", "business_account_id": "...", '
        '"access_token": "...", "name": "Vendas", "bot": true}]`. Only the first field is required.',
    )

    bot_debounce_seconds: float = Field(
        1.5, ge=0, le=30, description="How long the bot waits for the rest of a burst of short messages."
    )
    survey: Literal["on", "off"] = Field(
        "on", description="Ask customers for a grade from 1 to 5 after a person has closed their conversation."
    )
    gemini_api_key: SecretStr | None = Field(None, description="Key for Gemini. Unset: the offline engine answers.")
    gemini_model: str = Field("gemini-3.8-flash", pattern=r"^[\w.-]+$", description="Gemini's model.")
    gemini_base_url: AnyHttpUrl = Field(
        AnyHttpUrl("https://generativelanguage.googleapis.com"), description="Where Gemini is asked."
    )
    timezone: str = Field("America/Sao_Paulo", description="Where a day begins and ends.")

    metrics_token: SecretStr | None = Field(None, description="Bearer token for /metrics. Unset: loopback only.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")
    log_format: Literal["json", "console"] = Field("json", description="One JSON object a line, or text for people.")
    simulator_port: int = Field(8090, ge=0, le=65535, description="Port of the stand-in for Meta.")

    @field_validator("jwt_secret", "whatsapp_app_secret", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator(
        "rate_limit_api", "rate_limit_media", "rate_limit_login", "rate_limit_register", "rate_limit_whatsapp_send"
    )
    @classmethod
    def _check_rate(cls, value: str) -> str:
        parse_rate(value)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _check_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            ipaddress.ip_network(part)
        return value

    @field_validator("media_url")
    @classmethod
    def _check_media_url(cls, value: str | None) -> str | None:
        if value is not None:
            Blobs(value)
        return value

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is no time zone") from error
        return value


def read_settings(**overrides: Any) -> Settings:
    """Reads the environment. Raises `SettingsError` for the first wrong value."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise SettingsError(f"{name}: {first['msg']}") from None


def require_for_serving(settings: Settings) -> None:
    """What `serve` and `worker` cannot do without. Raises `SettingsError` for the first that is missing or weak."""
    needed = {
        "whatsapp_phone_number_id": settings.whatsapp_phone_number_id,
        "whatsapp_access_token": settings.whatsapp_access_token or settings.whatsapp_access_token_file,
        "whatsapp_app_secret": settings.whatsapp_app_secret,
        "whatsapp_verify_token": settings.whatsapp_verify_token,
    }
    for name, value in needed.items():
        if not value:
            raise SettingsError(f"{PREFIX}{name.upper()}: is required")
    _require_strong(settings.jwt_secret)
    if settings.auth_database_url is not None:
        auth_url(settings)


def auth_url(settings: Settings) -> str:
    """The address of the users' own database, which has to be set. Raises `SettingsError` for a wrong one."""
    assert settings.auth_database_url is not None  # noqa: S101 - asked only where it is
    name, value = f"{PREFIX}AUTH_DATABASE_URL", settings.auth_database_url.get_secret_value()
    scheme, _, rest = value.partition("://")
    if scheme not in AUTH_DRIVERS:
        raise SettingsError(f"{name}: must begin with {' or '.join(f'{known}://' for known in AUTH_DRIVERS)}")
    parts = urlsplit(f"//{rest}")
    if not parts.hostname or not parts.path.strip("/"):
        raise SettingsError(f"{name}: must name a host and a database")
    if importlib.util.find_spec(AUTH_DRIVERS[scheme]) is None:
        raise SettingsError(f"{name}: its driver is missing: pip install 'plantao[sqlserver]'")
    return value


def _require_strong(secrets: Sequence[SecretStr]) -> None:
    name = f"{PREFIX}JWT_SECRET"
    if not secrets:
        raise SettingsError(f"{name}: is required (for example the output of: openssl rand -hex 32)")
    if any(_is_weak(secret.get_secret_value()) for secret in secrets):
        raise SettingsError(
            f"{name}: is weak: at least {MIN_SECRET_LENGTH} characters, {MIN_DIFFERENT} of them different "
            "(for example the output of: openssl rand -hex 32)"
        )


def _is_weak(value: str) -> bool:
    return len(value) < MIN_SECRET_LENGTH or len(set(value)) < MIN_DIFFERENT
