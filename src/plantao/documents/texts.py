"""What the OpenAPI document says in words. In Portuguese: people read it at `/docs`."""

from typing import Final

from plantao.kit.http.answers import MEANINGS

INTRODUCTION: Final = """\
Atendimento de um provedor de internet: WhatsApp, chatbot, fila e atendentes. O que acontece ao vivo chega pelo
WebSocket `/ws/chat`, descrito em `/asyncapi.json`.

**Autenticação.** `POST /api/v1/auth/login` devolve um `access_token`; envie-o como `Authorization: Bearer <token>`.

**Erros.** Toda resposta de 400 em diante tem o mesmo corpo: `detail` (português, para pessoas), `error_code` (para
programas) e `field` (o campo errado, ou null). Dados inválidos são 400, nunca 422. Em qualquer endereço, um método que
ele não tem é 405 `METHOD_NOT_ALLOWED`, com `Allow`, e um corpo grande demais é 413 `PAYLOAD_TOO_LARGE`.

**Limites.** As respostas dos endereços limitados trazem `X-RateLimit-Limit`, `X-RateLimit-Remaining` e
`X-RateLimit-Reset`; as de 429 e 503, `Retry-After`.
"""

TAGS: Final = {
    "auth": "Entrar, sair, renovar o token e ver as próprias sessões.",
    "users": "Usuários do sistema e seus papéis.",
    "audit": "Quem mudou qual usuário, como e de onde.",
    "conversations": "Conversas com clientes: ler, responder, anotar, assumir, adiar, transferir e encerrar.",
    "customers": "Quem escreve: o que a equipe sabe e anota do cliente, e o histórico.",
    "media": "Arquivos de mensagens: ler, trazer, mostrar por um link e buscar de novo.",
    "desk": "A mesa: respostas prontas, etiquetas e horário de atendimento.",
    "agents": "Atendentes: situação e capacidade.",
    "whatsapp": "Webhook da Meta, envio para um telefone, templates, situação dos números e o que a Meta cobrou.",
    "chatbot": "Perguntar ao chatbot, chamar uma pessoa no lugar dele, ensiná-lo e dizer como ele atende.",
    "dashboard": "Números do dia, atendentes e fila.",
    "reports": "Como foi um período, em JSON ou em planilha.",
    "health": "Saúde, métricas e diagnóstico do servidor.",
}

# Of models whose docstring speaks to programmers of the server.
SCHEMAS: Final = {
    "ErrorCode": "O motivo de um erro, para programas. "
    + " ".join(f"`{code.value}` ({status}): {when}." for code, (status, when) in MEANINGS.items()),
    "ConversationStatus": "`in_progress`: o chatbot ou alguém atende; `queue`: espera uma pessoa; as outras são fins.",
    "MediaState": "`pending`: está sendo buscado na Meta; `failed`: não pôde ser baixado, e pode ser pedido de novo.",
    "MessageStatus": "Só avança; `failed` nunca substitui uma entrega que aconteceu.",
    "AgentStatus": "O que o atendente deseja. `away`: fica com as conversas que tem e não recebe outras.",
    "Severity": "`info`: bom saber; `warning`: veja hoje; `critical`: mensagens param, ou vão parar.",
    "Intent": "O que o cliente quer. A lista é fixa.",
}

METRICS_TOKEN: Final = "O valor de `PLANTAO_METRICS_TOKEN`, quando definido."  # noqa: S105 - words about a token
