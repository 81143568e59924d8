"""What an administrator can mend, found before a customer finds it: `plantao doctor`, and the console's first steps."""

import asyncio
from collections import Counter
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from plantao import diagnosis_words as words
from plantao.diagnosis_words import Check, Words
from plantao.file_store import open_blobs
from plantao.kit.blobs import BlobsUnavailable
from plantao.kit.log import redact_text
from plantao.kit.migrations import current_revision, newest_revision
from plantao.settings import PREFIX, Settings, SettingsError, auth_url, require_for_serving
from plantao.whatsapp.graph import account
from plantao.whatsapp.graph.client import GraphClient
from plantao.whatsapp.graph.errors import GraphFailure
from plantao.whatsapp.numbers import Number, read_numbers


@dataclass(frozen=True, slots=True)
class Finding:
    """`subject` and `detail` in English, for the command line; `words` for the console."""

    subject: str
    ok: bool
    detail: str
    words: Words


async def diagnose(settings: Settings, url: str) -> list[Finding]:
    findings = [_settings(settings), await _database(url)]
    if settings.auth_database_url is not None:
        findings.append(await asyncio.to_thread(_users_database, settings))
    findings.append(await _media(settings))
    if findings[0].ok:
        findings += await _whatsapp(settings)
    return findings


def _settings(settings: Settings) -> Finding:
    try:
        require_for_serving(settings)
    except SettingsError as error:
        return Finding("settings", ok=False, detail=str(error), words=words.settings(str(error)))
    return Finding("settings", ok=True, detail="complete", words=words.settings(None))


async def _database(url: str) -> Finding:
    try:
        revision = await current_revision(url)
    except (OSError, SQLAlchemyError) as error:
        detail = f"does not answer: {type(error).__name__}"
        return Finding("database", ok=False, detail=detail, words=words.silent_database())
    newest = await asyncio.to_thread(newest_revision)
    told = words.database(revision, newest)
    if revision != newest:
        detail = f"is at revision {revision}, not {newest}: run plantao migrate"
        return Finding("database", ok=False, detail=detail, words=told)
    return Finding("database", ok=True, detail=f"answers, revision {revision}", words=told)


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
        return Finding("users' database", ok=False, detail=str(error), words=words.silent_users_database())
    except SQLAlchemyError as error:
        detail = f"does not answer: {_first_line(error)}"
        return Finding("users' database", ok=False, detail=detail, words=words.silent_users_database())
    numbers = ".".join(str(number) for number in version or ())
    told = words.users_database(numbers, revision, newest)
    if revision != newest:
        detail = f"is at revision {revision}, not {newest}: run plantao migrate"
        return Finding("users' database", ok=False, detail=detail, words=told)
    detail = f"SQL Server {numbers} answers, revision {revision}"
    return Finding("users' database", ok=True, detail=detail, words=told)


def _first_line(error: SQLAlchemyError) -> str:
    """What the driver said, without the statement and its values."""
    return redact_text(str(getattr(error, "orig", None) or error)).splitlines()[0]


async def _media(settings: Settings) -> Finding:
    blobs = open_blobs(settings)
    try:
        await blobs.check()
    except BlobsUnavailable as failure:
        detail = f"{blobs.name} cannot be written: {failure.reason}"
        return Finding("files", ok=False, detail=detail, words=words.files(writable=False))
    return Finding("files", ok=True, detail=f"{blobs.name} can be written", words=words.files(writable=True))


async def _whatsapp(settings: Settings) -> list[Finding]:
    """Each number, and for each business account who hears of it and which templates there are."""
    numbers = read_numbers(settings)
    accounts: dict[str, tuple[Number, str | None]] = {}
    findings = []
    try:
        for number in numbers:
            finding, app_id = await _number(number, first=number is numbers.first)
            findings.append(finding)
            if number.business_account_id is not None:
                accounts.setdefault(number.business_account_id, (number, app_id))
        for account_id, (number, app_id) in accounts.items():
            findings += [
                await _subscription(number.graph, account_id, app_id),
                await _templates(number.graph, account_id),
            ]
    finally:
        await numbers.aclose()
    if not accounts:
        detail = f"{PREFIX}WHATSAPP_BUSINESS_ACCOUNT_ID is not set: templates and the webhook were not looked at"
        findings.append(Finding("whatsapp account", ok=True, detail=detail, words=words.no_account()))
    return findings


async def _number(number: Number, *, first: bool) -> tuple[Finding, str | None]:
    """And the id of our app, where Meta tells it."""
    subject = "whatsapp" if first else f"whatsapp {number.phone_number_id}"
    try:
        said = await account.number_info(number.graph, number.phone_number_id)
    except GraphFailure as failure:
        told = words.refused(Check.WHATSAPP_NUMBER, f"Número {number.phone_number_id}", failure)
        return Finding(subject, ok=False, detail=str(failure), words=told), None
    reasons = [str(reason["detail"]) for reason in said.reasons if reason["detail"]]
    detail = [
        f"{said.display_phone_number}, quality {said.quality_rating}, status {said.status}",
        f"limit {said.messaging_limit}, may send: {said.can_send}",
        *reasons,
    ]
    named = words.number(said.display_phone_number or number.phone_number_id, said.can_send, reasons)
    return Finding(subject, ok=said.can_send != "BLOCKED", detail="; ".join(detail), words=named), said.app_id


async def _subscription(graph: GraphClient, account_id: str, app_id: str | None) -> Finding:
    """Without one, no webhook comes."""
    subject = f"whatsapp webhook of {account_id}"
    try:
        apps = await account.subscribed_apps(graph, account_id)
    except GraphFailure as failure:
        refused = words.refused(Check.WHATSAPP_WEBHOOK, "Webhook da Meta", failure)
        return Finding(subject, ok=False, detail=str(failure), words=refused)
    if not apps or (app_id is not None and app_id not in {app.id for app in apps}):
        detail = "our app is not subscribed, so no message comes: run plantao whatsapp subscribe"
        return Finding(subject, ok=False, detail=detail, words=words.webhook([], subscribed=False))
    told = [f"{app.name}{f' at {app.callback}' if app.callback else ''}" for app in apps]
    named = words.webhook([name for app in apps if (name := app.name or app.id)], subscribed=True)
    return Finding(subject, ok=True, detail=f"subscribed: {', '.join(told)}", words=named)


async def _templates(graph: GraphClient, account_id: str) -> Finding:
    subject = f"whatsapp templates of {account_id}"
    found: Counter[str] = Counter()
    try:
        async for page in account.template_pages(graph, account_id):
            found.update(str(one.get("status")) for one in page)
    except GraphFailure as failure:
        refused = words.refused(Check.WHATSAPP_TEMPLATES, "Modelos de mensagem", failure)
        return Finding(subject, ok=False, detail=str(failure), words=refused)
    told = ", ".join(f"{number} {status}" for status, number in sorted(found.items()))
    return Finding(subject, ok=True, detail=told or "none", words=words.templates(found))
