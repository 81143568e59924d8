"""`POST /whatsapp/webhook` in the OpenAPI document: it is served before the framework, which cannot tell of it."""

from typing import Any, Final

from plantao.kit.errors import ErrorCode

WEBHOOK: Final[dict[str, Any]] = {
    "tags": ["whatsapp"],
    "description": "Receber eventos da Meta\n\nChamado pela Meta. Responde 200 quando o corpo está gravado, qualquer "
    "que seja o conteúdo: o que não se entende é posto de lado.",
    "operationId": "receive_webhook",
    "parameters": [
        {
            "name": "X-Hub-Signature-256",
            "in": "header",
            "required": True,
            "description": "HMAC-SHA256 do corpo, com o segredo do aplicativo.",
            "schema": {"type": "string", "pattern": "^sha256=[0-9a-f]{64}$"},
        }
    ],
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
    "responses": {
        "200": {
            "description": "Gravado.",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {"status": {"const": "received"}},
                        "required": ["status"],
                        "additionalProperties": False,
                    }
                }
            },
        },
    },
}

WEBHOOK_ERRORS: Final = (ErrorCode.INVALID_SIGNATURE, 413, 500, 503)
