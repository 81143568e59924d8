"""`/reports`: how a period went, as JSON or as a file for a spreadsheet program."""

import asyncio
from datetime import UTC, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from plantao.conversations.periods import Period, Step
from plantao.conversations.views import encode_json
from plantao.dashboard.fresh import day_start
from plantao.dashboard.report_schemas import (
    AgentsReportOut,
    HoursOut,
    IntentsOut,
    SummaryOut,
    TagsReportOut,
    TimelineOut,
)
from plantao.dashboard.reports import Reports, Rows
from plantao.dashboard.sheets import CSV, XLSX, to_csv, to_xlsx
from plantao.identity.access import require
from plantao.identity.policy import Permission
from plantao.kit.errors import ValidationFailed
from plantao.kit.http.answers import errors
from plantao.kit.http.inputs import IsoMoment

router = APIRouter(prefix="/reports", tags=["reports"], dependencies=[Depends(require(Permission.SEE_METRICS))])

LONGEST: Final = timedelta(days=366)
LONGEST_BY_HOUR: Final = timedelta(days=31)


class Form(StrEnum):
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


class PeriodQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    start_date: IsoMoment | None = Field(None, description="A partir de; sem ele, a meia-noite de hoje.")
    end_date: IsoMoment | None = Field(None, description="Antes de; sem ele, agora.")
    format: Form = Field(Form.JSON, description="`csv` e `xlsx` são arquivos para planilhas.")


class TimelineQuery(PeriodQuery):
    step: Step = Field(Step.HOUR, description="`hour` só para até 31 dias.")


Asked = Annotated[PeriodQuery, Query()]
AskedSteps = Annotated[TimelineQuery, Query()]


def _period(request: Request, query: PeriodQuery, longest: timedelta = LONGEST) -> Period:
    state = request.app.state
    now, zone = state.clock.now(), state.intake_rules.zone
    end = query.end_date or now
    start = query.start_date or day_start(min(now, end), zone)
    if start >= end:
        raise ValidationFailed("O começo deve ser antes do fim.", field="start_date")
    if end - start > longest:
        raise ValidationFailed(f"O período deve ter no máximo {longest.days} dias.", field="start_date")
    return Period(start.astimezone(UTC), end.astimezone(UTC), zone)


async def _reports(request: Request) -> Reports:
    found: Reports = request.app.state.reports
    return found


InReports = Annotated[Reports, Depends(_reports)]


def _files(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """The answers of a report: its model as JSON, or a file."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {200: {"model": model, "content": {CSV: binary, XLSX: binary}}} | errors(400, 401, 403)


@router.get("/summary", response_class=Response, responses=_files(SummaryOut))
async def read_summary(request: Request, query: Asked, reports: InReports) -> Response:
    """O período em uma linha: conversas, mensagens, tempos e satisfação."""
    period = _period(request, query)
    rows = await reports.summary(period)
    if query.format is Form.JSON:
        return _json(period, rows[0])
    return await _file("resumo", query.format, period, rows)


@router.get("/timeline", response_class=Response, responses=_files(TimelineOut))
async def read_timeline(request: Request, query: AskedSteps, reports: InReports) -> Response:
    """Conversas e mensagens por hora, dia ou mês, também onde não houve nada."""
    period = _period(request, query, LONGEST_BY_HOUR if query.step is Step.HOUR else LONGEST)
    return await _answer("linha-do-tempo", query.format, period, await reports.timeline(period, query.step))


@router.get("/agents", response_class=Response, responses=_files(AgentsReportOut))
async def read_agents_report(request: Request, query: Asked, reports: InReports) -> Response:
    """O que cada pessoa atendeu, respondeu e encerrou no período."""
    period = _period(request, query)
    return await _answer("atendentes", query.format, period, await reports.agents(period))


@router.get("/hours", response_class=Response, responses=_files(HoursOut))
async def read_hours(request: Request, query: Asked, reports: InReports) -> Response:
    """Em que horas da semana os clientes escrevem. Horas sem mensagens não aparecem."""
    period = _period(request, query)
    return await _answer("horas", query.format, period, await reports.hours(period))


@router.get("/intents", response_class=Response, responses=_files(IntentsOut))
async def read_intents(request: Request, query: Asked, reports: InReports) -> Response:
    """O que o chatbot entendeu, e quanto passou para uma pessoa."""
    period = _period(request, query)
    return await _answer("intencoes", query.format, period, await reports.intents(period))


@router.get("/tags", response_class=Response, responses=_files(TagsReportOut))
async def read_tags_report(request: Request, query: Asked, reports: InReports) -> Response:
    """Sobre o que foram as conversas do período, pelas etiquetas que têm hoje."""
    period = _period(request, query)
    return await _answer("etiquetas", query.format, period, await reports.tags(period))


async def _answer(name: str, form: Form, period: Period, rows: Rows) -> Response:
    return _json(period, {"rows": rows}) if form is Form.JSON else await _file(name, form, period, rows)


def _json(period: Period, content: dict[str, Any]) -> Response:
    return Response(encode_json({"start": period.start, "end": period.end} | content), media_type="application/json")


async def _file(name: str, form: Form, period: Period, rows: Rows) -> Response:
    columns = list(rows[0]) if rows else []
    write, media_type = (to_csv, CSV) if form is Form.CSV else (to_xlsx, XLSX)
    content = await asyncio.to_thread(write, columns, [list(row.values()) for row in rows], period.zone)
    day = period.start.astimezone(period.zone).date().isoformat()
    headers = {"Content-Disposition": f'attachment; filename="{name}-{day}.{form}"'}
    return Response(content, media_type=media_type, headers=headers)
