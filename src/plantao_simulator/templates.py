"""Message templates: the shelf of approved ones and the checks Meta makes when one is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from plantao_simulator.errors import GraphError

HeaderFormat = Literal["TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"]
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateButton:
    """A button of a template; a `{{1}}` in `url` asks for one parameter when it is sent."""

    kind: Literal["QUICK_REPLY", "URL", "PHONE_NUMBER", "REQUEST_CONTACT_INFO"]
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One template in one language, in the state Meta has it."""

    name: str
    body: str
    id: str
    language: str = "pt_BR"
    category: Literal["UTILITY", "MARKETING", "AUTHENTICATION"] = "UTILITY"
    status: str = "APPROVED"
    header: HeaderFormat | None = None
    header_text: str = ""
    footer: str = ""
    buttons: tuple[TemplateButton, ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the body's variables in order: `1`, `2` if positional."""
        return tuple(dict.fromkeys(_VARIABLE.findall(self.body)))

    @property
    def named(self) -> bool:
        return any(not name.isdigit() for name in self.variables)

    def as_graph(self) -> dict[str, Any]:
        """One element of `GET /<WABA>/message_templates`."""
        return {
            "name": self.name,
            "parameter_format": "NAMED" if self.named else "POSITIONAL",
            "components": _components(self),
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "id": self.id,
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
    """All templates of the account, by name and language."""

    by_key: dict[tuple[str, str], Template] = field(default_factory=dict)

    @classmethod
    def of(cls, templates: tuple[Template, ...]) -> TemplateShelf:
        return cls({(t.name, t.language): t for t in templates})

    def add(self, template: Template) -> None:
        self.by_key[template.name, template.language] = template

    def remove(self, name: str) -> bool:
        """Deletes a name in all its languages, as Meta does; False if there was none."""
        gone = [key for key in self.by_key if key[0] == name]
        for key in gone:
            del self.by_key[key]
        return bool(gone)

    def set_status(self, name: str, language: str, status: str) -> Template:
        """Moves a template to another state (PAUSED, APPROVED …); KeyError if there is none."""
        changed = replace(self.by_key[name, language], status=status)
        self.add(changed)
        return changed

    def check(self, sent: Mapping[str, Any]) -> Template:
        """The template a send names, or Meta's refusal: 132001, 132015, 132016, 132000, 132012."""
        name, language = str(sent["name"]), str(sent["language"]["code"])
        template = self.by_key.get((name, language))
        if template is None or template.status not in {"APPROVED", "PAUSED", "DISABLED"}:
            details = f"template name ({name}) does not exist in {language}"
            raise GraphError(132001, details)
        if template.status != "APPROVED":
            raise GraphError(132015 if template.status == "PAUSED" else 132016)
        _check_body(template, _parameters(sent, "body"))
        _check_header(template, _parameters(sent, "header"))
        _check_buttons(template, sent)
        return template


def _parameters(sent: Mapping[str, Any], component: str) -> list[Any]:
    for part in sent.get("components") or ():
        if str(part.get("type", "")).lower() == component:
            return list(part.get("parameters") or ())
    return []


def _count_mismatch(part: str, given: int, wanted: int) -> GraphError:
    details = f"{part}: number of localizable_params ({given}) does not match the expected number of params ({wanted})"
    return GraphError(132000, details)


def _check_body(template: Template, given: list[Any]) -> None:
    wanted = len(template.variables)
    if len(given) != wanted:
        raise _count_mismatch("body", len(given), wanted)
    if template.named and {p.get("parameter_name") for p in given} != set(template.variables):
        raise GraphError(132012, "body: parameter_name does not match the template's named parameters")


def _check_header(template: Template, given: list[Any]) -> None:
    wanted = 0 if template.header in {None, "TEXT"} else 1
    if len(given) != wanted:
        raise _count_mismatch("header", len(given), wanted)
    for parameter in given:
        if str(parameter.get("type", "")).upper() != template.header:
            raise GraphError(132012, f"header: Format mismatch, expected {template.header}")


def _check_buttons(template: Template, sent: Mapping[str, Any]) -> None:
    given = {str(p.get("index")): p for p in sent.get("components") or () if p.get("type") == "button"}
    for index, button in enumerate(template.buttons):
        if "{{" in button.url and not (given.get(str(index)) or {}).get("parameters"):
            raise GraphError(131008, f"buttons: Button at index {index} of type Url requires a parameter")
    if any(not index.isdigit() or int(index) >= len(template.buttons) for index in given):
        raise GraphError(132000, "buttons: the template has no button at this index")


def rendered(template: Template, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What the customer's phone shows: texts with the parameters put in, and the buttons to tap."""
    given = _parameters(sent, "body")
    keys = [p.get("parameter_name") or str(i) for i, p in enumerate(given, 1)]
    values = {key: _shown(parameter) for key, parameter in zip(keys, given, strict=True)}
    text = _VARIABLE.sub(lambda match: values.get(match[1], match[0]), template.body)
    buttons = [
        {"kind": b.kind, "text": b.text, "payload": _payload(sent, i, b), "url": _url(sent, i, b)}
        for i, b in enumerate(template.buttons)
    ]
    return {"header": template.header_text, "body": text, "footer": template.footer, "buttons": buttons}


def _shown(parameter: Mapping[str, Any]) -> str:
    inner = parameter.get(str(parameter.get("type")))
    return str(inner.get("fallback_value", "")) if isinstance(inner, Mapping) else str(inner)


def _parameter(sent: Mapping[str, Any], index: int) -> Mapping[str, Any]:
    """The first parameter given for a button, {} if there is none."""
    for part in sent.get("components") or ():
        if part.get("type") == "button" and str(part.get("index")) == str(index):
            return dict((part.get("parameters") or [{}])[0])
    return {}


def _payload(sent: Mapping[str, Any], index: int, button: TemplateButton) -> str:
    return str(_parameter(sent, index).get("payload", button.text))


def _url(sent: Mapping[str, Any], index: int, button: TemplateButton) -> str:
    """Where a button leads, with its one variable put in; "" if it leads nowhere."""
    suffix = str(_parameter(sent, index).get("text", ""))
    return _VARIABLE.sub(lambda _: suffix, button.url)


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
