"""`/business-hours`: when people are at the desk."""

from datetime import datetime, time
from itertools import pairwise
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, field_validator

from plantao.conversations import business_hours
from plantao.conversations.business_hours import DEFAULT_MESSAGE, BusinessHours, Holiday, Shift, opening
from plantao.conversations.schemas import Text
from plantao.identity.access import require
from plantao.identity.models import Actor
from plantao.identity.policy import Permission
from plantao.kit.errors import ValidationFailed
from plantao.kit.http.answers import errors
from plantao.kit.http.dependencies import InReading, InTransaction
from plantao.kit.http.inputs import IsoDay

router = APIRouter(prefix="/business-hours", tags=["desk"])

STAFF = [Depends(require(Permission.SERVE_CONVERSATIONS))]
Lead = Annotated[Actor, Depends(require(Permission.MANAGE_DESK))]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["08:00"])]


class ShiftIn(BaseModel):
    """Hora local. Para a meia-noite no fim do dia, 23:59."""

    model_config = ConfigDict(extra="forbid")

    weekday: int = Field(ge=1, le=7, description="1: segunda-feira.", examples=[1])
    opens: Clock
    closes: Clock


class HolidayIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    date: IsoDay
    name: Text = Field(min_length=1, max_length=100, examples=["Natal"])


class BusinessHoursInput(BaseModel):
    """Sem `week`, a mesa nunca fecha. `{abertura}` na mensagem diz quando alguém volta."""

    model_config = ConfigDict(extra="forbid")

    week: list[ShiftIn] = Field(max_length=42)
    holidays: list[HolidayIn] = Field([], max_length=200)
    message: Text = Field(DEFAULT_MESSAGE, min_length=1, max_length=1000)

    @field_validator("holidays")
    @classmethod
    def _once(cls, holidays: list[HolidayIn]) -> list[HolidayIn]:
        if len({holiday.date for holiday in holidays}) < len(holidays):
            raise ValueError("Um feriado aparece duas vezes.")
        return holidays


class BusinessHoursOut(BusinessHoursInput):
    """`opens_at`: quando abre, enquanto está fechada."""

    is_open: bool
    opens_at: datetime | None


@router.get("", dependencies=STAFF, responses=errors(403))
async def read_business_hours(request: Request, tx: InReading) -> BusinessHoursOut:
    """O horário de atendimento por pessoas, e se alguém atende agora."""
    return _out(await business_hours.read(tx), request)


@router.put("", responses=errors(403))
async def change_business_hours(
    body: BusinessHoursInput, request: Request, actor: Lead, tx: InTransaction
) -> BusinessHoursOut:
    """Mudar o horário.

    Quem pede uma pessoa fora dele entra na fila e recebe a mensagem.
    """
    week = [Shift(s.weekday, time.fromisoformat(s.opens), time.fromisoformat(s.closes)) for s in body.week]
    _check(week)
    hours = BusinessHours(week, [Holiday(h.date, h.name) for h in body.holidays], body.message)
    await business_hours.write(tx, hours, actor.user_id, request.app.state.clock.now())
    return _out(hours, request)


def _check(week: list[Shift]) -> None:
    if any(shift.opens >= shift.closes for shift in week):
        raise ValidationFailed("Cada turno deve abrir antes de fechar, no mesmo dia.", field="week")
    ordered = sorted(week, key=lambda shift: (shift.weekday, shift.opens))
    if any(a.weekday == b.weekday and b.opens < a.closes for a, b in pairwise(ordered)):
        raise ValidationFailed("Dois turnos do mesmo dia se sobrepõem.", field="week")


def _out(hours: BusinessHours, request: Request) -> BusinessHoursOut:
    state = request.app.state
    at = opening(hours, state.clock.now(), state.intake_rules.zone)
    return BusinessHoursOut(
        week=[ShiftIn(weekday=s.weekday, opens=f"{s.opens:%H:%M}", closes=f"{s.closes:%H:%M}") for s in hours.week],
        holidays=[HolidayIn(date=holiday.date, name=holiday.name) for holiday in hours.holidays],
        message=hours.message,
        is_open=at.is_open,
        opens_at=at.opens_at,
    )
