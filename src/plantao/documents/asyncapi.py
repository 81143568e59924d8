"""The AsyncAPI 3.0 document of `/ws/chat`, from the very models that read and write its frames."""

from functools import cache
from typing import Any, Final, Literal, get_args

import msgspec
from fastapi import APIRouter, Response
from pydantic import TypeAdapter

from plantao import __version__
from plantao.conversations.events import ConversationEvent
from plantao.documents import frames as words
from plantao.kit.http.server import MAX_FRAME_BYTES
from plantao.realtime.endpoints import FRAME_BURST, FRAMES_PER_SECOND, MAX_JOINED, SUBPROTOCOL
from plantao.realtime.frames import ClientFrame, SendMessage, ServerFrame
from plantao.realtime.saying import STRUCTURED
from plantao.realtime.socket import QUEUE_LIMIT, SEND_SECONDS, TOKEN_REVOKED, TRY_AGAIN_LATER

Json = dict[str, Any]
Frame = type[msgspec.Struct]

router = APIRouter(include_in_schema=False)

CLIENT: Final[tuple[Frame, ...]] = get_args(ClientFrame)
SERVER: Final[tuple[Frame, ...]] = (*get_args(ServerFrame), *get_args(ConversationEvent))

CLOSE_CODES: Final = {
    TOKEN_REVOKED: "O token é inválido, venceu ou foi revogado: entre de novo.",
    TRY_AGAIN_LATER: f"O cliente lê devagar demais ({QUEUE_LIMIT} quadros de atraso, ou {SEND_SECONDS:.0f} segundos "
    "por um), ou o banco de dados estava fora: conecte de novo e entre com `since_seq`.",
    1009: "O quadro é maior que o limite.",
    1012: "O servidor está parando: conecte de novo.",
}
LIMITS: Final = {
    "max_frame_bytes": MAX_FRAME_BYTES,
    "frames_per_second": FRAMES_PER_SECOND,
    "frames_at_once": FRAME_BURST,
    "max_joined_conversations": MAX_JOINED,
}
_CHANNEL: Final = f"""\
Um objeto JSON por quadro, com um `type`. Tipos e campos desconhecidos são recusados com `error`, e a conexão continua.

**Limites.** {MAX_FRAME_BYTES // 1024} KiB por quadro, {FRAMES_PER_SECOND} quadros por segundo em média e \
{FRAME_BURST} de uma vez, {MAX_JOINED} conversas por conexão.

**Quem ouve.** Eventos de uma conversa chegam a quem entrou nela e a todas as conexões do seu atendente.

**Códigos de fechamento.** {" ".join(f"`{code}`: {text}" for code, text in CLOSE_CODES.items())}
"""
_TOKEN: Final = "O `access_token` de `POST /api/v1/auth/login`"  # noqa: S105 - words about a token


@router.get("/asyncapi.json")
async def read_asyncapi() -> Response:
    """The document, encoded once."""
    return Response(_encoded(), media_type="application/json")


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(build_asyncapi())


def build_asyncapi() -> Json:
    """The application that it describes is the server: it receives what clients send."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Plantão: ao vivo",
            "version": __version__,
            "description": "O que acontece nas conversas e na fila, na hora. O resto da API está em `/openapi.json`.",
        },
        "defaultContentType": "application/json",
        "servers": {"provedor": _server()},
        "channels": {"chat": _channel()},
        "operations": {
            "receiveFrames": _operation("receive", CLIENT, "Quadros do cliente para o servidor."),
            "sendFrames": _operation("send", SERVER, "Quadros do servidor para o cliente."),
        },
        "components": {
            "messages": {_tag(frame): _message(frame) for frame in (*CLIENT, *SERVER)},
            "schemas": _schemas(),
            "securitySchemes": _security_schemes(),
        },
    }


def _server() -> Json:
    return {
        "host": "{endereco}",
        "protocol": "wss",
        "description": "`wss` atrás de TLS; `ws` na própria máquina.",
        "variables": {"endereco": {"default": "localhost:8000", "description": "Onde o Plantão atende."}},
        "security": [{"$ref": f"#/components/securitySchemes/{name}"} for name in _security_schemes()],
    }


def _security_schemes() -> Json:
    """One of them is enough."""
    header = f"{_TOKEN}, depois da palavra `{SUBPROTOCOL}`: `{SUBPROTOCOL}, <token>`. Não fica em logs de proxies."
    return {
        "tokenInQuery": {"type": "httpApiKey", "name": "token", "in": "query", "description": f"{_TOKEN}."},
        "tokenInProtocol": {
            "type": "httpApiKey",
            "name": "Sec-WebSocket-Protocol",
            "in": "header",
            "description": header,
        },
    }


def _channel() -> Json:
    token = {"type": "string", "description": f"{_TOKEN}, se não vier em `Sec-WebSocket-Protocol`."}
    query = {"type": "object", "properties": {"token": token}}
    return {
        "address": "/ws/chat",
        "title": "Conversas ao vivo",
        "description": _CHANNEL,
        "messages": {_tag(f): {"$ref": f"#/components/messages/{_tag(f)}"} for f in (*CLIENT, *SERVER)},
        "bindings": {"ws": {"method": "GET", "query": query, "bindingVersion": "0.1.0"}},
        "x-close-codes": {str(code): text for code, text in CLOSE_CODES.items()},
        "x-limits": LIMITS,
    }


def _operation(action: str, frames: tuple[Frame, ...], summary: str) -> Json:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/chat"},
        "summary": summary,
        "messages": [{"$ref": f"#/channels/chat/messages/{_tag(frame)}"} for frame in frames],
    }


def _message(frame: Frame) -> Json:
    tag = _tag(frame)
    example = words.EXAMPLES.get(tag)
    return {
        "name": tag,
        "title": frame.__name__,
        "summary": (words.CLIENT | words.SERVER)[tag],
        "contentType": "application/json",
        "payload": {"$ref": f"#/components/schemas/{frame.__name__}"},
    } | ({"examples": [{"payload": example}]} if example else {})


def _schemas() -> Json:
    """Closed, those of the server too: what it sends is all described."""
    _, schemas = msgspec.json.schema_components((*CLIENT, *SERVER), ref_template="#/components/schemas/{name}")
    for schema in schemas.values():
        schema.pop("description", None)  # speaks to the server's programmers
        if "properties" in schema:
            schema["additionalProperties"] = False
    return schemas | _structured(schemas[SendMessage.__name__]["properties"])


def _structured(properties: Json) -> Json:
    """What is structured in a message is read by REST's models: here by their schemas, put in the place of objects."""
    mode: Literal["validation"] = "validation"
    asked = [(name, mode, adapter) for name, adapter in STRUCTURED.items()]
    found, definitions = TypeAdapter.json_schemas(asked, ref_template="#/components/schemas/{model}")
    for (name, _), schema in found.items():
        properties[name] = {"anyOf": [schema, {"type": "null"}], "default": None}
    components: Json = definitions["$defs"]
    return components


def _tag(frame: Frame) -> str:
    return str(frame.__struct_config__.tag)
