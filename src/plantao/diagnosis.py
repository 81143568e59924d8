"""`plantao doctor`: what an administrator can mend, found before a customer finds it."""

import asyncio
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from plantao.app import build_parts, open_blobs
from plantao.kit.blobs import BlobsUnavailable
from plantao.kit.log import redact_text
from plantao.kit.migrations import current_revision, newest_revision
from plantao.settings import Settings, SettingsError, auth_url, require_for_serving
from plantao.whatsapp.graph.errors import GraphFailure


@dataclass(frozen=True, slots=True)
class Finding:
    subject: str
    ok: bool
    detail: str


async def diagnose(settings: Settings, url: str) -> list[Finding]:
    findings = [_settings(settings), await _database(url)]
    if settings.auth_database_url is not None:
        findings.append(await asyncio.to_thread(_users_database, settings))
    findings.append(await _media(settings))
    if findings[0].ok:
        findings.append(await _whatsapp(settings, url))
    return findings


def _settings(settings: Settings) -> Finding:
    try:
        require_for_serving(settings)
    except SettingsError as error:
        return Finding("settings", ok=False, detail=str(error))
    return Finding("settings", ok=True, detail="complete")


async def _database(url: str) -> Finding:
    try:
        revision = await current_revision(url)
    except (OSError, SQLAlchemyError) as error:
        return Finding("database", ok=False, detail=f"does not answer: {type(error).__name__}")
    newest = newest_revision()
    if revision != newest:
        return Finding("database", ok=False, detail=f"is at revision {revision}, not {newest}: run plantao migrate")
    return Finding("database", ok=True, detail=f"answers, revision {revision}")


def _users_database(settings: Settings) -> Finding:
    """Blocks. Connects, and compares the schema."""
    from plantao.identity.repository.sqlserver import open_engine  # noqa: PLC0415 - only where it is used
    from plantao.identity.repository.sqlserver_migrations import current_revision, newest_revision  # noqa: PLC0415

    try:
        engine = open_engine(auth_url(settings))
        with engine.connect() as connection:
            version = connection.dialect.server_version_info
            revision, newest = current_revision(connection), newest_revision()
        engine.dispose()
    except SettingsError as error:
        return Finding("users' database", ok=False, detail=str(error))
    except SQLAlchemyError as error:
        return Finding("users' database", ok=False, detail=f"does not answer: {_first_line(error)}")
    if revision != newest:
        detail = f"is at revision {revision}, not {newest}: run plantao migrate"
        return Finding("users' database", ok=False, detail=detail)
    numbers = ".".join(str(number) for number in version or ())
    return Finding("users' database", ok=True, detail=f"SQL Server {numbers} answers, revision {revision}")


def _first_line(error: SQLAlchemyError) -> str:
    """What the driver said, without the statement and its values."""
    return redact_text(str(getattr(error, "orig", None) or error)).splitlines()[0]


async def _media(settings: Settings) -> Finding:
    blobs = open_blobs(settings)
    try:
        await blobs.check()
    except BlobsUnavailable as failure:
        return Finding("files", ok=False, detail=f"{blobs.name} cannot be written: {failure.reason}")
    return Finding("files", ok=True, detail=f"{blobs.name} can be written")


async def _whatsapp(settings: Settings, url: str) -> Finding:
    graph = build_parts(settings, url).numbers.first.graph
    try:
        number = await graph.phone_number()
    except GraphFailure as failure:
        return Finding("whatsapp", ok=False, detail=str(failure))
    finally:
        await graph.aclose()
    detail = f"{number.display_phone_number}, quality {number.quality_rating}, status {number.status}"
    return Finding("whatsapp", ok=True, detail=detail)
