"""`/diagnosis`: what `plantao doctor` finds, for the administrator's first steps in the console."""

import asyncio
from datetime import datetime, timedelta

import structlog
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from plantao import diagnosis_words as words
from plantao.diagnosis import diagnose
from plantao.diagnosis_words import Check, State, Words
from plantao.identity.access import require
from plantao.identity.policy import Permission
from plantao.kit.clock import Clock
from plantao.kit.db import Database
from plantao.kit.errors import ServiceUnavailable
from plantao.kit.fresh import Fresh
from plantao.kit.http.answers import errors
from plantao.settings import Settings

log = structlog.get_logger(__name__)

router = APIRouter(tags=["health"])

FRESH = timedelta(seconds=10)
DEADLINE = 25.0  # seconds: Meta may take its time for each of several numbers


class CheckOut(BaseModel):
    """Uma verificação. `remedy`: o que fazer; null: nada."""

    check: Check
    state: State
    title: str
    detail: str
    remedy: str | None


class DiagnosisOut(BaseModel):
    checked_at: datetime
    checks: list[CheckOut]


class Diagnosis:
    """Looks at most once in `FRESH`, and never twice at once, however many ask."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._settings = settings
        self._url = database.engine.url.render_as_string(hide_password=False)
        self._fresh = Fresh(self._look, clock, FRESH)

    async def get(self) -> DiagnosisOut:
        """Raises `ServiceUnavailable` when it takes too long."""
        return await self._fresh.get()

    async def _look(self, now: datetime) -> DiagnosisOut:
        try:
            async with asyncio.timeout(DEADLINE):
                findings = await diagnose(self._settings, self._url)
        except TimeoutError:
            log.warning("diagnosis_slow")
            raise ServiceUnavailable("A verificação demorou demais. Tente de novo.") from None
        found = [finding.words for finding in findings]
        return DiagnosisOut(checked_at=now.replace(microsecond=0), checks=[_out(one) for one in _with_gaps(found)])


def _with_gaps(found: list[Words]) -> list[Words]:
    """And what there was nothing to look at for."""
    checks = {one.check for one in found}
    told = list(found)
    if Check.USERS_DATABASE not in checks:
        told.insert(2, words.no_users_database())
    if Check.WHATSAPP_NUMBER not in checks:
        told.append(words.unasked())
    return told


def _out(one: Words) -> CheckOut:
    return CheckOut(check=one.check, state=one.state, title=one.title, detail=one.detail, remedy=one.remedy)


@router.get("/diagnosis", dependencies=[Depends(require(Permission.SEE_DIAGNOSIS))], responses=errors(403, 503))
async def read_diagnosis(request: Request) -> DiagnosisOut:
    """O que falta, ou está errado, para atender: o que diz `plantao doctor`, em palavras.

    De novo no máximo a cada dez segundos.
    """
    diagnosis: Diagnosis = request.app.state.diagnosis
    return await diagnosis.get()
