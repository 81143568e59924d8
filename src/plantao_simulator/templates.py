"""Message templates and the shelf they stand on. `template_forms` makes them, `template_sends` checks what is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

HeaderFormat = Literal["TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"]
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
MOST_TEMPLATES = 6000
"""What a verified business may have in an account."""
_RESERVED_SECONDS = 30 * 24 * 3600


Category = Literal["UTILITY", "MARKETING", "AUTHENTICATION"]
ButtonKind = Literal["QUICK_REPLY", "URL", "PHONE_NUMBER", "REQUEST_CONTACT_INFO", "COPY_CODE", "OTP", "FLOW"]


def variables_of(text: str) -> tuple[str, ...]:
    """Names of a text's variables in order: `1`, `2` if positional."""
    return tuple(dict.fromkeys(VARIABLE.findall(text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateButton:
    """A button of a template; a `{{1}}` in `url` asks for one parameter when it is sent."""

    kind: ButtonKind
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One template in one language, in the state Meta has it. `components`: as they were handed in, if they were."""

    name: str
    body: str
    id: str
    language: str = "pt_BR"
    category: Category = "UTILITY"
    status: str = "APPROVED"
    header: HeaderFormat | None = None
    header_text: str = ""
    footer: str = ""
    buttons: tuple[TemplateButton, ...] = ()
    components: tuple[dict[str, Any], ...] = ()
    quality: str = "UNKNOWN"
    rejected_reason: str = "NONE"
    edits: tuple[float, ...] = ()
    """When it was edited, Unix seconds."""

    @property
    def variables(self) -> tuple[str, ...]:
        return variables_of(self.body)

    @property
    def named(self) -> bool:
        return any(not name.isdigit() for name in (*self.variables, *variables_of(self.header_text)))

    def as_graph(self) -> dict[str, Any]:
        """One element of `GET /<WABA>/message_templates`."""
        return {
            "name": self.name,
            "parameter_format": "NAMED" if self.named else "POSITIONAL",
            "components": list(self.components) or _components(self),
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "id": self.id,
        }

    def fields(self, wanted: str | None) -> dict[str, Any]:
        """Only the asked fields (comma separated), `id` always; without a wish, the usual ones."""
        if not wanted:
            return self.as_graph()
        quality = {"score": self.quality, "date": int(self.edits[-1]) if self.edits else 0}
        known = self.as_graph() | {"quality_score": quality, "rejected_reason": self.rejected_reason}
        return {name: known[name] for name in (part.strip() for part in wanted.split(",")) if name in known} | {
            "id": self.id
        }


def _components(template: Template) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    if template.header:
        text = {"text": template.header_text} if template.header == "TEXT" else {}
        parts.append({"type": "HEADER", "format": template.header, **text})
    parts.append({"type": "BODY", "text": template.body})
    if template.footer:
        parts.append({"type": "FOOTER", "text": template.footer})
    if template.buttons:
        buttons = [{"type": b.kind, "text": b.text} | ({"url": b.url} if b.url else {}) for b in template.buttons]
        parts.append({"type": "BUTTONS", "buttons": buttons})
    return parts


@dataclass(slots=True)
class TemplateShelf:
    """All templates of an account, by name and language, and the names that may not be used again yet."""

    by_key: dict[tuple[str, str], Template] = field(default_factory=dict)
    reserved: dict[str, float] = field(default_factory=dict)
    """Names of deleted templates, each with the time it becomes free."""

    @classmethod
    def of(cls, templates: tuple[Template, ...]) -> TemplateShelf:
        return cls({(t.name, t.language): t for t in templates})

    def __iter__(self) -> Iterator[Template]:
        return iter(self.by_key.values())

    def as_graph(self) -> list[dict[str, Any]]:
        return [template.as_graph() for template in self]

    def by_id(self, template_id: str) -> Template | None:
        return next((template for template in self if template.id == template_id), None)

    def add(self, template: Template) -> None:
        self.by_key[template.name, template.language] = template

    def remove(self, name: str, now: float, template_id: str | None = None) -> list[Template]:
        """Deletes a name in all its languages, or the one with this id; an approved one's name stays reserved."""
        gone = [t for t in self if t.name == name and template_id in {None, t.id}]
        for template in gone:
            del self.by_key[template.name, template.language]
            if template.status != "REJECTED":
                self.reserved[name] = now + _RESERVED_SECONDS
        return gone

    def is_reserved(self, name: str, now: float) -> bool:
        return now < self.reserved.get(name, 0)

    def change(self, name: str, language: str, **changes: Any) -> Template:
        """Puts a changed template in the old one's place; KeyError if there is none."""
        changed = replace(self.by_key[name, language], **changes)
        self.add(changed)
        return changed


DEMO_TEMPLATES = (
    Template(
        id="1387372356726668",
        name="visita_tecnica",
        body="Olá, {{1}}! Sua visita técnica está marcada para {{2}}. Podemos confirmar?",
        footer="Horizonte Fibra",
        buttons=(
            TemplateButton(kind="QUICK_REPLY", text="Confirmar"),
            TemplateButton(kind="QUICK_REPLY", text="Reagendar"),
        ),
    ),
    Template(
        id="1387372356726669",
        name="fatura_vencendo",
        header="DOCUMENT",
        body="Oi, {{nome}}! A sua fatura de {{valor}} já está disponível para pagamento.",
        buttons=(TemplateButton(kind="URL", text="Ver fatura", url="https://example.com/f/{{1}}"),),
    ),
    Template(
        id="1387372356726670",
        name="aviso_manutencao",
        header="TEXT",
        header_text="Manutenção programada",
        body="Vamos melhorar a rede do bairro {{1}} em {{2}}. A conexão pode oscilar nesse período.",
    ),
    Template(
        id="1387372356726671",
        name="retomar_atendimento",
        body="Olá! Temos novidades sobre o seu atendimento. Responda a esta mensagem para continuarmos.",
    ),
    Template(
        id="1387372356726672",
        name="oferta_upgrade",
        category="MARKETING",
        status="PAUSED",
        body="Olá, {{1}}! Que tal mais velocidade na sua casa?",
    ),
    Template(
        id="1387372356726673",
        name="boas_vindas",
        body="Olá, {{1}}! Bem-vindo à Horizonte Fibra. É só responder quando precisar de nós.",
    ),
)
"""The account's templates unless a test brings its own: five approved, one paused."""
