"""The business account as the Graph API shows it: phone number, health, templates."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping

from plantao_simulator.errors import GraphError
from plantao_simulator.simulator import Simulator
from plantao_simulator.templates import Template
from plantao_simulator.wire import JsonObject

_DEFAULT_FIELDS = ("verified_name", "code_verification_status", "display_phone_number", "quality_rating")
_REVIEW_SECONDS = 0.2


class Account:
    """Reads and changes of one account; answers are the bodies of HTTP 200."""

    def __init__(self, sim: Simulator) -> None:
        self._sim = sim

    def node(self, node: str, fields: str | None) -> JsonObject | None:
        """The phone number, the account or a template by id; None if there is none."""
        config = self._sim.config
        if node == config.phone_number_id:
            return self.phone(fields)
        if node == config.business_account_id:
            return {"id": node, "name": config.verified_name, "timezone_id": "25"}
        found = (t for t in self._sim.templates.by_key.values() if t.id == node)
        template = next(found, None)
        return template.as_graph() if template else None

    def phone(self, fields: str | None) -> JsonObject:
        """The phone number with the asked fields (comma separated), `id` always. Unknown fields are refused."""
        known = self._phone_fields()
        wanted = [f.strip() for f in fields.split(",")] if fields else list(_DEFAULT_FIELDS)
        for name in wanted:
            if name not in known:
                details = f"Tried accessing nonexisting field ({name}) on node type (WhatsAppBusinessPhoneNumber)"
                raise GraphError(100, http=400, message=f"(#100) {details}")
        return {name: known[name] for name in wanted} | {"id": known["id"]}

    def _phone_fields(self) -> JsonObject:
        config = self._sim.config
        return {
            "id": config.phone_number_id,
            "display_phone_number": config.display_phone,
            "verified_name": config.verified_name,
            "quality_rating": "GREEN",
            "code_verification_status": "VERIFIED",
            "name_status": "APPROVED",
            "status": "CONNECTED",
            "platform_type": "CLOUD_API",
            "throughput": {"level": "STANDARD"},
            "whatsapp_business_manager_messaging_limit": "TIER_2K",
            "account_mode": "LIVE",
            "webhook_configuration": {"application": config.webhook_url},
            "health_status": self._health(),
        }

    def _health(self) -> JsonObject:
        config = self._sim.config
        ids = {"PHONE_NUMBER": config.phone_number_id, "WABA": config.business_account_id}
        entities = [{"entity_type": kind, "id": i, "can_send_message": "AVAILABLE"} for kind, i in ids.items()]
        return {"can_send_message": "AVAILABLE", "entities": entities}

    def list_templates(self, query: Mapping[str, str], base_url: str) -> JsonObject:
        """`GET message_templates`, with `name`, `status`, `language`, `limit` and `after` (a number here)."""
        chosen = [t for t in self._sim.templates.by_key.values() if _fits(t, query)]
        start, limit = _number(query.get("after"), 0), _number(query.get("limit"), 25)
        page = chosen[start : start + limit]
        end = start + len(page)
        paging: JsonObject = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(chosen):
            account = self._sim.config.business_account_id
            paging["next"] = f"{base_url}v26.0/{account}/message_templates?limit={limit}&after={end}"
        return {"data": [t.as_graph() for t in page], "paging": paging}

    def delete_template(self, name: str) -> JsonObject:
        if not self._sim.templates.remove(name):
            raise GraphError(100, "Message template not found.")
        return {"success": True}

    def create_template(self, payload: JsonObject) -> tuple[JsonObject, Callable[[], Awaitable[None]]]:
        """A template under review, and the work that approves it and tells the webhook."""
        template = _new_template(payload)
        if (template.name, template.language) in self._sim.templates.by_key:
            raise GraphError(100, "There is already content in this language for this template name.", subcode=2388024)
        self._sim.templates.add(template)

        async def approve() -> None:
            await asyncio.sleep(_REVIEW_SECONDS)
            self._sim.set_template_status(template.name, template.language, "APPROVED")

        return {"id": template.id, "status": template.status, "category": template.category}, approve


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default


def _fits(template: Template, query: Mapping[str, str]) -> bool:
    return (
        query.get("status", template.status).upper() == template.status
        and query.get("language", template.language) == template.language
        and query.get("name", "") in template.name
    )


def _new_template(payload: JsonObject) -> Template:
    name, category = str(payload.get("name", "")), payload.get("category")
    if not re.fullmatch(r"[a-z0-9_]{1,512}", name):
        raise GraphError(100, "name may have lower-case letters, digits and underscores only.")
    if category not in {"UTILITY", "MARKETING", "AUTHENTICATION"}:
        raise GraphError(100, "category must be one of UTILITY, MARKETING, AUTHENTICATION.")
    body: JsonObject = next((c for c in payload.get("components") or () if str(c.get("type")).upper() == "BODY"), {})
    text = str(body.get("text", ""))
    if not 1 <= len(text) <= 1024:
        raise GraphError(100, "components: a BODY with 1 to 1024 characters is required.")
    if text.startswith("{{") or text.endswith("}}"):
        raise GraphError(100, "Variables can't be at the start or end of the template.", subcode=2388299)
    number = str(10**15 + secrets.randbelow(9 * 10**15))
    language = str(payload.get("language") or "pt_BR")
    return Template(id=number, name=name, body=text, language=language, category=category, status="PENDING")
