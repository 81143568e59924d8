"""Bodies of `/auth` and `/users`. The contract's words (`nome`) live here and no further in.

Shapes and sizes only: what an e-mail, a name or a password has to be, `rules` says for every way in.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StrictBool, WithJsonSchema

from plantao.identity import rules
from plantao.identity.models import LogIn, OpenSession, Role, User, UserChanges, UserPage


def _utc_seconds(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


UtcSeconds = Annotated[
    datetime,
    PlainSerializer(_utc_seconds, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-01-01T00:00:00Z"]}),
]
Email = Annotated[str, Field(max_length=rules.EMAIL_MAX, examples=["usuario@email.com"])]
Password = Annotated[str, Field(max_length=rules.PASSWORD_MAX_BYTES)]
NewPassword = Annotated[
    str,
    Field(
        max_length=rules.PASSWORD_MAX_BYTES,
        examples=["SenhaSegura123!"],
        description="Mínimo 8 caracteres, com 1 letra maiúscula, 1 número e 1 caractere especial.",
    ),
]
Name = Annotated[str, Field(examples=["João Silva"], description=f"De 1 a {rules.NAME_MAX} caracteres.")]


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


Code = Annotated[
    str,
    Field(
        min_length=1,
        max_length=40,
        examples=["123456"],
        description="Seis dígitos do aplicativo autenticador, ou um código de recuperação.",
    ),
]


class LogInBody(Input):
    """`code` só para quem ativou a verificação em duas etapas."""

    email: Email
    password: Password
    code: Code | None = None


class RefreshBody(Input):
    refresh_token: Annotated[str, Field(max_length=512)]


class RegistrationBody(Input):
    email: Email
    password: NewPassword
    nome: Name


class NewUserBody(Input):
    email: Email
    password: NewPassword
    nome: Name
    role: Role


class UserChangesBody(Input):
    """Um campo ausente ou null fica como está."""

    email: Email | None = None
    password: NewPassword | None = None
    nome: Name | None = None
    role: Role | None = None
    is_active: StrictBool | None = None

    def changes(self) -> UserChanges:
        return UserChanges(self.email, self.password, self.nome, self.role, self.is_active)


class LoggedInUser(BaseModel):
    id: int
    email: str
    nome: str
    role: Role


class LogInAnswer(BaseModel):
    """`access_token`: um JWT que vale 86.400 s; `refresh_token`: vale um `POST /auth/refresh` em até 30 dias."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - a word of OAuth, not a secret
    expires_in: int
    user: LoggedInUser

    @classmethod
    def of(cls, log_in: LogIn) -> Self:
        user = log_in.user
        return cls(
            access_token=log_in.access_token,
            refresh_token=log_in.refresh_token,
            expires_in=log_in.expires_in,
            user=LoggedInUser(id=user.id, email=user.email, nome=user.name, role=user.role),
        )


class DetailAnswer(BaseModel):
    detail: str


class SessionAnswer(BaseModel):
    """`current`: a sessão que pergunta."""

    id: UUID
    created_at: UtcSeconds
    expires_at: UtcSeconds
    current: bool


class SessionsAnswer(BaseModel):
    """Da mais nova à mais antiga, no máximo 200."""

    sessions: list[SessionAnswer]

    @classmethod
    def of(cls, found: list[OpenSession], current: UUID) -> Self:
        return cls(
            sessions=[
                SessionAnswer(id=s.id, created_at=s.created_at, expires_at=s.expires_at, current=s.id == current)
                for s in found
            ]
        )


class SessionsEnded(BaseModel):
    detail: Annotated[str, Field(examples=["2 sessões encerradas."])]
    ended: Annotated[int, Field(examples=[2])]


class UserAnswer(BaseModel):
    id: int
    email: str
    nome: str
    role: Role
    is_active: bool
    created_at: UtcSeconds
    second_factor: bool

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(
            id=user.id,
            email=user.email,
            nome=user.name,
            role=user.role,
            is_active=user.is_active,
            created_at=user.created_at,
            second_factor=user.second_factor,
        )


class UserPageAnswer(BaseModel):
    """`total` conta todos os usuários que passam pelos filtros."""

    users: list[UserAnswer]
    total: int
    page: int
    pages: int

    @classmethod
    def of(cls, page: UserPage) -> Self:
        users = [UserAnswer.of(user) for user in page.users]
        return cls(users=users, total=page.total, page=page.page, pages=page.pages)
