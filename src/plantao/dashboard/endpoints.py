"""`/dashboard`: metrics, agents, queue."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from plantao.dashboard.fresh import Fresh
from plantao.dashboard.schemas import AgentsOnDashboard, MetricsOut, QueueOut
from plantao.dashboard.service import Dashboard
from plantao.identity.access import require
from plantao.identity.policy import Permission
from plantao.kit.http.errors import ErrorBody

router = APIRouter(prefix="/dashboard", tags=["dashboard"])
SEE_METRICS = [Depends(require(Permission.SEE_METRICS))]
SEE_QUEUE = [Depends(require(Permission.SEE_QUEUE))]
ERRORS: dict[int | str, dict[str, Any]] = {
    401: {"model": ErrorBody, "description": "Não autenticado: `INVALID_TOKEN` ou `TOKEN_EXPIRED`"},
    403: {"model": ErrorBody, "description": "Sem permissão: `FORBIDDEN`"},
}


async def _dashboard(request: Request) -> Dashboard:
    found: Dashboard = request.app.state.dashboard
    return found


View = Annotated[Dashboard, Depends(_dashboard)]


async def _answer(view: Fresh) -> Response:
    return Response(await view.get(), media_type="application/json")


@router.get("/metrics", response_model=MetricsOut, responses=ERRORS, dependencies=SEE_METRICS)
async def read_metrics(dashboard: View) -> Response:
    """What happens now, and how today goes."""
    return await _answer(dashboard.metrics)


@router.get("/agents", response_model=AgentsOnDashboard, responses=ERRORS, dependencies=SEE_METRICS)
async def read_agents(dashboard: View) -> Response:
    """All active attendants."""
    return await _answer(dashboard.agents)


@router.get("/queue", response_model=QueueOut, responses=ERRORS, dependencies=SEE_QUEUE)
async def read_queue(dashboard: View) -> Response:
    """Who waits for a person, in the order in which they are served."""
    return await _answer(dashboard.queue)
