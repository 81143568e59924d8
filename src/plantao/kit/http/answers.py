"""What an operation can answer besides success, told beside it: `responses=errors(403, ErrorCode.ALREADY_CLOSED)`.

What holds for every operation of a kind (a body may be too large, a token too old) is added to the document in one
place, `documents.openapi`: a domain names what is its own.
"""

from typing import Any, Final

from plantao.kit.errors import ErrorCode
from plantao.kit.http.errors import ErrorBody

Responses = dict[int | str, dict[str, Any]]

# The status of each code, and when it is answered, in the words of the document that clients' authors read.
MEANINGS: Final[dict[ErrorCode, tuple[int, str]]] = {
    ErrorCode.VALIDATION_ERROR: (400, "o corpo, um parâmetro ou um valor está errado; `field` diz qual"),
    ErrorCode.INVALID_CREDENTIALS: (401, "e-mail desconhecido, senha errada ou usuário inativo, sem dizer qual"),
    ErrorCode.INVALID_TOKEN: (401, "sem token, token inválido ou sessão encerrada"),
    ErrorCode.TOKEN_EXPIRED: (401, "o token era bom e venceu"),
    ErrorCode.TOKEN_REUSED: (401, "o token de renovação já foi usado: a sessão inteira foi encerrada"),
    ErrorCode.INVALID_SIGNATURE: (401, "a assinatura da Meta falta ou não confere"),
    ErrorCode.SECOND_FACTOR_REQUIRED: (403, "falta o código da verificação em duas etapas, ou ativá-la"),
    ErrorCode.FORBIDDEN: (403, "o papel não permite, ou a conversa não é sua"),
    ErrorCode.REGISTRATION_CLOSED: (403, "o cadastro está fechado"),
    ErrorCode.NOT_FOUND: (404, "não existe, ou não é para você ver"),
    ErrorCode.METHOD_NOT_ALLOWED: (405, "o endereço existe, o método não; `Allow` diz quais"),
    ErrorCode.CONFLICT: (409, "outro foi mais rápido, ou a regra não permite duas vezes"),
    ErrorCode.ALREADY_CLOSED: (409, "a conversa já foi encerrada"),
    ErrorCode.OUTSIDE_SERVICE_WINDOW: (409, "mais de 24 horas desde a última mensagem do cliente: use um template"),
    ErrorCode.STALE_CONVERSATION: (409, "há mensagens mais novas que `last_seen_seq`"),
    ErrorCode.AGENT_UNAVAILABLE: (409, "o atendente não existe, não pode atender ou está no limite"),
    ErrorCode.PAYLOAD_TOO_LARGE: (413, "o corpo, ou um arquivo nele, é grande demais"),
    ErrorCode.UNSUPPORTED_MEDIA_TYPE: (
        415,
        "o corpo não foi enviado como `application/json`, ou o arquivo não é de um tipo que se envia",
    ),
    ErrorCode.RANGE_NOT_SATISFIABLE: (416, "o arquivo não tem a parte pedida em `Range`"),
    ErrorCode.RATE_LIMITED: (429, "requisições demais: tente depois de `Retry-After` segundos"),
    ErrorCode.INTERNAL_ERROR: (500, "um defeito nosso"),
    ErrorCode.SERVICE_UNAVAILABLE: (503, "ocupado ou sem banco de dados: tente depois de `Retry-After` segundos"),
}

# What a status means where nothing more is said.
_USUAL: Final[dict[int, tuple[ErrorCode, ...]]] = {
    400: (ErrorCode.VALIDATION_ERROR,),
    401: (ErrorCode.INVALID_TOKEN, ErrorCode.TOKEN_EXPIRED),
    403: (ErrorCode.FORBIDDEN, ErrorCode.SECOND_FACTOR_REQUIRED),
    404: (ErrorCode.NOT_FOUND,),
    409: (ErrorCode.CONFLICT,),
    413: (ErrorCode.PAYLOAD_TOO_LARGE,),
    415: (ErrorCode.UNSUPPORTED_MEDIA_TYPE,),
    416: (ErrorCode.RANGE_NOT_SATISFIABLE,),
    429: (ErrorCode.RATE_LIMITED,),
    500: (ErrorCode.INTERNAL_ERROR,),
    503: (ErrorCode.SERVICE_UNAVAILABLE,),
}

CODES: Final = "x-error-codes"  # beside each error answer of the document: its codes, for programs


def errors(*told: int | ErrorCode) -> Responses:
    """For FastAPI's `responses`. A status stands for its usual codes, a code for itself."""
    by_status: dict[int, list[ErrorCode]] = {}
    for one in told:
        for code in (one,) if isinstance(one, ErrorCode) else _USUAL[one]:
            by_status.setdefault(MEANINGS[code][0], []).append(code)
    return {status: _answer(codes) for status, codes in sorted(by_status.items())}


def _answer(codes: list[ErrorCode]) -> dict[str, Any]:
    lines = [f"`{code.value}`: {MEANINGS[code][1]}" for code in codes]
    return {"model": ErrorBody, "description": "; ".join(lines) + ".", CODES: [code.value for code in codes]}
