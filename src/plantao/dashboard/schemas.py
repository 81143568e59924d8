"""What the dashboard answers, for the API's document. The answers themselves are encoded once for everybody."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from plantao.conversations.models import Priority


class ConversationFigures(BaseModel):
    active: int = Field(examples=[45])
    in_queue: int = Field(examples=[12])
    resolved_today: int = Field(examples=[156])


class AgentFigures(BaseModel):
    online: int = Field(examples=[8])
    busy: int = Field(examples=[6])
    available: int = Field(examples=[2])


class Performance(BaseModel):
    avg_response_time_seconds: int = Field(examples=[45])
    avg_resolution_time_minutes: int = Field(examples=[12])
    satisfaction_rate: float | None = Field(examples=[4.5])


class MetricsOut(BaseModel):
    conversations: ConversationFigures
    agents: AgentFigures
    performance: Performance


class AgentOnDashboard(BaseModel):
    id: int = Field(examples=[1])
    nome: str = Field(examples=["Maria Silva"])
    status: Literal["online", "away", "offline"]
    current_conversations: int = Field(examples=[3])
    max_conversations: int = Field(examples=[5])
    avg_response_time: int = Field(examples=[30])


class AgentsOnDashboard(BaseModel):
    agents: list[AgentOnDashboard]


class QueuePlaceOut(BaseModel):
    position: int = Field(examples=[1])
    conversation_id: UUID = Field(examples=["550e8400-e29b-41d4-a716-446655440000"])
    customer_phone: str | None = Field(examples=["+5511999999999"])
    customer_name: str | None = Field(examples=["Cliente VIP"])
    waiting_since: datetime = Field(examples=["2026-02-01T10:00:00Z"])
    estimated_wait_minutes: int = Field(examples=[5])
    priority: Priority = Field(examples=["high"])
    preview: str | None = Field(examples=["Estou sem internet desde cedo"])


class QueueOut(BaseModel):
    queue: list[QueuePlaceOut]
    total_in_queue: int = Field(examples=[12])
    avg_wait_time_minutes: int = Field(examples=[8])
