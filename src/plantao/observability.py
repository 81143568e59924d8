"""`/metrics`: what Prometheus reads. The depths are counted when asked, for all processes at once."""

import hmac
import ipaddress
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from plantao.conversations import media_intake, outbox, queueing
from plantao.kit import metrics
from plantao.kit.db import Database
from plantao.kit.errors import AppError, ErrorCode, Forbidden
from plantao.kit.http.answers import errors
from plantao.settings import Settings
from plantao.whatsapp import ledger, sending_state
from plantao.whatsapp.graph.errors import STOPPING
from plantao.whatsapp.numbers import Numbers

router = APIRouter(tags=["health"])

METRICS_TOKEN = "MetricsToken"  # noqa: S105 - the name of a security scheme in the API's document
_TEXT: dict[int | str, dict[str, Any]] = {
    200: {"description": "Texto do Prometheus.", "content": {"text/plain": {"schema": {"type": "string"}}}}
}


class MetricsForbidden(AppError):
    status = 401
    error_code = ErrorCode.INVALID_TOKEN


@router.get(
    "/metrics",
    response_class=Response,
    responses=_TEXT | errors(ErrorCode.INVALID_TOKEN, 403),
    openapi_extra={"security": [{}, {METRICS_TOKEN: []}]},
)
async def read_prometheus(request: Request) -> Response:
    """Métricas para o Prometheus.

    Com `PLANTAO_METRICS_TOKEN` definido, precisa dele como token; sem ele, só responde a esta máquina.
    """
    _check_reader(request, request.app.state.settings)
    await _count_depths(request.app.state.database, request.app.state.numbers)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _check_reader(request: Request, settings: Settings) -> None:
    if settings.metrics_token is None:
        if not _is_local(request):
            raise Forbidden("As métricas só podem ser lidas desta máquina: defina PLANTAO_METRICS_TOKEN.")
        return
    expected = f"Bearer {settings.metrics_token.get_secret_value()}"
    if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode()):
        raise MetricsForbidden("Token ausente ou inválido.", headers={"WWW-Authenticate": "Bearer"})


def _is_local(request: Request) -> bool:
    """Whether somebody on this machine asks, and not a proxy on this machine for somebody else."""
    if request.client is None or {"x-forwarded-for", "forwarded"} & set(request.headers):
        return False
    return ipaddress.ip_address(request.client.host).is_loopback


async def _count_depths(database: Database, numbers: Numbers) -> None:
    async with database.transaction() as tx:
        stopped = await sending_state.count_stopped(tx, numbers.ids)
        metrics.LEDGER_PENDING.set(await ledger.count_pending(tx))
        metrics.OUTBOX_PENDING.set(await outbox.count_pending(tx))
        metrics.MEDIA_PENDING.set(await media_intake.count_pending(tx))
        metrics.QUEUE_DEPTH.set(await queueing.depth(tx))
        metrics.CONVERSATIONS_ACTIVE.set(await queueing.in_progress(tx))
    for reason in STOPPING:
        metrics.NUMBERS_STOPPED.labels(reason).set(stopped.get(reason, 0))
