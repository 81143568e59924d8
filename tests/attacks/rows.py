"""A row of the API's surface: one request, and what each kind of person gets for it."""

from dataclasses import dataclass, field
from typing import Any

from tests.stories.harness import Json

ADMIN, SUPERVISOR, ATTENDANT, USER, NOBODY = WHO = ("admin", "supervisor", "atendente", "user", "nobody")

# What the rows may name. `person` is who asks, `colleague` an agent, the conversation is the asking person's own.
NAMES = frozenset({"person", "colleague", "conversation_id", "phone", "media_id", "session_id", "verify_token"})


@dataclass(frozen=True)
class Row:
    """One request and its status for each of `WHO`; `{name}` in texts stands for what is known when it is made.

    `ends`: the person's session or conversation does not outlive it.
    """

    method: str
    path: str
    statuses: tuple[int, int, int, int, int]
    body: Any = None
    content: bytes | None = None  # a body that is no JSON
    query: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    ends: bool = False

    @property
    def operation(self) -> tuple[str, str]:
        return self.method, self.path

    def expected(self, who: str) -> int:
        return self.statuses[WHO.index(who)]

    def url(self, known: Json) -> str:
        return self.path.format(**known | filled(self.ids, known))

    def names(self) -> set[str]:
        """What of `NAMES` this request uses."""
        told = f"{self.path} {self.ids} {self.body} {self.query}"
        return {name for name in NAMES if f"{{{name}}}" in told}


def filled(template: Any, known: Json) -> Any:
    """The template with each text `{name}` replaced by what is known by that name, a number by a number."""
    if isinstance(template, dict):
        return {key: filled(value, known) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, known) for value in template]
    if isinstance(template, str) and template[:1] == "{" and template[1:-1] in known:
        return known[template[1:-1]]
    return template
