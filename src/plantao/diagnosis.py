"""`plantao doctor`: what an administrator can mend, found before a customer finds it."""

from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from plantao.app import build_parts
from plantao.kit.migrations import current_revision, newest_revision
from plantao.settings import Settings, SettingsError, require_for_serving
from plantao.whatsapp.graph.errors import GraphFailure


@dataclass(frozen=True, slots=True)
class Finding:
    subject: str
    ok: bool
    detail: str


async def diagnose(settings: Settings, url: str) -> list[Finding]:
    findings = [_settings(settings), await _database(url)]
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


async def _whatsapp(settings: Settings, url: str) -> Finding:
    graph = build_parts(settings, url).graph
    try:
        number = await graph.phone_number()
    except GraphFailure as failure:
        return Finding("whatsapp", ok=False, detail=str(failure))
    finally:
        await graph.aclose()
    detail = f"{number.display_phone_number}, quality {number.quality_rating}, status {number.status}"
    return Finding("whatsapp", ok=True, detail=detail)
