"""`/whatsapp/usage`: what Meta charged in a month, for those who look after the bill."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from plantao.conversations.views import encode_json
from plantao.identity.access import require
from plantao.identity.policy import Permission
from plantao.kit.http.answers import errors
from plantao.kit.http.dependencies import InReading
from plantao.whatsapp import charges

router = APIRouter(prefix="/whatsapp", tags=["whatsapp"])

MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"


class UsageLine(BaseModel):
    """`category` e `type` são palavras da Meta; `messages`: quantas mensagens."""

    phone_number_id: str | None = Field(examples=["106540352242922"])
    category: str | None = Field(examples=["utility"])
    type: str | None = Field(examples=["regular"])
    billable: bool
    messages: int


class UsageOut(BaseModel):
    """`total` e `billable`: as mensagens de todas as linhas, e as cobradas entre elas."""

    month: str = Field(examples=["2026-11"])
    total: int
    billable: int
    usage: list[UsageLine]


@router.get(
    "/usage", response_model=UsageOut, responses=errors(403), dependencies=[Depends(require(Permission.SEE_METRICS))]
)
async def read_usage(
    request: Request,
    tx: InReading,
    month: Annotated[
        str | None,
        # Of seven characters: to some readers of the schema "$" lets a line's end follow.
        Query(pattern=MONTH, min_length=7, max_length=7, description="Sem ele, o mês atual.", examples=["2026-11"]),
    ] = None,
) -> Response:
    """O que a Meta cobrou em um mês.

    Contado por número, categoria, tipo e cobrança, conforme os avisos da Meta sobre cada mensagem enviada.
    """
    zone: ZoneInfo = request.app.state.intake_rules.zone
    month = month or f"{request.app.state.clock.now().astimezone(zone):%Y-%m}"
    lines = [dict(row._mapping) for row in await charges.usage(tx, *_bounds(month, zone))]
    billable = sum(line["messages"] for line in lines if line["billable"])
    total = sum(line["messages"] for line in lines)
    answer = {"month": month, "total": total, "billable": billable, "usage": lines}
    return Response(encode_json(answer), media_type="application/json")


def _bounds(month: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moment of the month, and that of the next one."""
    year, number = int(month[:4]), int(month[5:])
    following = (year + number // 12, number % 12 + 1)
    return datetime(year, number, 1, tzinfo=zone), datetime(*following, 1, tzinfo=zone)
