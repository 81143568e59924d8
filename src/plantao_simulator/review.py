"""Templates handed in, edited and deleted: Meta's limits, its review, and what it tells the webhook about both."""

from __future__ import annotations

import asyncio

from plantao_simulator.business import Account
from plantao_simulator.errors import GraphError
from plantao_simulator.ground import Ground
from plantao_simulator.notices import Notices
from plantao_simulator.template_forms import fault_found, new_template, with_components
from plantao_simulator.templates import Template
from plantao_simulator.wire import JsonObject

_DAY = 24 * 3600
_MOST_TEMPLATES = 6000
_EDITABLE = {"APPROVED", "REJECTED", "PAUSED"}
_LANGUAGE_TAKEN, _NAME_RESERVED = 2388024, 2388023


class TemplateDesk:
    """Every change of a template by the company; answers are the bodies of HTTP 200."""

    def __init__(self, ground: Ground, notices: Notices) -> None:
        self._config, self._now, self._tasks = ground.config, ground.now, ground.tasks
        self._notices = notices

    def create(self, account: Account, payload: JsonObject) -> JsonObject:
        """A template under review; the review's outcome comes to the webhook."""
        template = new_template(payload)
        self._check_free(account, template)
        if not account.creations.take(self._now()):
            raise GraphError(80007, "Too many templates were created within an hour.")
        account.templates.add(template)
        self._review(account, template)
        return {"id": template.id, "status": template.status, "category": template.category}

    def _check_free(self, account: Account, template: Template) -> None:
        shelf = account.templates
        if (template.name, template.language) in shelf.by_key:
            raise GraphError(
                100, "There is already content in this language for this template name.", subcode=_LANGUAGE_TAKEN
            )
        if shelf.is_reserved(template.name, self._now()):
            raise GraphError(
                100, "The name was deleted less than 30 days ago: try again later.", subcode=_NAME_RESERVED
            )
        if len(shelf.by_key) >= _MOST_TEMPLATES:
            raise GraphError(100, f"The account has {_MOST_TEMPLATES} templates already.")

    def edit(self, account: Account, template: Template, payload: JsonObject) -> JsonObject:
        """New components or another category. An approved one may be edited once a day and ten times in 30 days."""
        if template.status not in _EDITABLE:
            raise GraphError(100, f"A template that is {template.status} can not be edited.")
        self._check_edits(template)
        changed = with_components(template, payload["components"]) if "components" in payload else template
        if category := payload.get("category"):
            if template.status == "APPROVED":
                raise GraphError(100, "The category of an approved template can not be changed.")
            changed = new_template(changed.as_graph() | {"category": category})
        kept = {name: getattr(changed, name) for name in _CONTENT}
        edits = (*template.edits, self._now())
        made = account.templates.change(template.name, template.language, status="PENDING", edits=edits, **kept)
        self._review(account, made)
        return {"success": True, "id": made.id, "name": made.name, "category": made.category}

    def _check_edits(self, template: Template) -> None:
        recent = [at for at in template.edits if self._now() - at < 30 * _DAY]
        lately = any(self._now() - at < _DAY for at in recent)
        if template.status == "APPROVED" and (lately or len(recent) >= 10):
            raise GraphError(100, "An approved template can be edited once in 24 hours and ten times in 30 days.")

    def delete(self, account: Account, name: str, template_id: str | None) -> JsonObject:
        if not account.templates.remove(name, self._now(), template_id):
            raise GraphError(100, "Message template not found.")
        return {"success": True}

    def _review(self, account: Account, template: Template) -> None:
        if self._config.template_verdict != "hold":
            self._tasks.spawn(self._decide(account, template))

    async def _decide(self, account: Account, template: Template) -> None:
        await asyncio.sleep(self._config.review_seconds)
        if account.templates.by_id(template.id) is None:  # deleted meanwhile
            return
        fault = fault_found(template)
        if fault is not None:
            self._tell(account, template, "REJECTED", reason="INVALID_FORMAT", rejection_info=fault)
        elif self._config.template_verdict == "reject":
            self._tell(account, template, "REJECTED", reason="PROMOTIONAL")
        else:
            self._tell(account, template, "APPROVED")

    def _tell(self, account: Account, template: Template, event: str, **more: object) -> None:
        value = template_value(template, event) | more
        self._notices.tell("message_template_status_update", value, account=account)


_CONTENT = ("body", "header", "header_text", "footer", "buttons", "components", "category")


def template_value(template: Template, event: str) -> JsonObject:
    """The value of `message_template_status_update`; the id is a number here."""
    return {
        "event": event,
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language,
        "reason": "NONE",
        "message_template_category": template.category,
    }
