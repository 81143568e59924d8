"""Roles, users, and the person behind a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Role(StrEnum):
    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    ATTENDANT = "atendente"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking, proven by an access token that is good until `expires_at`.

    `restricted`: the role must have a second factor and this user has none yet. Until then only the own account is
    open.
    """

    user_id: int
    name: str
    role: Role
    session_id: UUID
    expires_at: datetime
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class User:
    id: int
    email: str
    name: str
    role: Role
    is_active: bool
    created_at: datetime
    second_factor: bool = False


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


class SecondFactorPolicy(StrEnum):
    """Who must have a second factor. Everybody may."""

    OPTIONAL = "optional"
    ADMINS = "admins"
    STAFF = "staff"

    def demands(self, role: Role) -> bool:
        if self is SecondFactorPolicy.OPTIONAL:
            return False
        return role is Role.ADMIN or (self is SecondFactorPolicy.STAFF and role is not Role.USER)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A second factor to be confirmed. `uri` is what authenticator apps read from a QR code (otpauth)."""

    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class SecondFactorState:
    """`required`: by the settings, for this role. `recovery_codes_left`: those not used yet."""

    enabled: bool
    required: bool
    recovery_codes_left: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Who asks for a change, and from where: an IP address, or what stands in its place at the command line."""

    actor_id: int | None = None
    address: str = "local"
    request_id: str | None = None


LOCAL = Origin()  # the command line, the first start: somebody who has the machine


class AuditAction(StrEnum):
    USER_CREATED = "user.created"
    USER_CHANGED = "user.changed"
    SECOND_FACTOR_ENABLED = "second_factor.enabled"
    SECOND_FACTOR_DISABLED = "second_factor.disabled"
    SECOND_FACTOR_RESET = "second_factor.reset"
    RECOVERY_CODE_USED = "second_factor.recovery_code_used"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """`user_id` is whom it is about, `origin` who did it. `before` and `after` hold only what changed."""

    id: int
    at: datetime
    action: AuditAction
    user_id: int
    origin: Origin
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditFilters:
    user_id: int | None = None
    actor_id: int | None = None
    action: AuditAction | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    entries: list[AuditEntry]
    total: int
    page: int
    pages: int
