"""What reports answer. `null` where there is nothing to average."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from plantao.chatbot.engine import Intent
from plantao.tags.models import TagColor


class ReportOut(BaseModel):
    """De `start` (inclusive) até `end` (exclusive)."""

    start: datetime
    end: datetime


class SummaryRow(BaseModel):
    """Tempos em segundos. `closed_by_bot`: encerradas sem que uma pessoa tenha atendido."""

    started: int = Field(examples=[180])
    closed: int = Field(examples=[171])
    resolved: int = Field(examples=[156])
    closed_by_bot: int = Field(examples=[61])
    messages_in: int = Field(examples=[1204])
    messages_out: int = Field(examples=[1530])
    messages_by_bot: int = Field(examples=[640])
    response_avg: float | None = Field(examples=[45.2])
    response_median: float | None = Field(examples=[31.0])
    response_p90: float | None = Field(examples=[120.5])
    resolution_avg: float | None = Field(examples=[734.9])
    resolution_median: float | None = Field(examples=[510.0])
    satisfaction: float | None = Field(examples=[4.52])
    grades: int = Field(examples=[88])


class SummaryOut(ReportOut, SummaryRow):
    pass


class TimelineRow(BaseModel):
    at: datetime
    started: int
    closed: int
    messages_in: int
    messages_out: int


class TimelineOut(ReportOut):
    rows: list[TimelineRow]


class AgentRow(BaseModel):
    """`nome` é null para quem já não existe. Tempos em segundos."""

    agent_id: int = Field(examples=[3])
    nome: str | None = Field(examples=["Maria Silva"])
    assigned: int
    closed: int
    resolved: int
    messages: int
    response_avg: float | None
    resolution_avg: float | None
    satisfaction: float | None
    grades: int


class AgentsReportOut(ReportOut):
    rows: list[AgentRow]


class HourRow(BaseModel):
    weekday: int = Field(ge=1, le=7, description="1: segunda-feira.")
    hour: int = Field(ge=0, le=23)
    messages_in: int


class HoursOut(ReportOut):
    rows: list[HourRow]


class IntentRow(BaseModel):
    """`confidence`: a média, de 0 a 1. `handed_over`: quantas vezes passou para uma pessoa."""

    intent: Intent
    answers: int
    handed_over: int
    confidence: float


class IntentsOut(ReportOut):
    rows: list[IntentRow]


class TagRow(BaseModel):
    """`tag_id`, `tag` e `color` são null para as conversas sem etiqueta. Tempos em segundos."""

    tag_id: int | None = Field(examples=[4])
    tag: str | None = Field(examples=["Sem conexão"])
    color: TagColor | None
    started: int
    closed: int
    resolved: int
    resolution_avg: float | None
    satisfaction: float | None
    grades: int


class TagsReportOut(ReportOut):
    rows: list[TagRow]


def rounded(row: dict[str, Any]) -> dict[str, Any]:
    """Averages come from SQL as numbers without end, or as decimals."""
    return {name: _rounded(value) for name, value in row.items()}


def _rounded(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str | datetime):
        return value
    return round(float(value), 2)
