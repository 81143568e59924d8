"""Agents and assignments at the API's edge."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from plantao.conversations.schemas import Text
from plantao.routing.agents import AgentState, AgentStatus

UserId = Annotated[int, Field(ge=1, le=2**31 - 1)]


class AssignInput(BaseModel):
    """Sem `agent_id`, quem pede assume a conversa."""

    model_config = ConfigDict(extra="forbid")

    agent_id: UserId | None = Field(None, examples=[5])


class TransferInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    to_agent_id: UserId = Field(examples=[5])
    reason: Text | None = Field(None, max_length=500, examples=["Especialista em fibra óptica"])


class AgentInput(BaseModel):
    """Um campo ausente ou null fica como está."""

    model_config = ConfigDict(extra="forbid")

    status: AgentStatus | None = Field(None, examples=["away"])
    max_conversations: StrictInt | None = Field(None, ge=1, le=100, examples=[5])


class AgentOut(BaseModel):
    id: int = Field(examples=[1])
    nome: str = Field(examples=["Maria Silva"])
    status: AgentStatus
    is_connected: bool
    current_conversations: int = Field(examples=[3])
    max_conversations: int = Field(examples=[5])

    @classmethod
    def of(cls, agent: AgentState) -> Self:
        return cls(
            id=agent.user_id,
            nome=agent.name,
            status=agent.status,
            is_connected=agent.is_connected,
            current_conversations=agent.load,
            max_conversations=agent.max_conversations,
        )


class AgentList(BaseModel):
    agents: list[AgentOut]
