"""What each frame of `/ws/chat` is for, in the words of the AsyncAPI document. A test holds the list complete."""

from typing import Any, Final

CLIENT: Final = {
    "join_conversation": "Entrar em uma conversa. Responde `joined`; com `since_seq`, depois as mensagens perdidas.",
    "leave_conversation": "Sair de uma conversa.",
    "send_message": "Enviar mensagem, como `POST .../messages`; arquivos só por link. Responde `message_ack`.",
    "typing_start": "Indicar que está digitando.",
    "typing_stop": "Parar o indicador de digitação.",
    "mark_read": "Você leu até `seq`. A marca só avança; então todas as suas conexões ouvem `conversation_read`.",
    "ping": "Manter a conexão viva. Responde `pong`.",
}

SERVER: Final = {
    "joined": "Entrou na conversa: seguem as mensagens depois de `since_seq`, até `last_seq` e adiante.",
    "message_ack": "A mensagem enviada por aqui foi gravada e está na fila de envio.",
    "pong": "Resposta ao `ping`.",
    "queue_update": "A fila de espera mudou: as primeiras posições e o total. No máximo uma vez por segundo.",
    "whatsapp_alert": "Um aviso da Meta sobre números, templates ou a conta. Para administradores e supervisores.",
    "whatsapp_alerts_closed": "Estes avisos da Meta foram resolvidos ou dispensados. A quem os vê.",
    "conversation_viewers": "Quem está com a conversa aberta, cada pessoa uma vez. A quem entrou nela.",
    "error": "O quadro foi recusado; a conexão continua. `ref`: o `client_id` do quadro, senão o `type` dele.",
    "new_message": "Nova mensagem, recebida ou enviada, ou nota interna. O `seq` não se repete nem vem fora de ordem.",
    "message_status": "O status de uma mensagem avançou (enviada, entregue, lida), ou ela falhou.",
    "message_media": "O arquivo de um cliente chegou: `media.url` já existe.",
    "message_changed": "Quem escreveu a mensagem a editou ou apagou: ela agora é assim.",
    "agent_typing": "Um colega está digitando, ou parou.",
    "conversation_assigned": "A conversa foi atribuída. `assigned_to` null: foi para a fila.",
    "conversation_closed": "A conversa foi encerrada.",
    "conversation_read": "Você leu até `seq`, nesta ou em outra janela. Só para as conexões do próprio usuário.",
    "customer_updated": "Alguém mudou o que a equipe anota do cliente: peça-o de novo, ou tome daqui nome e etiquetas.",
    "conversation_updated": "A prioridade ou as etiquetas da conversa mudaram, ou ela foi adiada ou acordou.",
}

_ID: Final = "550e8400-e29b-41d4-a716-446655440000"

EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "join_conversation": {"type": "join_conversation", "conversation_id": _ID},
    "send_message": {
        "type": "send_message",
        "conversation_id": _ID,
        "content": "Olá, como posso ajudar?",
        "message_type": "text",
    },
    "ping": {"type": "ping"},
}
