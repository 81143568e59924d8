"""What `plantao doctor` finds, in the words of the console: what it is, how it stands, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from plantao.settings import PREFIX
from plantao.whatsapp.graph.errors import GraphError, GraphFailure, explain


class Check(StrEnum):
    """O que foi verificado."""

    SETTINGS = "settings"
    DATABASE = "database"
    USERS_DATABASE = "users_database"
    FILES = "files"
    WHATSAPP_NUMBER = "whatsapp_number"
    WHATSAPP_ACCOUNT = "whatsapp_account"
    WHATSAPP_WEBHOOK = "whatsapp_webhook"
    WHATSAPP_TEMPLATES = "whatsapp_templates"


class State(StrEnum):
    """`off`: não é usado, ou não pôde ser verificado ainda."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Words:
    """`remedy`: what a person can do; None where there is nothing to do."""

    check: Check
    state: State
    title: str
    detail: str
    remedy: str | None = None


_OK, _WARNING, _FAILED, _OFF = State.OK, State.WARNING, State.FAILED, State.OFF
_MIGRATE = "Rode “plantao migrate” no servidor, ou reinicie o Plantão: ele se atualiza ao iniciar."


def settings(missing: str | None) -> Words:
    """`missing`: what the settings say is wrong, with the setting's name."""
    if missing is None:
        return Words(Check.SETTINGS, _OK, "Configurações", "Completas.")
    name, _, what = missing.partition(": ")
    detail = f"{name} falta." if what.startswith("is required") else f"{name} não serve."
    remedy = f"Defina {name} no servidor e reinicie. “plantao doctor” diz os pormenores."
    return Words(Check.SETTINGS, _FAILED, "Configurações", detail, remedy)


def database(revision: str | None, newest: str | None) -> Words:
    title = "Banco de dados"
    if revision == newest:
        return Words(Check.DATABASE, _OK, title, f"Responde, na versão {revision}.")
    return Words(Check.DATABASE, _FAILED, title, f"Está na versão {revision}, e não na {newest}.", _MIGRATE)


def silent_database() -> Words:
    remedy = "Confira se o PostgreSQL está no ar e se PLANTAO_DATABASE_URL está certo."
    return Words(Check.DATABASE, _FAILED, "Banco de dados", "Não responde.", remedy)


_USERS = "Banco de usuários (SQL Server)"


def users_database(version: str, revision: str | None, newest: str | None) -> Words:
    if revision == newest:
        return Words(Check.USERS_DATABASE, _OK, _USERS, f"SQL Server {version} responde, na versão {revision}.")
    detail = f"Está na versão {revision}, e não na {newest}."
    return Words(Check.USERS_DATABASE, _FAILED, _USERS, detail, _MIGRATE)


def silent_users_database() -> Words:
    remedy = f"Confira o servidor, a rede e {PREFIX}AUTH_DATABASE_URL. Quem já está trabalhando segue por até uma hora."
    return Words(Check.USERS_DATABASE, _FAILED, _USERS, "Não responde, ou recusa a conexão.", remedy)


def no_users_database() -> Words:
    return Words(Check.USERS_DATABASE, _OFF, _USERS, "Não usado: os usuários ficam no mesmo PostgreSQL.")


def files(*, writable: bool) -> Words:
    if writable:
        return Words(Check.FILES, _OK, "Arquivos", "Podem ser gravados.")
    remedy = "Confira o espaço e as permissões do diretório, ou o acesso ao bucket (PLANTAO_MEDIA_URL)."
    return Words(Check.FILES, _FAILED, "Arquivos", "Não podem ser gravados: fotos e documentos se perdem.", remedy)


_SENDING: Mapping[str | None, tuple[State, str]] = {
    "AVAILABLE": (_OK, "Pode enviar."),
    "LIMITED": (_WARNING, "Envia com limites."),
    "BLOCKED": (_FAILED, "Bloqueado: a Meta não deixa enviar."),
}


def number(name: str, can_send: str | None, reasons: list[str]) -> Words:
    """`name`: the phone number, as Meta writes it."""
    state, told = _SENDING.get(can_send, (_WARNING, "A Meta não diz se pode enviar."))
    remedy = None if state is _OK else "Veja o motivo no Gerenciador do WhatsApp e resolva lá o que a Meta pede."
    return Words(Check.WHATSAPP_NUMBER, state, f"Número {name}", " ".join([told, *reasons]), remedy)


def webhook(apps: list[str], *, subscribed: bool) -> Words:
    title = "Webhook da Meta"
    if subscribed:
        return Words(Check.WHATSAPP_WEBHOOK, _OK, title, f"A conta entrega a: {', '.join(apps)}.")
    detail = "A conta não assina o nosso aplicativo: nenhuma mensagem chega."
    remedy = "Rode “plantao whatsapp subscribe” no servidor, e cadastre o endereço do webhook no aplicativo da Meta."
    return Words(Check.WHATSAPP_WEBHOOK, _FAILED, title, detail, remedy)


def templates(found: Mapping[str, int]) -> Words:
    approved, total = found.get("APPROVED", 0), sum(found.values())
    detail = f"{approved} de {total} aprovados." if total else "Nenhum modelo."
    if approved:
        return Words(Check.WHATSAPP_TEMPLATES, _OK, "Modelos de mensagem", detail)
    remedy = "Crie um modelo: sem ele não se escreve a quem não escreveu nas últimas 24 horas."
    return Words(Check.WHATSAPP_TEMPLATES, _WARNING, "Modelos de mensagem", detail, remedy)


def no_account() -> Words:
    detail = "Não configurada: o webhook e os modelos não foram verificados."
    remedy = f"Defina {PREFIX}WHATSAPP_BUSINESS_ACCOUNT_ID no servidor e reinicie."
    return Words(Check.WHATSAPP_ACCOUNT, _WARNING, "Conta do WhatsApp Business", detail, remedy)


def unasked() -> Words:
    """While the settings are not complete Meta cannot be asked."""
    detail = "Não verificado: faltam configurações."
    return Words(Check.WHATSAPP_NUMBER, _OFF, "WhatsApp", detail, "Complete as configurações primeiro.")


def refused(check: Check, title: str, failure: GraphFailure) -> Words:
    """What Meta's refusal means, in the words that the agents read too."""
    if not isinstance(failure, GraphError):
        remedy = "Confira se o servidor alcança a internet e PLANTAO_WHATSAPP_GRAPH_URL. Depois verifique de novo."
        return Words(check, _FAILED, title, "A Meta não respondeu.", remedy)
    told = explain(failure.code, failure.error_class)
    return Words(check, _FAILED, title, f"{told.title} (código {failure.code})", told.action)
