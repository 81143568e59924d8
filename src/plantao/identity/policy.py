"""Who may do what: the one table. Every endpoint and every socket frame asks it."""

from enum import StrEnum

from plantao.identity.errors import SecondFactorMissing
from plantao.identity.models import Actor, Role, UserChanges
from plantao.kit.errors import Forbidden


class Permission(StrEnum):
    MANAGE_USERS = "manage_users"
    SEE_AUDIT = "see_audit"
    SEE_ALL_CONVERSATIONS = "see_all_conversations"
    SERVE_CONVERSATIONS = "serve_conversations"  # own ones, and the queue to take from
    ASSIGN_TO_OTHERS = "assign_to_others"
    SEND_WHATSAPP = "send_whatsapp"
    SEE_WHATSAPP_ACCOUNT = "see_whatsapp_account"
    MANAGE_TEMPLATES = "manage_templates"
    USE_CHATBOT = "use_chatbot"
    SEE_METRICS = "see_metrics"
    SEE_QUEUE = "see_queue"
    MANAGE_AGENTS = "manage_agents"
    MANAGE_DESK = "manage_desk"  # canned replies, business hours
    MANAGE_BOT = "manage_bot"  # what it says, what it understands, and what customers said that it did not
    SEE_DIAGNOSIS = "see_diagnosis"


_STAFF = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.ATTENDANT})
_LEADS = frozenset({Role.ADMIN, Role.SUPERVISOR})

ALLOWED: dict[Permission, frozenset[Role]] = {
    Permission.MANAGE_USERS: frozenset({Role.ADMIN}),
    Permission.SEE_AUDIT: frozenset({Role.ADMIN}),
    Permission.SEE_ALL_CONVERSATIONS: _LEADS,
    Permission.SERVE_CONVERSATIONS: _STAFF,
    Permission.ASSIGN_TO_OTHERS: _LEADS,
    Permission.SEND_WHATSAPP: _STAFF,
    Permission.SEE_WHATSAPP_ACCOUNT: _LEADS,
    Permission.MANAGE_TEMPLATES: frozenset({Role.ADMIN}),
    Permission.USE_CHATBOT: _STAFF,
    Permission.SEE_METRICS: _LEADS,
    Permission.SEE_QUEUE: _STAFF,
    Permission.MANAGE_AGENTS: _LEADS,
    Permission.MANAGE_DESK: _LEADS,
    Permission.MANAGE_BOT: _LEADS,
    Permission.SEE_DIAGNOSIS: frozenset({Role.ADMIN}),
}


def may(actor: Actor, permission: Permission) -> bool:
    return actor.role in ALLOWED[permission] and not actor.restricted


def check_may(actor: Actor, permission: Permission) -> None:
    """Raises `Forbidden`, or `SecondFactorMissing` when that alone is in the way."""
    if not may(actor, permission):
        if actor.role in ALLOWED[permission]:
            raise SecondFactorMissing
        raise Forbidden("Sem permissão para este recurso.")


def check_may_see_user(actor: Actor, user_id: int) -> None:
    """One's own user, or any for those who manage users. Raises `Forbidden`, whether or not the user exists."""
    if actor.user_id != user_id:
        check_may(actor, Permission.MANAGE_USERS)


def check_may_change_user(actor: Actor, user_id: int, changes: UserChanges) -> None:
    """Everybody may change the own name and password. Raises `Forbidden`, whether or not the user exists."""
    reserved = (changes.email, changes.role, changes.is_active)
    if actor.user_id != user_id or any(value is not None for value in reserved):
        check_may(actor, Permission.MANAGE_USERS)


def check_may_change_agent(actor: Actor, user_id: int, *, capacity: bool) -> None:
    """Who serves may change the own status, but not the own capacity. Raises `Forbidden`, whoever exists."""
    own_status = actor.user_id == user_id and not capacity and may(actor, Permission.SERVE_CONVERSATIONS)
    if not own_status:
        check_may(actor, Permission.MANAGE_AGENTS)
