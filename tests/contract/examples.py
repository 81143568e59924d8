"""What the contract prints, to the letter: requests, and answers with the fields that it knows.

Keys are operation ids. What the contract documents is never changed, only added to.
"""

from typing import Any

REQUESTS: dict[str, Any] = {
    "log_in": {"email": "usuario@email.com", "password": "senha123"},
    "refresh": {"refresh_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."},
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
        "components": [{"type": "body", "parameters": [{"type": "text", "text": "João"}]}],
    },
    "ask_chatbot": {
        "conversation_id": "550e8400-e29b-41d4-a716-446655440000",
        "message": "Minha internet está lenta",
        "context": {"customer_name": "João", "customer_plan": "100 Mbps"},
    },
    "escalate_conversation": {
        "conversation_id": "550e8400-e29b-41d4-a716-446655440000",
        "reason": "Cliente solicitou atendente humano",
    },
}

ANSWERS: dict[str, Any] = {
    "log_in": {
        "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...",
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
            }
        ],
        "total": 150,
        "page": 1,
        "pages": 8,
    },
    "list_conversations": {
        "conversations": [
            {
                "id": "550e8400-e29b-41d4-a716-446655440000",
                "customer_phone": "+5511999999999",
                "customer_name": "Cliente Exemplo",
                "status": "in_progress",
                "channel": "whatsapp",
                "assigned_to": 1,
                "started_at": "2026-02-01T10:00:00Z",
                "last_message_at": "2026-02-01T10:30:00Z",
                "messages_count": 15,
            }
        ],
        "total": 45,
    },
    "read_conversation": {
        "id": "550e8400-e29b-41d4-a716-446655440000",
        "customer_phone": "+5511999999999",
        "customer_name": "Cliente Exemplo",
        "status": "in_progress",
        "messages": [
            {
                "id": "msg-001",
                "direction": "incoming",
                "content": "Olá, preciso de ajuda",
                "timestamp": "2026-02-01T10:00:00Z",
                "status": "delivered",
            },
            {
                "id": "msg-002",
                "direction": "outgoing",
                "content": "Olá! Como posso ajudar?",
                "timestamp": "2026-02-01T10:01:00Z",
                "status": "read",
                "sent_by": "bot",
            },
        ],
    },
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
                "customer_phone": "+5511999999999",
                "customer_name": "Cliente VIP",
                "waiting_since": "2026-02-01T10:00:00Z",
                "estimated_wait_minutes": 5,
                "priority": "high",
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
        },
    },
}

ERROR: dict[str, Any] = {
    "detail": "Mensagem de erro descritiva",
    "error_code": "VALIDATION_ERROR",
    "field": "email",
}

FRAME: dict[str, Any] = {
    "type": "send_message",
    "conversation_id": "550e8400-e29b-41d4-a716-446655440000",
    "content": "Olá, como posso ajudar?",
    "message_type": "text",
}
