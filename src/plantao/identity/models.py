"""Roles, users, and the person behind a request."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    ATTENDANT = "atendente"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking, proven by an access token that is good until `expires_at`."""

    user_id: int
    name: str
    role: Role
    session_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class User:
    id: int
    email: str
    name: str
    role: Role
    is_active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class UserPage:
    """`total` counts all matches, `pages` is 0 when there are none."""

    users: list[User]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class UserChanges:
    """What to change; None leaves a thing as it is."""

    email: str | None = None
    password: str | None = None
    name: str | None = None
    role: Role | None = None
    is_active: bool | None = None


@dataclass(frozen=True, slots=True)
class LogIn:
    """A fresh pair of tokens, and whose they are. `expires_in` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    user: User


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A log-in that lasts. `expires_at` moves on with each refresh."""

    id: UUID
    created_at: datetime
    expires_at: datetime
