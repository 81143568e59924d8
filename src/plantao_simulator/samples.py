"""Small files for customers who send media without bringing any, and news to tell when none is given."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from plantao_simulator.wire import JsonObject

if TYPE_CHECKING:
    from plantao_simulator.business import Account, Number

_DIR = Path(__file__).parent / "samples"
_FILES = {
    "image": ("modem.jpg", "image/jpeg"),
    "video": ("video.mp4", "video/mp4"),
    "audio": ("voz.ogg", "audio/ogg; codecs=opus"),
    "document": ("comprovante.pdf", "application/pdf"),
    "sticker": ("figurinha.webp", "image/webp"),
}


@cache
def sample(kind: str) -> tuple[bytes, str, str]:
    """Content, mime type and filename for a media type."""
    filename, mime = _FILES[kind]
    return (_DIR / filename).read_bytes(), mime, filename


def notice_sample(field: str, number: Number, account: Account, now: int) -> JsonObject:
    """A value for a field Meta has, about this number and account. ValueError for a field without a sample."""
    made = _of_the_number(number, now) | _of_the_account(account, number, now) | _of_templates(account, now)
    if field not in made:
        message = f"no sample for {field}: a value is required. Samples: {', '.join(sorted(made))}"
        raise ValueError(message)
    return made[field]


def _of_the_account(account: Account, number: Number, now: int) -> dict[str, JsonObject]:
    restriction = {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": now + 7 * 86_400}
    alert = {
        "alert_severity": "WARNING",
        "alert_status": "ACTIVE",
        "alert_type": "INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED",
        "alert_description": "The limits of this business can not be raised yet.",
    }
    return {
        "account_update": {"event": "ACCOUNT_RESTRICTION", "restriction_info": [restriction]},
        "account_alerts": {"entity_type": "WABA", "entity_id": account.id, "alert_info": alert},
        "account_review_update": {"decision": "APPROVED"},
        "business_capability_update": {
            "max_daily_conversations_per_business": "TIER_10K",
            "max_phone_numbers_per_waba": 25,
        },
        "security": {
            "display_phone_number": number.digits,
            "event": "PIN_RESET_REQUEST",
            "requester": "61555822107539",
        },
    }


def _of_the_number(number: Number, now: int) -> dict[str, JsonObject]:
    said = {"display_phone_number": number.digits}
    call = {"id": "wacid.ABGGFjFVU2AfAgo6", "to": number.digits, "from": "5511999999999", "timestamp": str(now)}
    group = {"timestamp": str(now), "group_id": "Y2FwaV9ncm91cDox", "type": "group_create", "subject": "Condomínio"}
    contact = {"full_name": "João da Silva", "first_name": "João", "phone_number": "5511999999999"}
    synced = {"type": "contact", "contact": contact, "action": "add", "metadata": {"timestamp": str(now)}}
    return {
        "phone_number_quality_update": said | {"event": "THROUGHPUT_UPGRADE"},
        "phone_number_name_update": said
        | {"decision": "APPROVED", "requested_verified_name": number.verified_name, "rejection_reason": None},
        "business_username_update": said | {"username": "horizontefibra", "status": "approved"},
        "calls": {"calls": [call | {"event": "connect", "direction": "USER_INITIATED"}]},
        "group_lifecycle_update": {"groups": [group]},
        "smb_app_state_sync": {"state_sync": [synced]},
        "history": {"history": [{"metadata": {"phase": 0, "chunk_order": 1, "progress": 55}, "threads": []}]},
    }


def _of_templates(account: Account, now: int) -> dict[str, JsonObject]:
    template = next(iter(account.templates), None)
    if template is None:
        return {}
    named: JsonObject = {
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language,
    }
    pause = {"title": "FIRST_PAUSE", "description": "The template is paused for 3 hours because of its low quality."}
    return {
        "message_template_status_update": named
        | {"event": "PAUSED", "reason": "NONE", "message_template_category": template.category, "other_info": pause},
        "message_template_quality_update": named | {"previous_quality_score": "GREEN", "new_quality_score": "YELLOW"},
        "template_category_update": named
        | {"new_category": "UTILITY", "correct_category": "MARKETING", "category_update_timestamp": now + 86_400},
        "message_template_components_update": named | {"message_template_element": template.body},
    }
