"""Before a template is sent: whether it may be, and what it says. Asks our tables only."""

from dataclasses import dataclass, replace
from typing import Any, Final

from plantao.conversations.models import MessageType
from plantao.conversations.repository import Conversation
from plantao.conversations.sending import Draft
from plantao.kit.db import Transaction
from plantao.kit.errors import ValidationFailed
from plantao.whatsapp.account import syncs, templates
from plantao.whatsapp.account.fitting import Misfit, check_fit, filled
from plantao.whatsapp.account.models import APPROVED, DELETED, MARKETING, Template
from plantao.whatsapp.account.preferences import wants_no_marketing
from plantao.whatsapp.account.shape import shape_of
from plantao.whatsapp.numbers import Numbers

_STATUSES: Final = {
    "PENDING": "ainda está em análise na Meta",
    "IN_APPEAL": "está em recurso na Meta",
    "REJECTED": "foi recusado pela Meta",
    "PAUSED": "está pausado pela Meta",
    "DISABLED": "foi desativado pela Meta",
    "PENDING_DELETION": "está sendo excluído",
    "ARCHIVED": "está arquivado",
    "LIMIT_EXCEEDED": "não foi aceito: a conta chegou ao limite de templates",
}


@dataclass(frozen=True, slots=True)
class TemplateDesk:
    numbers: Numbers

    async def fit(self, tx: Transaction, draft: Draft, conversation: Conversation) -> Draft:
        """The draft, a template's with the text that the customer will read.

        Raises `ValidationFailed` for a template that Meta would refuse, if Meta's templates are known to us: else
        Meta decides.
        """
        if draft.type is not MessageType.TEMPLATE or draft.payload is None:
            return draft
        account_id = self._account_of(conversation)
        if account_id is None or await syncs.synced_at(tx, syncs.templates_of(account_id)) is None:
            return draft
        template = _chosen(draft.payload, await templates.of_name(tx, account_id, draft.payload["template_name"]))
        if template.category == MARKETING and await wants_no_marketing(tx, conversation.customer_id):
            detail = "O cliente pediu para não receber mensagens de marketing: este template não pode ser enviado."
            raise ValidationFailed(detail, field="template_name")
        return _filled(draft, draft.payload, template)

    def _account_of(self, conversation: Conversation) -> str | None:
        """Of the number by which the message will go."""
        return (self.numbers.of(conversation.phone_number_id) or self.numbers.first).business_account_id


def _chosen(payload: dict[str, Any], known: list[Template]) -> Template:
    """The one that is meant, approved. Raises `ValidationFailed`."""
    name, language = payload["template_name"], payload["language"]
    there = [one for one in known if one.status != DELETED]
    if not there:
        raise ValidationFailed(f"Não existe template com o nome {name}.", field="template_name")
    found = next((one for one in there if one.language == language), None)
    if found is None:
        others = ", ".join(one.language for one in there)
        raise ValidationFailed(f"O template {name} não existe em {language}. Existe em: {others}.", field="language")
    if found.status != APPROVED:
        why = _STATUSES.get(found.status, f"tem a situação {found.status}")
        raise ValidationFailed(f"O template {name} {why} e não pode ser enviado.", field="template_name")
    return found


def _filled(draft: Draft, payload: dict[str, Any], template: Template) -> Draft:
    if template.components is None:
        return draft  # a notice told its name alone
    shape, given = shape_of(template.components), payload.get("components") or []
    try:
        check_fit(shape, given)
    except Misfit as misfit:
        raise ValidationFailed(str(misfit), field="components") from None
    text = filled(shape, given)
    return replace(draft, content=text) if text else draft
