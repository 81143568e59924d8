"""`/health`: what works, told from the inside and cheap to ask."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from plantao import __version__
from plantao.conversations.views import encode_json
from plantao.identity.repository.store import Store
from plantao.kit.blobs import Blobs, BlobsUnavailable
from plantao.kit.clock import Clock
from plantao.kit.db import Database
from plantao.kit.fresh import Fresh
from plantao.kit.hub import Hub
from plantao.whatsapp import sending_state
from plantao.whatsapp.graph.errors import GraphFailure
from plantao.whatsapp.numbers import Number, Numbers

log = structlog.get_logger(__name__)
router = APIRouter(tags=["health"])

WHATSAPP_EVERY = 60.0  # seconds between two looks at Meta
PING_SECONDS = 2.0
MEDIA_AGE = timedelta(seconds=30)  # a look writes: not for everybody who asks


class Health(StrEnum):
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"
    DISABLED = "disabled"


class Services(BaseModel):
    database: Health
    redis: Health
    sqlserver: Health
    whatsapp_api: Health
    media: Health


class StatusOut(BaseModel):
    status: Health


class HealthOut(BaseModel):
    """`degraded`: uma parte opcional está fora. `unhealthy` vem com 503. O que não está configurado é `disabled`."""

    status: Health
    version: str = Field(examples=["2.0.0"])
    timestamp: datetime
    services: Services


@dataclass
class HealthMonitor:
    """Asks the database when asked; asks Meta in the background, now and then, about each of our numbers."""

    database: Database
    store: Store
    hub: Hub
    numbers: Numbers
    clock: Clock
    blobs: Blobs
    whatsapp: Health = Health.UNHEALTHY
    _asked: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _media: Fresh[Health] = field(init=False)

    def __post_init__(self) -> None:
        self._media = Fresh(self._media_health, self.clock, MEDIA_AGE)

    def start(self) -> None:
        self._task = asyncio.create_task(self._watch_whatsapp(), name="health-whatsapp")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def report(self) -> dict[str, Any]:
        await self._await_first_look()
        asked = self.database_health(), self._users_health(), self._media.get()
        database, sqlserver, media = await asyncio.gather(*asked)
        whatsapp = await self._whatsapp_health() if database is Health.HEALTHY else self.whatsapp
        redis = _optional(self.hub.healthy)
        services = {
            "database": database,
            "redis": redis,
            "sqlserver": sqlserver,
            "whatsapp_api": whatsapp,
            "media": media,
        }
        return {
            "status": _overall(database, redis, sqlserver, whatsapp, media),
            "version": __version__,
            "timestamp": self.clock.now().replace(microsecond=0),
            "services": services,
        }

    async def _await_first_look(self) -> None:
        """Just after the start Meta has not been asked yet: better a late answer than a guess."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PING_SECONDS):
                await self._asked.wait()

    async def database_health(self) -> Health:
        try:
            async with asyncio.timeout(PING_SECONDS):
                await self.database.ping()
        except Exception as error:  # noqa: BLE001 - whatever it is, the database does not answer
            log.warning("database_unhealthy", error=type(error).__name__)
            return Health.UNHEALTHY
        return Health.HEALTHY

    async def _whatsapp_health(self) -> Health:
        """What Meta said last; unhealthy too while any of our numbers may not send, whoever of us found out."""
        try:
            async with asyncio.timeout(PING_SECONDS), self.database.transaction() as tx:
                stopped = await sending_state.count_stopped(tx, self.numbers.ids)
        except Exception as error:  # noqa: BLE001 - the database went away between two questions
            log.warning("whatsapp_health_unknown", error=type(error).__name__)
            return self.whatsapp
        return Health.UNHEALTHY if stopped else self.whatsapp

    async def _users_health(self) -> Health:
        try:
            async with asyncio.timeout(PING_SECONDS):
                return _optional(await self.store.answers())
        except TimeoutError:
            return Health.UNHEALTHY

    async def _media_health(self, _now: datetime) -> Health:
        try:
            async with asyncio.timeout(PING_SECONDS):
                await self.blobs.check()
        except (BlobsUnavailable, TimeoutError):
            return Health.UNHEALTHY
        return Health.HEALTHY

    async def _watch_whatsapp(self) -> None:
        while True:
            answers = await asyncio.gather(*(_answers(number) for number in self.numbers))
            self.whatsapp = Health.HEALTHY if all(answers) else Health.UNHEALTHY
            self._asked.set()
            await asyncio.sleep(WHATSAPP_EVERY)


async def _answers(number: Number) -> bool:
    try:
        await number.graph.phone_number()
    except GraphFailure as failure:
        log.warning("whatsapp_unhealthy", phone_number_id=number.phone_number_id, error=str(failure))
        return False
    return True


def _optional(works: bool | None) -> Health:
    """None: it is not set up."""
    if works is None:
        return Health.DISABLED
    return Health.HEALTHY if works else Health.UNHEALTHY


def _overall(database: Health, *optional: Health) -> Health:
    if database is Health.UNHEALTHY:
        return Health.UNHEALTHY
    return Health.DEGRADED if Health.UNHEALTHY in optional else Health.HEALTHY


def _monitor(request: Request) -> HealthMonitor:
    found: HealthMonitor = request.app.state.health
    return found


_AWAY = "Sem banco de dados: o corpo é o mesmo do 200."


@router.get("/health", response_model=HealthOut, responses={503: {"model": HealthOut, "description": _AWAY}})
async def health(request: Request) -> Response:
    """Verificar o estado da aplicação e dos serviços de que depende."""
    report = await _monitor(request).report()
    status = 503 if report["status"] is Health.UNHEALTHY else 200
    return Response(encode_json(report), status, media_type="application/json")


@router.get("/health/live")
async def live() -> StatusOut:
    """Responder enquanto o processo vive: para quem o reinicia."""
    return StatusOut(status=Health.HEALTHY)


@router.get("/health/ready", response_model=StatusOut, responses={503: {"model": StatusOut, "description": _AWAY}})
async def ready(request: Request) -> Response:
    """Responder 200 enquanto se pode atender: para um balanceador."""
    status = await _monitor(request).database_health()
    code = 200 if status is Health.HEALTHY else 503
    return Response(encode_json({"status": status}), code, media_type="application/json")
