"""Everything that can be said: the client's request, and what Meta is to get beside the recipient."""

from typing import Any
from uuid import UUID

Json = dict[str, Any]
ID = UUID("0199d2a4-7b1e-7c3a-9f00-3b1d2c4e5f60")
QUOTED = f"msg-{ID}"
WAMID = "wamid.Q"
LINK = "https://cdn.example.com/passo1"


def interactive(kind: str, body: str, action: Json, **more: Any) -> Json:
    part = {"type": kind, "body": {"text": body}, "action": action} | more
    return {"type": "interactive", "interactive": part}


CARD = {
    "name": "Técnico Carlos",
    "first_name": "Carlos",
    "phones": [{"phone": "+5511988887777", "type": "WORK", "wa_id": "5511988887777"}],
    "org": {"company": "Provedor X"},
}
SIM, FALAR = {"id": "sim", "title": "Sim"}, {"id": "falar_atendente", "title": "Falar com atendente"}
SECTION = {
    "title": "Atendimento",
    "rows": [
        {"id": "suporte_tecnico", "title": "Suporte técnico", "description": "Lenta ou sem sinal"},
        {"id": "financeiro", "title": "Financeiro"},
    ],
}
FLOW = {
    "kind": "flow",
    "flow_id": "1234567890",
    "button": "Abrir",
    "flow_token": "tok-1",
    "action": "navigate",
    "screen": "CADASTRO",
    "data": {"nome": "João"},
}
BODIES: dict[str, tuple[Json, Json]] = {
    "text": ({"content": "Olá"}, {"type": "text", "text": {"body": "Olá"}}),
    "link in a text": (
        {"content": "Sua fatura: https://example.com/f/123"},
        {"type": "text", "text": {"preview_url": True, "body": "Sua fatura: https://example.com/f/123"}},
    ),
    "quoting": (
        {"content": "Certo, vou verificar.", "reply_to": QUOTED},
        {"type": "text", "text": {"body": "Certo, vou verificar."}, "context": {"message_id": WAMID}},
    ),
    "image": (
        {"type": "image", "content": LINK, "caption": "Passo 1", "filename": "a.jpg"},
        {"type": "image", "image": {"link": LINK, "caption": "Passo 1"}},
    ),
    "video": (
        {"type": "video", "content": LINK, "caption": "Como reiniciar"},
        {"type": "video", "video": {"link": LINK, "caption": "Como reiniciar"}},
    ),
    "audio": ({"type": "audio", "content": LINK}, {"type": "audio", "audio": {"link": LINK}}),
    "voice": (
        {"type": "audio", "content": LINK, "voice": True, "reply_to": QUOTED},
        {"type": "audio", "audio": {"link": LINK, "voice": True}, "context": {"message_id": WAMID}},
    ),
    "sticker": ({"type": "sticker", "content": LINK}, {"type": "sticker", "sticker": {"link": LINK}}),
    "document": (
        {"type": "document", "content": LINK, "filename": "fatura-11-2026.pdf", "caption": "Sua fatura"},
        {"type": "document", "document": {"link": LINK, "filename": "fatura-11-2026.pdf", "caption": "Sua fatura"}},
    ),
    "reaction": (
        {"type": "reaction", "content": "👍", "reply_to": QUOTED},
        {"type": "reaction", "reaction": {"message_id": WAMID, "emoji": "👍"}},
    ),
    "reaction taken back": (
        {"type": "reaction", "content": "", "reply_to": QUOTED},
        {"type": "reaction", "reaction": {"message_id": WAMID, "emoji": ""}},
    ),
    "location": (
        {
            "type": "location",
            "location": {
                "latitude": -23.55052,
                "longitude": -46.633308,
                "name": "Loja Sé",
                "address": "Praça da Sé, São Paulo",
            },
        },
        {
            "type": "location",
            "location": {
                "latitude": -23.55052,
                "longitude": -46.633308,
                "name": "Loja Sé",
                "address": "Praça da Sé, São Paulo",
            },
        },
    ),
    "where the equator is": (
        {"type": "location", "location": {"latitude": 0, "longitude": 0}},
        {"type": "location", "location": {"latitude": 0, "longitude": 0}},
    ),
    "contacts": (
        {"type": "contacts", "contacts": [CARD]},
        {
            "type": "contacts",
            "contacts": [
                {
                    "name": {"formatted_name": "Técnico Carlos", "first_name": "Carlos"},
                    "phones": [{"phone": "+5511988887777", "type": "WORK", "wa_id": "5511988887777"}],
                    "org": {"company": "Provedor X"},
                }
            ],
        },
    ),
    "a contact with everything": (
        {
            "type": "contacts",
            "contacts": [
                {
                    "name": "Ana Maria Souza",
                    "phones": [{"phone": "+551133334444"}],
                    "emails": [{"email": "ana@example.com", "type": "WORK"}],
                    "urls": [{"url": "https://example.com"}],
                    "addresses": [{"street": "Rua A, 1", "city": "São Paulo", "country_code": "br"}],
                    "birthday": "1990-02-01",
                }
            ],
        },
        {
            "type": "contacts",
            "contacts": [
                {
                    "name": {"formatted_name": "Ana Maria Souza", "first_name": "Ana", "last_name": "Maria Souza"},
                    "phones": [{"phone": "+551133334444"}],
                    "emails": [{"email": "ana@example.com", "type": "WORK"}],
                    "urls": [{"url": "https://example.com"}],
                    "addresses": [{"street": "Rua A, 1", "city": "São Paulo", "country_code": "br"}],
                    "birthday": "1990-02-01",
                }
            ],
        },
    ),
    "buttons": (
        {
            "type": "interactive",
            "content": "Sua internet voltou?",
            "interactive": {"kind": "buttons", "header": "Suporte", "footer": "Provedor X", "buttons": [SIM, FALAR]},
        },
        interactive(
            "button",
            "Sua internet voltou?",
            {"buttons": [{"type": "reply", "reply": SIM}, {"type": "reply", "reply": FALAR}]},
            header={"type": "text", "text": "Suporte"},
            footer={"text": "Provedor X"},
        ),
    ),
    "buttons below a document": (
        {
            "type": "interactive",
            "content": "Recebeu?",
            "interactive": {
                "kind": "buttons",
                "header": {"type": "document", "link": LINK, "filename": "fatura.pdf"},
                "buttons": [SIM],
            },
            "reply_to": QUOTED,
        },
        interactive(
            "button",
            "Recebeu?",
            {"buttons": [{"type": "reply", "reply": SIM}]},
            header={"type": "document", "document": {"link": LINK, "filename": "fatura.pdf"}},
        )
        | {"context": {"message_id": WAMID}},
    ),
    "list": (
        {
            "type": "interactive",
            "content": "Como podemos ajudar?",
            "interactive": {"kind": "list", "button": "Ver opções", "sections": [SECTION]},
        },
        interactive("list", "Como podemos ajudar?", {"button": "Ver opções", "sections": [SECTION]}),
    ),
    "address": (
        {
            "type": "interactive",
            "content": "Segunda via da fatura",
            "interactive": {"kind": "cta_url", "display_text": "Abrir fatura", "url": "https://example.com/f/123"},
        },
        interactive(
            "cta_url",
            "Segunda via da fatura",
            {
                "name": "cta_url",
                "parameters": {"display_text": "Abrir fatura", "url": "https://example.com/f/123"},
            },
        ),
    ),
    "flow": (
        {"type": "interactive", "content": "Atualize seu cadastro", "interactive": FLOW},
        interactive(
            "flow",
            "Atualize seu cadastro",
            {
                "name": "flow",
                "parameters": {
                    "flow_message_version": "3",
                    "flow_id": "1234567890",
                    "flow_cta": "Abrir",
                    "flow_token": "tok-1",
                    "flow_action": "navigate",
                    "flow_action_payload": {"screen": "CADASTRO", "data": {"nome": "João"}},
                },
            },
        ),
    ),
    "draft flow by its name": (
        {
            "type": "interactive",
            "content": "Teste",
            "interactive": {"kind": "flow", "flow_name": "cadastro", "button": "Abrir", "mode": "draft"},
        },
        interactive(
            "flow",
            "Teste",
            {
                "name": "flow",
                "parameters": {
                    "flow_message_version": "3",
                    "flow_name": "cadastro",
                    "flow_cta": "Abrir",
                    "mode": "draft",
                },
            },
        ),
    ),
    "location request": (
        {
            "type": "interactive",
            "content": "Envie sua localização",
            "interactive": {"kind": "location_request"},
        },
        interactive("location_request_message", "Envie sua localização", {"name": "send_location"}),
    ),
}
