"""`/dashboard`: metrics, agents, queue."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from plantao.dashboard.fresh import FreshToday
from plantao.dashboard.schemas import AgentsOnDashboard, MetricsOut, QueueOut
from plantao.dashboard.service import Dashboard
from plantao.identity.access import require
from plantao.identity.policy import Permission
from plantao.kit.http.answers import errors

router = APIRouter(prefix="/dashboard", tags=["dashboard"])
SEE_METRICS = [Depends(require(Permission.SEE_METRICS))]
SEE_QUEUE = [Depends(require(Permission.SEE_QUEUE))]


async def _dashboard(request: Request) -> Dashboard:
    found: Dashboard = request.app.state.dashboard
    return found


View = Annotated[Dashboard, Depends(_dashboard)]


async def _answer(view: FreshToday) -> Response:
    return Response(await view.get(), media_type="application/json")


@router.get("/metrics", response_model=MetricsOut, responses=errors(403), dependencies=SEE_METRICS)
async def read_metrics(dashboard: View) -> Response:
    """O que acontece agora, e como vai o dia."""
    return await _answer(dashboard.metrics)


@router.get("/agents", response_model=AgentsOnDashboard, responses=errors(403), dependencies=SEE_METRICS)
async def read_agents(dashboard: View) -> Response:
    """Situação de todos os atendentes ativos."""
    return await _answer(dashboard.agents)


@router.get("/queue", response_model=QueueOut, responses=errors(403), dependencies=SEE_QUEUE)
async def read_queue(dashboard: View) -> Response:
    """Quem espera uma pessoa, na ordem em que será atendido."""
    return await _answer(dashboard.queue)
