"""One request and one answer of each operation that the contract shows, with the contract's own values.

Fields that the contract does not have are added to its answers: an example is a whole answer. Keys are operation ids.
"""

from typing import Any, Final

_CONVERSATION_ID: Final = "550e8400-e29b-41d4-a716-446655440000"
_JWT: Final = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."
_TEMPLATE: Final = [{"type": "body", "parameters": [{"type": "text", "text": "João"}]}]

BODIES: Final[dict[str, Any]] = {
    "log_in": {"email": "usuario@email.com", "password": "senha123"},
    "refresh": {"refresh_token": _JWT},
    "create_user": {
        "email": "novo@email.com",
        "password": "SenhaSegura123!",
        "nome": "Novo Usuário",
        "role": "atendente",
    },
    "send_message": {"content": "Sua internet será normalizada em breve.", "type": "text"},
    "transfer_conversation": {"to_agent_id": 5, "reason": "Especialista em fibra óptica"},
    "close_conversation": {"resolution": "resolved", "notes": "Problema resolvido - reset do modem"},
    "send": {"to": "+5511999999999", "type": "text", "content": "Olá! Esta é uma mensagem de teste."},
    "send_template": {
        "to": "+5511999999999",
        "template_name": "boas_vindas",
        "language": "pt_BR",
        "components": _TEMPLATE,
    },
    "ask_chatbot": {
        "conversation_id": _CONVERSATION_ID,
        "message": "Minha internet está lenta",
        "context": {"customer_name": "João", "customer_plan": "100 Mbps"},
    },
    "escalate_conversation": {"conversation_id": _CONVERSATION_ID, "reason": "Cliente solicitou atendente humano"},
}

_CONVERSATION: Final = {
    "id": _CONVERSATION_ID,
    "customer_phone": "+5511999999999",
    "customer_name": "Cliente Exemplo",
    "status": "in_progress",
    "channel": "whatsapp",
    "assigned_to": 1,
    "started_at": "2026-02-01T10:00:00Z",
    "last_message_at": "2026-02-01T10:30:00Z",
    "messages_count": 15,
    "handled_by": "agent",
    "priority": "normal",
    "protocol": "20260201-000123",
    "last_seq": 16,
    "window_expires_at": "2026-02-02T10:30:00Z",
    "phone_number_id": "106540352242922",
    "snoozed_until": None,
    "last_message": {
        "id": "msg-016",
        "type": "text",
        "content": "Obrigado!",
        "direction": "incoming",
        "sent_by": "customer",
        "sent_by_id": None,
        "timestamp": "2026-02-01T10:30:00Z",
        "status": "delivered",
    },
    "read_seq": 15,
    "unread": 1,
    "tags": [{"id": 3, "name": "Sem conexão", "color": "red"}],
}
_NOTHING_MORE: Final = dict.fromkeys(("caption", "media", "sent_by_id", "client_id", "error", "payload", "reply_to"))
_MESSAGES: Final = [
    {
        "id": "msg-001",
        "direction": "incoming",
        "content": "Olá, preciso de ajuda",
        "timestamp": "2026-02-01T10:00:00Z",
        "status": "delivered",
        "seq": 1,
        "type": "text",
        "sent_by": "customer",
        **_NOTHING_MORE,
    },
    {
        "id": "msg-002",
        "direction": "outgoing",
        "content": "Olá! Como posso ajudar?",
        "timestamp": "2026-02-01T10:01:00Z",
        "status": "read",
        "seq": 2,
        "type": "text",
        "sent_by": "bot",
        **_NOTHING_MORE,
    },
]

ANSWERS: Final[dict[str, Any]] = {
    "log_in": {
        "access_token": _JWT,
        "refresh_token": "k3J9vQx7...",
        "token_type": "bearer",
        "expires_in": 86400,
        "user": {"id": 1, "email": "usuario@email.com", "nome": "João Silva", "role": "atendente"},
    },
    "list_users": {
        "users": [
            {
                "id": 1,
                "email": "admin@empresa.com",
                "nome": "Admin",
                "role": "admin",
                "is_active": True,
                "created_at": "2026-01-01T00:00:00Z",
                "second_factor": False,
            }
        ],
        "total": 150,
        "page": 1,
        "pages": 8,
    },
    "list_conversations": {"conversations": [_CONVERSATION], "total": 45, "page": 1, "pages": 3},
    "read_conversation": _CONVERSATION | {"messages": _MESSAGES},
    "ask_chatbot": {
        "response": "Olá João! Vou verificar sua conexão. Você pode me informar se o problema é em todos os "
        "dispositivos ou apenas em um?",
        "intent": "suporte_tecnico",
        "confidence": 0.95,
        "should_transfer": False,
        "suggested_actions": ["verificar_modem", "testar_velocidade"],
    },
    "read_metrics": {
        "conversations": {"active": 45, "in_queue": 12, "resolved_today": 156},
        "agents": {"online": 8, "busy": 6, "available": 2},
        "performance": {
            "avg_response_time_seconds": 45,
            "avg_resolution_time_minutes": 12,
            "satisfaction_rate": 4.5,
        },
    },
    "read_agents": {
        "agents": [
            {
                "id": 1,
                "nome": "Maria Silva",
                "status": "online",
                "current_conversations": 3,
                "max_conversations": 5,
                "avg_response_time": 30,
            }
        ]
    },
    "read_queue": {
        "queue": [
            {
                "position": 1,
                "conversation_id": _CONVERSATION_ID,
                "customer_phone": "+5511999999999",
                "customer_name": "Cliente VIP",
                "waiting_since": "2026-02-01T10:00:00Z",
                "estimated_wait_minutes": 5,
                "priority": "high",
                "preview": "Estou sem internet desde cedo",
            }
        ],
        "total_in_queue": 12,
        "avg_wait_time_minutes": 8,
    },
    "health": {
        "status": "healthy",
        "version": "2.0.0",
        "timestamp": "2026-02-01T10:00:00Z",
        "services": {
            "database": "healthy",
            "redis": "healthy",
            "sqlserver": "healthy",
            "whatsapp_api": "healthy",
            "media": "healthy",
        },
    },
}
