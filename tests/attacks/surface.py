"""The whole surface of the API as one table: every operation, a request that it takes, and who gets what.

A new operation needs a row here. Attacks on identifiers, texts and bodies begin from these rows as well.
"""

from typing import Any

from tests.attacks.rows import Row
from tests.stories.file_samples import PNG
from tests.stories.harness import PASSWORD

V1 = "/api/v1"
ONE = "/api/v1/conversations/{conversation_id}"
BULK = "/api/v1/conversations/bulk"
ACTIONS: list[dict[str, Any]] = [
    {"type": "take"},
    {"type": "snooze", "until": "{tomorrow}"},
    {"type": "wake"},
    {"type": "prioritise", "priority": "high"},
]
ENDING_ACTIONS: list[dict[str, Any]] = [
    {"type": "queue", "reason": "Fim do turno"},
    {"type": "transfer", "to_agent_id": "{colleague}", "reason": "Fibra óptica"},
    {"type": "close", "resolution": "resolved", "notes": "Reset do modem"},
]
PORTER = {"email": "porteiro@provedor.example", "password": PASSWORD}
NEW_USER = {"email": "novo@provedor.example", "password": PASSWORD, "nome": "Novo", "role": "user"}
COMPONENTS = [{"type": "body", "parameters": [{"type": "text", "text": "João"}]}]

ANYBODY = (200, 200, 200, 200, 200)
SIGNED_IN = (200, 200, 200, 200, 401)
STAFF = (200, 200, 200, 403, 401)
LEADS = (200, 200, 403, 403, 401)
ADMINS = (200, 403, 403, 403, 401)
CREATED = (201, 201, 201, 403, 401)
NOT_ON = (409, 409, 409, 409, 401)
ACCEPTED = (202, 202, 202, 403, 401)

ROWS = [
    Row("POST", f"{V1}/auth/login", ANYBODY, PORTER),
    Row("POST", f"{V1}/auth/login", ANYBODY, PORTER | {"code": "123456"}),
    Row("POST", f"{V1}/auth/register", (403,) * 5, {name: NEW_USER[name] for name in ("email", "password", "nome")}),
    Row("POST", f"{V1}/auth/refresh", (401,) * 5, {"refresh_token": "nada"}),
    Row("POST", f"{V1}/auth/logout", SIGNED_IN, ends=True),
    Row("GET", f"{V1}/auth/sessions", SIGNED_IN),
    Row("DELETE", f"{V1}/auth/sessions", SIGNED_IN, ends=True),
    Row("DELETE", f"{V1}/auth/sessions/{{session_id}}", (404, 404, 404, 404, 401)),
    Row("GET", f"{V1}/auth/me", SIGNED_IN),
    Row("GET", f"{V1}/auth/second-factor", SIGNED_IN),
    Row("POST", f"{V1}/auth/second-factor", SIGNED_IN, {"password": PASSWORD}),
    Row("POST", f"{V1}/auth/second-factor/confirm", (400, 400, 400, 400, 401), {"code": "123456"}),
    Row("POST", f"{V1}/auth/second-factor/disable", NOT_ON, {"password": PASSWORD, "code": "123456"}),
    Row("DELETE", f"{V1}/users/{{user_id}}/second-factor", (409, 403, 403, 403, 401), ids={"user_id": "{person}"}),
    Row(
        "GET",
        f"{V1}/audit",
        ADMINS,
        query={
            "page": "1",
            "limit": "20",
            "user_id": "{person}",
            "actor_id": "{colleague}",
            "action": "user.changed",
            "start_date": "2026-02-01T10:00:00Z",
            "end_date": "2027-02-01T10:00:00Z",
        },
    ),
    Row("GET", f"{V1}/users", ADMINS, query={"page": "1", "limit": "20", "role": "user", "is_active": "true"}),
    Row("POST", f"{V1}/users", (201, 403, 403, 403, 401), NEW_USER),
    Row("GET", f"{V1}/users/{{user_id}}", SIGNED_IN, ids={"user_id": "{person}"}),
    Row("GET", f"{V1}/users/{{user_id}}", ADMINS, ids={"user_id": "{colleague}"}),
    Row("PUT", f"{V1}/users/{{user_id}}", SIGNED_IN, {"nome": "Outro Nome"}, ids={"user_id": "{person}"}),
    Row("PUT", f"{V1}/users/{{user_id}}", ADMINS, {"email": "{new_email}"}, ids={"user_id": "{person}"}),
    Row("PUT", f"{V1}/users/{{user_id}}", ADMINS, {"nome": "Outra"}, ids={"user_id": "{colleague}"}),
    Row(
        "PUT",
        f"{V1}/users/{{user_id}}",
        ADMINS,
        {"password": "OutraSenha456!", "role": "supervisor", "is_active": True},
        ids={"user_id": "{person}"},
        ends=True,
    ),
    Row("DELETE", f"{V1}/users/{{user_id}}", ADMINS, ids={"user_id": "{person}"}, ends=True),
    Row(
        "GET",
        f"{V1}/conversations",
        STAFF,
        query={
            "status": "in_progress",
            "channel": "whatsapp",
            "assigned_to": "1",
            "tag": "1",
            "start_date": "2026-02-01T10:00:00Z",
            "end_date": "2027-02-01T10:00:00Z",
            "search": "joão 98765-4321",
            "unread": "true",
            "snoozed": "false",
            "page": "1",
            "limit": "20",
        },
    ),
    Row("GET", ONE, STAFF, query={"limit": "10", "before_seq": "5"}),
    Row(
        "POST",
        f"{ONE}/messages",
        CREATED,
        {"type": "text", "content": "Já vejo isso.", "client_id": "{unique}", "last_seen_seq": 1000},
    ),
    Row(
        "POST",
        f"{ONE}/messages",
        CREATED,
        {"type": "template", "template_name": "boas_vindas", "language": "pt_BR", "components": COMPONENTS},
    ),
    Row(
        "POST",
        f"{ONE}/messages",
        CREATED,
        {
            "type": "document",
            "content": "https://exemplo.com.br/a.pdf",
            "filename": "a.pdf",
            "caption": "Boleto",
        },
    ),
    Row(
        "POST",
        f"{ONE}/messages",
        CREATED,
        {
            "type": "location",
            "location": {"latitude": -23.55052, "longitude": -46.633308, "name": "Loja Sé", "address": "Praça da Sé"},
            "reply_to": "{quoted}",
        },
    ),
    Row("POST", f"{ONE}/messages", CREATED, {"type": "reaction", "content": "👍", "reply_to": "{quoted}"}),
    Row("POST", f"{ONE}/messages", CREATED, {"type": "audio", "content": "https://exemplo.com.br/a", "voice": True}),
    Row(
        "POST",
        f"{ONE}/messages",
        CREATED,
        {"type": "contacts", "contacts": [{"name": "Carlos", "phones": [{"phone": "+5511988887777"}]}]},
    ),
    Row(
        "POST",
        f"{ONE}/messages",
        CREATED,
        {
            "type": "interactive",
            "content": "Atualize",
            "interactive": {
                "kind": "flow",
                "header": {"type": "document", "link": "https://exemplo.com.br/a.pdf", "filename": "a.pdf"},
                "footer": "Provedor",
                "button": "Abrir",
                "flow_id": "123",
                "flow_token": "t",
                "action": "navigate",
                "screen": "A",
                "data": {"nome": "João"},
                "mode": "published",
            },
        },
    ),
    Row("PATCH", ONE, STAFF, {"priority": "high"}),
    Row("PUT", f"{ONE}/tags", STAFF, {"tags": []}),
    Row("GET", f"{ONE}/customer", STAFF),
    Row(
        "PATCH",
        f"{ONE}/customer",
        STAFF,
        {
            "version": 1,
            "name": "João",
            "plan": "Fibra 500",
            "account_number": "A-1",
            "address": "Rua A, 1",
            "notes": "Prefere de manhã.",
        },
    ),
    Row("PUT", f"{ONE}/customer/tags", STAFF, {"tags": []}),
    Row("GET", f"{V1}/tags", STAFF),
    Row("POST", f"{V1}/tags", (201, 201, 403, 403, 401), {"name": "{unique}", "color": "teal"}),
    Row("PATCH", f"{V1}/tags/{{tag_id}}", (404, 404, 403, 403, 401), {"name": "Boleto", "color": "red"}),
    Row("DELETE", f"{V1}/tags/{{tag_id}}", (404, 404, 403, 403, 401)),
    Row("POST", f"{ONE}/notes", CREATED, {"content": "Cliente antigo."}),
    Row("POST", f"{ONE}/snooze", STAFF, {"until": "{tomorrow}"}),
    Row("DELETE", f"{ONE}/snooze", STAFF),
    *[Row("POST", BULK, STAFF, {"ids": ["{conversation_id}"], "action": action}) for action in ACTIONS],
    *[Row("POST", BULK, STAFF, {"ids": ["{conversation_id}"], "action": one}, ends=True) for one in ENDING_ACTIONS],
    Row(
        "POST",
        BULK,
        LEADS,
        {"ids": ["{conversation_id}"], "action": {"type": "assign", "agent_id": "{colleague}"}},
        ends=True,
    ),
    Row("POST", f"{ONE}/assign", STAFF, {}),
    Row("POST", f"{ONE}/assign", LEADS, {"agent_id": "{colleague}"}, ends=True),
    Row("POST", f"{ONE}/transfer", STAFF, {"to_agent_id": "{colleague}", "reason": "Fibra óptica"}, ends=True),
    Row("POST", f"{ONE}/close", STAFF, {"resolution": "resolved", "notes": "Reset do modem", "tags": []}, ends=True),
    Row("POST", f"{ONE}/messages", CREATED, {"type": "image", "media_id": "{media_id}"}),
    Row("POST", f"{V1}/media", CREATED, content=PNG, query={"filename": "foto.png"}),
    Row("GET", f"{V1}/media/{{media_id}}", STAFF),
    Row("GET", f"{V1}/canned-replies", STAFF),
    Row(
        "POST", f"{V1}/canned-replies", (201, 201, 403, 403, 401), {"shortcut": "{unique}", "content": "Olá {cliente}!"}
    ),
    Row("PATCH", f"{V1}/canned-replies/{{reply_id}}", (404, 404, 403, 403, 401), {"shortcut": "oi", "content": "Oi"}),
    Row("DELETE", f"{V1}/canned-replies/{{reply_id}}", (404, 404, 403, 403, 401)),
    Row("GET", f"{V1}/business-hours", STAFF),
    Row(
        "PUT",
        f"{V1}/business-hours",
        LEADS,
        {
            "week": [{"weekday": 1, "opens": "00:00", "closes": "23:59"}],
            "holidays": [{"date": "2026-12-25", "name": "Natal"}],
            "message": "Voltamos {abertura}.",
        },
    ),
    Row("GET", f"{V1}/media/{{media_id}}", STAFF, query={"link": "nada"}),
    Row("GET", f"{V1}/media/{{media_id}}/thumbnail", STAFF),
    Row("GET", f"{V1}/media/{{media_id}}/thumbnail", STAFF, query={"link": "nada"}),
    Row("POST", f"{V1}/media/{{media_id}}/link", STAFF),
    Row("POST", f"{V1}/media/{{media_id}}/retry", ACCEPTED),
    Row("GET", f"{V1}/agents", STAFF),
    Row("PATCH", f"{V1}/agents/{{agent_id}}", LEADS, {"status": "away"}, ids={"agent_id": "{colleague}"}),
    Row("PATCH", f"{V1}/agents/{{agent_id}}", LEADS, {"max_conversations": 50}, ids={"agent_id": "{colleague}"}),
    # Of oneself: leads are no agents.
    Row(
        "PATCH",
        f"{V1}/agents/{{agent_id}}",
        (404, 404, 200, 403, 401),
        {"status": "away"},
        ids={"agent_id": "{person}"},
    ),
    Row("GET", f"{V1}/dashboard/metrics", LEADS),
    Row("GET", f"{V1}/dashboard/agents", LEADS),
    Row("GET", f"{V1}/dashboard/queue", STAFF),
    Row("GET", f"{V1}/reports/summary", LEADS, query={"format": "csv"}),
    Row("GET", f"{V1}/reports/timeline", LEADS, query={"step": "day", "format": "xlsx"}),
    Row("GET", f"{V1}/reports/agents", LEADS),
    Row("GET", f"{V1}/reports/hours", LEADS),
    Row("GET", f"{V1}/reports/intents", LEADS),
    Row("GET", f"{V1}/reports/tags", LEADS),
    Row(
        "GET",
        f"{V1}/whatsapp/webhook",
        ANYBODY,
        query={"hub.mode": "subscribe", "hub.verify_token": "{verify_token}", "hub.challenge": "1158201444"},
    ),
    Row("GET", f"{V1}/whatsapp/webhook", (403,) * 5, query={"hub.mode": "subscribe", "hub.verify_token": "x"}),
    Row("POST", f"{V1}/whatsapp/webhook", (401,) * 5, {"object": "whatsapp_business_account", "entry": []}),
    Row(
        "POST",
        f"{V1}/whatsapp/send",
        ACCEPTED,
        {"to": "{phone}", "type": "text", "content": "Olá!", "phone_number_id": "{phone_number_id}"},
    ),
    Row(
        "POST",
        f"{V1}/whatsapp/send",
        ACCEPTED,
        {
            "to": "{phone}",
            "type": "document",
            "content": "https://exemplo.com.br/a.pdf",
            "filename": "a.pdf",
            "caption": "x",
        },
    ),
    Row("POST", f"{V1}/whatsapp/send", ACCEPTED, {"to": "{phone}", "type": "image", "media_id": "{media_id}"}),
    Row(
        "POST",
        f"{V1}/whatsapp/send",
        ACCEPTED,
        {
            "to": "{phone}",
            "type": "interactive",
            "content": "Voltou?",
            "interactive": {"kind": "buttons", "buttons": [{"id": "sim", "title": "Sim"}], "header": "Oi"},
            "reply_to": "{quoted}",
        },
    ),
    Row(
        "POST",
        f"{V1}/whatsapp/send",
        ACCEPTED,
        {"to": "{phone}", "type": "location", "location": {"latitude": -23.5, "longitude": -46.6}},
    ),
    Row("POST", f"{V1}/whatsapp/send", ACCEPTED, {"to": "{phone}", "type": "contacts", "contacts": [{"name": "Ana"}]}),
    Row(
        "POST",
        f"{V1}/whatsapp/send",
        ACCEPTED,
        {"to": "{phone}", "type": "audio", "content": "https://exemplo.com.br/a", "voice": True},
    ),
    Row(
        "POST",
        f"{V1}/whatsapp/send",
        ACCEPTED,
        {"to": "{phone}", "type": "template", "template_name": "a", "language": "pt_BR", "components": COMPONENTS},
    ),
    Row(
        "POST",
        f"{V1}/whatsapp/send-template",
        ACCEPTED,
        {
            "to": "{phone}",
            "template_name": "boas_vindas",
            "language": "pt_BR",
            "components": COMPONENTS,
            "phone_number_id": "{phone_number_id}",
        },
    ),
    Row("GET", f"{V1}/whatsapp/number", LEADS),
    Row("DELETE", f"{V1}/whatsapp/alerts/{{alert_id}}", (404, 404, 403, 403, 401)),
    Row(
        "GET",
        f"{V1}/whatsapp/templates",
        STAFF,
        query={
            "status": "APPROVED",
            "name": "boas",
            "language": "pt_BR",
            "business_account_id": "102290129340398",
            "refresh": "true",
            "page": "1",
            "limit": "20",
        },
    ),
    # Without an account at Meta there is nothing to make, and in another's neither.
    Row(
        "POST",
        f"{V1}/whatsapp/templates",
        (404, 403, 403, 403, 401),
        {
            "name": "aviso",
            "language": "pt_BR",
            "category": "UTILITY",
            "components": [{"type": "BODY", "text": "Olá, tudo bem?"}],
            "business_account_id": "102290129340398",
        },
    ),
    Row(
        "DELETE",
        f"{V1}/whatsapp/templates",
        (409, 403, 403, 403, 401),
        query={"name": "aviso", "language": "pt_BR"},
    ),
    Row("GET", f"{V1}/whatsapp/usage", LEADS, query={"month": "2026-11"}),
    Row(
        "POST",
        f"{V1}/chatbot/message",
        STAFF,
        {
            "conversation_id": "{conversation_id}",
            "message": "Minha internet está lenta",
            "context": {"customer_name": "João", "customer_plan": "100 Mbps"},
        },
    ),
    Row("GET", f"{V1}/chatbot/intents", LEADS),
    Row(
        "GET",
        f"{V1}/chatbot/examples",
        LEADS,
        query={"source": "shipped", "intent": "saudacao", "search": "oi", "page": "1", "limit": "20"},
    ),
    Row("POST", f"{V1}/chatbot/examples", (201, 201, 403, 403, 401), {"intent": "sem_conexao", "text": "{new_email}"}),
    Row("DELETE", f"{V1}/chatbot/examples/{{example_id}}", (404, 404, 403, 403, 401)),
    Row("PATCH", f"{V1}/chatbot/shipped-examples", LEADS, {"text": "oi", "disabled": False}),
    Row("POST", f"{V1}/chatbot/test", LEADS, {"text": "minha net caiu"}),
    Row("POST", f"{V1}/chatbot/train", LEADS, {"force": False}),
    Row("GET", f"{V1}/chatbot/unsure", LEADS),
    Row("GET", f"{V1}/chatbot/settings", LEADS),
    # Of a version that nobody has saved yet.
    Row(
        "PUT",
        f"{V1}/chatbot/settings",
        (409, 409, 403, 403, 401),
        {
            "version": 1_000_000,
            "enabled": True,
            "provider_name": "Horizonte Fibra",
            "off_message": "Você está na fila.",
            "answers": {"saudacao": "Oi {nome}!"},
            "confidence_threshold": 0.5,
            "debounce_seconds": 1.5,
            "invoice_url": "https://provedor.example/2via",
            "status_url": None,
        },
    ),
    Row("GET", f"{V1}/diagnosis", ADMINS),
    Row("POST", f"{V1}/chatbot/escalate", STAFF, {"conversation_id": "{conversation_id}", "reason": "Pediu"}),
    Row("GET", "/health", ANYBODY),
    Row("GET", "/health/live", ANYBODY),
    Row("GET", "/health/ready", ANYBODY),
    Row("GET", "/metrics", ANYBODY),
]
